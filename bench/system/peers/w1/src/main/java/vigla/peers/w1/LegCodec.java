package vigla.peers.w1;

import java.nio.charset.StandardCharsets;

/**
 * Legs as bytes, for the way from the input's partition to the account's; without the account,
 * which travels as the key. Hot.
 *
 * <pre>time, counterparty, amount: long; currency, matches: int; flags: byte (1: debit, 2: last);
 * id to the end</pre>
 */
public final class LegCodec {
  private static final int HEAD = 3 * 8 + 2 * 4 + 1;
  private static final int DEBIT = 1;
  private static final int LAST = 2;

  private LegCodec() {}

  public static byte[] encode(Leg leg) {
    final byte[] id = leg.id.getBytes(StandardCharsets.UTF_8);
    final byte[] result = new byte[HEAD + id.length];
    Bytes.putLong(result, 0, leg.time);
    Bytes.putLong(result, 8, leg.counterparty);
    Bytes.putLong(result, 16, leg.amount);
    Bytes.putInt(result, 24, leg.currency);
    Bytes.putInt(result, 28, leg.matches);
    result[32] = (byte) ((leg.isDebit ? DEBIT : 0) | (leg.isLast ? LAST : 0));
    System.arraycopy(id, 0, result, HEAD, id.length);
    return result;
  }

  public static void decode(byte[] from, int length, Leg into) {
    into.time = Bytes.getLong(from, 0);
    into.counterparty = Bytes.getLong(from, 8);
    into.amount = Bytes.getLong(from, 16);
    into.currency = Bytes.getInt(from, 24);
    into.matches = Bytes.getInt(from, 28);
    into.isDebit = (from[32] & DEBIT) != 0;
    into.isLast = (from[32] & LAST) != 0;
    into.id = new String(from, HEAD, length - HEAD, StandardCharsets.UTF_8);
  }
}
