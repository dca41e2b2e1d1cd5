package vigla.peers.w1;

/** The twenty rules, as bits of a leg's matches; in the order in which an alert lists them. */
public enum Rule {
  A1, C1, C2, C3, D1, D2, D3, D4, D5, D6, D7, D8, S1, S2, S3, S4, S5, S6, S7, S8;

  public final int bit = 1 << ordinal();

  private static final Rule[] ALL = values();

  /** {@code ["D1","S3"]}, sorted. */
  static void appendNames(int matches, StringBuilder out) {
    out.append('[');
    for (int rest = matches; rest != 0; rest &= rest - 1) {
      if (rest != matches) out.append(',');
      out.append('"').append(ALL[Integer.numberOfTrailingZeros(rest)].name()).append('"');
    }
    out.append(']');
  }
}
