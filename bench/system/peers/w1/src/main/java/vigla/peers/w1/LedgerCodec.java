package vigla.peers.w1;

/**
 * Ledgers as bytes, little endian: seven longs, seven ints, the debits' columns, the credits'. Hot.
 *
 * <pre>newest debitedHour debitedDay debitedWeek creditedDay bandNewest bandBefore
 * knownWeek debitsHour debitsDay debitsWeek creditsDay debits credits</pre>
 */
public final class LedgerCodec {
  private static final int HEAD = 7 * 8 + 7 * 4;

  private LedgerCodec() {}

  public static int size(AccountLedger ledger) {
    return HEAD
        + 8 * ledger.debits.columns * ledger.debits.size
        + 8 * ledger.credits.columns * ledger.credits.size;
  }

  /** Writes size(ledger) bytes from `at` on. */
  public static void encode(AccountLedger ledger, byte[] to, int at) {
    Bytes.putLong(to, at, ledger.newest);
    Bytes.putLong(to, at + 8, ledger.debitedHour);
    Bytes.putLong(to, at + 16, ledger.debitedDay);
    Bytes.putLong(to, at + 24, ledger.debitedWeek);
    Bytes.putLong(to, at + 32, ledger.creditedDay);
    Bytes.putLong(to, at + 40, ledger.bandNewest);
    Bytes.putLong(to, at + 48, ledger.bandBefore);
    Bytes.putInt(to, at + 56, ledger.knownWeek);
    Bytes.putInt(to, at + 60, ledger.debitsHour);
    Bytes.putInt(to, at + 64, ledger.debitsDay);
    Bytes.putInt(to, at + 68, ledger.debitsWeek);
    Bytes.putInt(to, at + 72, ledger.creditsDay);
    Bytes.putInt(to, at + 76, ledger.debits.size);
    Bytes.putInt(to, at + 80, ledger.credits.size);
    encode(ledger.credits, to, encode(ledger.debits, to, at + HEAD));
  }

  public static byte[] encode(AccountLedger ledger) {
    final byte[] result = new byte[size(ledger)];
    encode(ledger, result, 0);
    return result;
  }

  public static AccountLedger decode(byte[] from, int at) {
    final AccountLedger ledger = new AccountLedger();
    ledger.newest = Bytes.getLong(from, at);
    ledger.debitedHour = Bytes.getLong(from, at + 8);
    ledger.debitedDay = Bytes.getLong(from, at + 16);
    ledger.debitedWeek = Bytes.getLong(from, at + 24);
    ledger.creditedDay = Bytes.getLong(from, at + 32);
    ledger.bandNewest = Bytes.getLong(from, at + 40);
    ledger.bandBefore = Bytes.getLong(from, at + 48);
    ledger.knownWeek = Bytes.getInt(from, at + 56);
    ledger.debitsHour = Bytes.getInt(from, at + 60);
    ledger.debitsDay = Bytes.getInt(from, at + 64);
    ledger.debitsWeek = Bytes.getInt(from, at + 68);
    ledger.creditsDay = Bytes.getInt(from, at + 72);
    final int debits = Bytes.getInt(from, at + 76);
    final int credits = Bytes.getInt(from, at + 80);
    decode(from, decode(from, at + HEAD, ledger.debits, debits), ledger.credits, credits);
    return ledger;
  }

  private static int encode(LegQueue queue, byte[] to, int at) {
    return Bytes.putLongs(to, at, queue.cells, queue.first, queue.size * queue.columns);
  }

  /** Leaves room for one entry: a ledger is mostly read to add to it. */
  private static int decode(byte[] from, int at, LegQueue queue, int size) {
    if (size == 0) return at;
    queue.cells = new long[(size + 1) * queue.columns];
    queue.size = size;
    return Bytes.getLongs(from, at, queue.cells, size * queue.columns);
  }
}
