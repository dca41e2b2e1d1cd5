package vigla.peers.w1;

import static vigla.peers.w1.AccountLedger.COUNTERPARTY;
import static vigla.peers.w1.AccountLedger.DAY;
import static vigla.peers.w1.AccountLedger.HOUR;
import static vigla.peers.w1.AccountLedger.MINUTE;

/**
 * Applies a leg to its account's ledger and says which of W1's rules match. Hot; one per thread.
 *
 * <p>D1 and C1 (twenty in ten minutes) and the test that guards D5 and C2 (ten in an hour) look at
 * the time of one earlier entry. The counterparties of an hour are then counted backwards, as far
 * as the tenth; S8 looks back over five minutes.
 *
 * <p>Late legs are judged over what the ledger holds, a day more than its windows: D8 is left out
 * on them, D6 sees the newest payment only. One more than a week late has its S1 to S7 alone.
 */
public final class LegJudge {
  private static final long LATENESS_MAX = 7 * DAY;
  private static final int COUNT = 20;
  private static final int DISTINCT = 10;

  private final long[] seen = new long[DISTINCT];

  /** The bits of all matches of the leg, those it came with among them. */
  public int judge(Leg leg, AccountLedger ledger, PaidTimes paid) {
    return leg.isDebit ? judgeDebit(leg, ledger, paid) : judgeCredit(leg, ledger);
  }

  private int judgeDebit(Leg leg, AccountLedger ledger, PaidTimes paid) {
    final long time = leg.time;
    final long base = Money.base(leg.amount, leg.currency);
    final LegQueue debits = ledger.debits;
    final boolean isLate = time < ledger.newest;
    if (isLate && time < ledger.newest - LATENESS_MAX) return leg.matches;
    if (!isLate) {
      ledger.advanceDebits(time);
      ledger.advanceCredits(time);
    }

    int matches = leg.matches;
    if (base >= Money.euros(10_000) && !isLate && isIdle(ledger.newest, time)) {
      matches |= Rule.D8.bit;
    }
    if (leg.counterparty != 0) {
      if (base >= Money.euros(20_000) && paid.last(leg.counterparty) <= time - 90 * DAY) {
        matches |= Rule.D6.bit;
      }
      if (!isLate || paid.last(leg.counterparty) < time) paid.put(leg.counterparty, time);
    }
    final boolean completesBand =
        AccountLedger.isInBand(base)
            && (isLate ? bandWithin(ledger, time) >= 2 : ledger.bandBefore > time - DAY);
    if (completesBand) matches |= Rule.D4.bit;

    final int index = ledger.addDebit(leg, base);
    if (isTwentieth(debits, index, time)) matches |= Rule.D1.bit;
    if (hasTenDistinct(debits, index, time)) matches |= Rule.D5.bit;
    if (isRepeated(leg, debits, index)) matches |= Rule.S8.bit;

    final long hour = isLate ? debited(ledger, index, time - HOUR) : ledger.debitedHour;
    final long day = isLate ? debited(ledger, index, time - DAY) : ledger.debitedDay;
    if (hour >= Money.euros(50_000)) matches |= Rule.D2.bit;
    if (day >= Money.euros(200_000)) matches |= Rule.D3.bit;
    if (base != Money.NO_BASE && isUnusual(ledger, index, base, isLate)) matches |= Rule.D7.bit;
    final long credited =
        isLate
            ? credited(ledger, ledger.credits.upTo(time) - 1, time - DAY)
            : ledger.creditedDay;
    if (credited >= Money.euros(50_000) && Money.productAtLeast(10, day, 9, credited)) {
      matches |= Rule.A1.bit;
    }
    return matches;
  }

