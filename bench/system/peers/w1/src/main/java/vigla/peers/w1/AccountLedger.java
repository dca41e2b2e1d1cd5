package vigla.peers.w1;

/**
 * An account's debits of seven days and credits of one, a day longer for late legs, with running
 * totals of the windows: a leg in order costs amortised O(1). Hot.
 *
 * <p>A late leg is one before the account's newest. It is judged as of its own time, by scans.
 */
public final class AccountLedger {
  static final long MINUTE = 60_000_000L;
  static final long HOUR = 60 * MINUTE;
  static final long DAY = 24 * HOUR;
  private static final long LATE_KEPT = DAY;
  static final int TIME = 0;
  static final int COUNTERPARTY = 1;
  static final int AMOUNT = 2; // of debits
  static final int CURRENCY = 3;
  static final int BASE = 2; // of credits

  final LegQueue debits = new LegQueue(4);
  final LegQueue credits = new LegQueue(3);
  long newest = Long.MIN_VALUE; // time of either
  long debitedHour;
  long debitedDay;
  long debitedWeek; // with debits that have a base amount only, and their number:
  int knownWeek;
  long creditedDay;
  int debitsHour; // index of the window's first entry
  int debitsDay;
  int debitsWeek;
  int creditsDay;
  long bandNewest = Long.MIN_VALUE; // times of the two newest debits of [8,000; 10,000)
  long bandBefore = Long.MIN_VALUE;

  static boolean isInBand(long base) {
    return base >= Money.euros(8_000) && base < Money.euros(10_000);
  }

  long debitBase(int index) {
    return Money.base(debits.get(index, AMOUNT), (int) debits.get(index, CURRENCY));
  }

  /** Moves the debits' windows on to end at `time`, which is not before the newest leg. */
  void advanceDebits(long time) {
    for (; debitsHour < debits.size && debits.time(debitsHour) <= time - HOUR; ++debitsHour) {
      debitedHour -= Money.orZero(debitBase(debitsHour));
    }
    for (; debitsDay < debits.size && debits.time(debitsDay) <= time - DAY; ++debitsDay) {
      debitedDay -= Money.orZero(debitBase(debitsDay));
    }
    for (; debitsWeek < debits.size && debits.time(debitsWeek) <= time - 7 * DAY; ++debitsWeek) {
      final long base = debitBase(debitsWeek);
      if (base == Money.NO_BASE) continue;
      debitedWeek -= base;
      --knownWeek;
    }
    int dropped = 0;
    while (dropped < debitsWeek && debits.time(dropped) <= time - 7 * DAY - LATE_KEPT) ++dropped;
    if (dropped == 0) return;
    debits.dropOldest(dropped);
    debitsHour -= dropped;
    debitsDay -= dropped;
    debitsWeek -= dropped;
  }

  void advanceCredits(long time) {
    for (; creditsDay < credits.size && credits.time(creditsDay) <= time - DAY; ++creditsDay) {
      creditedDay -= Money.orZero(credits.get(creditsDay, BASE));
    }
    int dropped = 0;
    while (dropped < creditsDay && credits.time(dropped) <= time - DAY - LATE_KEPT) ++dropped;
    if (dropped == 0) return;
    credits.dropOldest(dropped);
    creditsDay -= dropped;
  }

  /**
   * Adds a debit at its place, which is returned. A total is always that of the entries from its
   * index on; what a late leg adds too much goes as the window next moves.
   */
  int addDebit(Leg leg, long base) {
    final int index = debits.upTo(leg.time);
    debits.insert(index);
    debits.set(index, TIME, leg.time);
    debits.set(index, COUNTERPARTY, leg.counterparty);
    debits.set(index, AMOUNT, leg.amount);
    debits.set(index, CURRENCY, leg.currency);
    final long value = Money.orZero(base);
    if (index >= debitsHour) debitedHour = Math.addExact(debitedHour, value);
    else ++debitsHour;
    if (index >= debitsDay) debitedDay = Math.addExact(debitedDay, value);
    else ++debitsDay;
    if (index >= debitsWeek) {
      debitedWeek = Math.addExact(debitedWeek, value);
      if (base != Money.NO_BASE) ++knownWeek;
    } else {
      ++debitsWeek;
    }
    if (isInBand(base)) addBand(leg.time);
    newest = Math.max(newest, leg.time);
    return index;
  }

  int addCredit(Leg leg, long base) {
    final int index = credits.upTo(leg.time);
    credits.insert(index);
    credits.set(index, TIME, leg.time);
    credits.set(index, COUNTERPARTY, leg.counterparty);
    credits.set(index, BASE, base);
    if (index >= creditsDay) {
      creditedDay = Math.addExact(creditedDay, Money.orZero(base));
    } else {
      ++creditsDay;
    }
    newest = Math.max(newest, leg.time);
    return index;
  }

  public AccountLedger copy() {
    final AccountLedger to = new AccountLedger();
    debits.copyTo(to.debits);
    credits.copyTo(to.credits);
    to.newest = newest;
    to.debitedHour = debitedHour;
    to.debitedDay = debitedDay;
    to.debitedWeek = debitedWeek;
    to.knownWeek = knownWeek;
    to.creditedDay = creditedDay;
    to.debitsHour = debitsHour;
    to.debitsDay = debitsDay;
    to.debitsWeek = debitsWeek;
    to.creditsDay = creditsDay;
    to.bandNewest = bandNewest;
    to.bandBefore = bandBefore;
    return to;
  }

  private void addBand(long time) {
    if (time >= bandNewest) {
      bandBefore = bandNewest;
      bandNewest = time;
    } else if (time > bandBefore) {
      bandBefore = time;
    }
  }
}
