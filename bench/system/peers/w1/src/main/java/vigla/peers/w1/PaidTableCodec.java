package vigla.peers.w1;

/** Tables of payments as bytes: their number, then the pairs in use. Warm: for snapshots. */
public final class PaidTableCodec {
  private PaidTableCodec() {}

  public static int size(PaidTable table) {
    return 4 + 16 * table.size;
  }

  public static void encode(PaidTable table, byte[] to, int at) {
    Bytes.putInt(to, at, table.size);
    int next = at + 4;
    for (int i = 0; i < table.pairs.length; i += 2) {
      if (table.pairs[i] != 0) next = Bytes.putLongs(to, next, table.pairs, i, 2);
    }
  }

  public static PaidTable decode(byte[] from, int at) {
    final int size = Bytes.getInt(from, at);
    final PaidTable table = new PaidTable();
    for (int i = 0; i < size; ++i) {
      table.put(Bytes.getLong(from, at + 4 + 16 * i), Bytes.getLong(from, at + 12 + 16 * i));
    }
    return table;
  }
}