  private int judgeCredit(Leg leg, AccountLedger ledger) {
    final long time = leg.time;
    final LegQueue credits = ledger.credits;
    final boolean isLate = time < ledger.newest;
    if (isLate && time < ledger.newest - LATENESS_MAX) return leg.matches;
    if (!isLate) ledger.advanceCredits(time);
    final int index = ledger.addCredit(leg, Money.base(leg.amount, leg.currency));
    int matches = leg.matches;
    if (isTwentieth(credits, index, time)) matches |= Rule.C1.bit;
    if (hasTenDistinct(credits, index, time)) matches |= Rule.C2.bit;
    final long day = isLate ? credited(ledger, index, time - DAY) : ledger.creditedDay;
    if (day >= Money.euros(200_000)) matches |= Rule.C3.bit;
    return matches;
  }

  private static boolean isIdle(long newest, long time) {
    return newest != Long.MIN_VALUE && time - newest >= 30 * DAY;
  }

  private static boolean isTwentieth(LegQueue queue, int index, long time) {
    return index >= COUNT - 1 && queue.time(index - COUNT + 1) > time - 10 * MINUTE;
  }

  private boolean hasTenDistinct(LegQueue queue, int index, long time) {
    if (index < DISTINCT - 1 || queue.time(index - DISTINCT + 1) <= time - HOUR) return false;
    int distinct = 0;
    for (int i = index; i >= 0 && queue.time(i) > time - HOUR; --i) {
      final long counterparty = queue.get(i, COUNTERPARTY);
      if (counterparty == 0 || contains(counterparty, distinct)) continue;
      seen[distinct++] = counterparty;
      if (distinct == DISTINCT) return true;
    }
    return false;
  }

  private boolean contains(long counterparty, int count) {
    for (int i = 0; i < count; ++i) {
      if (seen[i] == counterparty) return true;
    }
    return false;
  }

  private static boolean isRepeated(Leg leg, LegQueue debits, int index) {
    if (leg.counterparty == 0) return false;
    for (int i = index - 1; i >= 0 && debits.time(i) > leg.time - 5 * MINUTE; --i) {
      if (debits.get(i, COUNTERPARTY) == leg.counterparty
          && debits.get(i, AccountLedger.AMOUNT) == leg.amount
          && debits.get(i, AccountLedger.CURRENCY) == leg.currency) {
        return true;
      }
    }
    return false;
  }

  /** D7: at least five times the mean of the week's earlier debits, of which there are five. */
  private static boolean isUnusual(AccountLedger ledger, int index, long base, boolean isLate) {
    if (!isLate) {
      final int prior = ledger.knownWeek - 1;
      return prior >= 5 && Money.productAtLeast(base, prior, 5, ledger.debitedWeek - base);
    }
    long sum = 0;
    int prior = 0;
    final long after = ledger.debits.time(index) - 7 * DAY;
    for (int i = index - 1; i >= 0 && ledger.debits.time(i) > after; --i) {
      final long earlier = ledger.debitBase(i);
      if (earlier == Money.NO_BASE) continue;
      sum += earlier;
      ++prior;
    }
    return prior >= 5 && Money.productAtLeast(base, prior, 5, sum);
  }

  // What follows scans, for late legs only.

  private static int bandWithin(AccountLedger ledger, long time) {
    int count = 0;
    for (int i = ledger.debits.upTo(time) - 1; i >= 0 && ledger.debits.time(i) > time - DAY; --i) {
      if (AccountLedger.isInBand(ledger.debitBase(i))) ++count;
    }
    return count;
  }

  private static long debited(AccountLedger ledger, int index, long after) {
    long sum = 0;
    for (int i = index; i >= 0 && ledger.debits.time(i) > after; --i) {
      sum += Money.orZero(ledger.debitBase(i));
    }
    return sum;
  }

  private static long credited(AccountLedger ledger, int index, long after) {
    long sum = 0;
    for (int i = index; i >= 0 && ledger.credits.time(i) > after; --i) {
      sum += Money.orZero(ledger.credits.get(i, AccountLedger.BASE));
    }
    return sum;
  }
}
