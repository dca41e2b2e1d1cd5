package vigla.peers.w1;

import java.io.IOException;
import java.util.function.Consumer;

/**
 * A record's legs, the debtor's first, each with the matches of S1 to S7: those need no history and
 * so need not travel. Hot; one per thread. The same Leg object is handed out again and again.
 */
public final class LegSplitter {
  private final TransactionReader reader = new TransactionReader();
  private final Transaction transaction = new Transaction();
  private final Leg leg = new Leg();

  public void split(byte[] record, Consumer<Leg> to) throws IOException {
    reader.read(record, transaction);
    leg.id = transaction.id;
    leg.time = transaction.time;
    leg.amount = transaction.amount;
    leg.currency = Money.currencyCode(transaction.currency);
    final int matches = judge(Money.base(leg.amount, leg.currency));
    final String debtor = transaction.debtor;
    final String creditor = transaction.creditor;
    if (debtor != null) {
      leg.account = debtor;
      leg.counterparty = hash(creditor);
      leg.matches = matches;
      leg.isDebit = true;
      leg.isLast = creditor == null;
      to.accept(leg);
    }
    if (creditor != null) {
      leg.account = creditor;
      leg.counterparty = hash(debtor);
      leg.matches = debtor == null ? matches : 0;
      leg.isDebit = false;
      leg.isLast = true;
      to.accept(leg);
    }
  }

  private int judge(long base) {
    int matches = 0;
    if (base >= Money.euros(5_000)
        && (isWatched(transaction.debtorCountry) || isWatched(transaction.creditorCountry))) {
      matches |= Rule.S2.bit;
    }
    if (base >= Money.euros(10_000)) {
      if (base >= Money.euros(100_000)) matches |= Rule.S1.bit;
      if (transaction.amount % 10_000_000 == 0) matches |= Rule.S3.bit;
      if ("cash".equals(transaction.channel)) matches |= Rule.S5.bit;
    }
    if (base == Money.NO_BASE) matches |= Rule.S4.bit; // W1's rates are of the usual currencies
    if (transaction.debtor != null && transaction.debtor.equals(transaction.creditor)) {
      matches |= Rule.S6.bit;
    }
    if (transaction.amount <= 0) matches |= Rule.S7.bit;
    return matches;
  }

  private static boolean isWatched(String country) {
    return country != null
        && (country.equals("IR") || country.equals("KP") || country.equals("MM"));
  }

  /** FNV-1a with MurmurHash3's finish, never 0 for an account. */
  private static long hash(String account) {
    if (account == null) return 0;
    long h = 0xcbf29ce484222325L;
    for (int i = 0; i < account.length(); ++i) h = (h ^ account.charAt(i)) * 0x100000001b3L;
    h = (h ^ h >>> 33) * 0xff51afd7ed558ccdL;
    h = (h ^ h >>> 33) * 0xc4ceb9fe1a85ec53L;
    h ^= h >>> 33;
    return h == 0 ? 1 : h;
  }
}
