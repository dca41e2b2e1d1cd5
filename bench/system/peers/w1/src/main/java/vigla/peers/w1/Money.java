package vigla.peers.w1;

/** Exact money: base amounts are 10^-6 EUR in a long, products are compared in 128 bits. Hot. */
final class Money {
  static final long NO_BASE = Long.MIN_VALUE; // a currency without a rate

  private Money() {}

  static long euros(long whole) {
    return whole * 1_000_000;
  }

  /** Three capitals as an int. */
  static int currencyCode(String text) {
    if (text.length() != 3) throw new IllegalArgumentException("no currency: " + text);
    return text.charAt(0) << 16 | text.charAt(1) << 8 | text.charAt(2);
  }

  /** Micro-units of EUR for an amount in 10^-4, rounded half away from zero. */
  static long base(long amount, int currency) {
    return switch (currency) {
      case 'E' << 16 | 'U' << 8 | 'R' -> Math.multiplyExact(amount, 100L);
      case 'U' << 16 | 'S' << 8 | 'D' -> Math.multiplyExact(amount, 92L);
      case 'G' << 16 | 'B' << 8 | 'P' -> Math.multiplyExact(amount, 117L);
      case 'C' << 16 | 'H' << 8 | 'F' -> Math.multiplyExact(amount, 105L);
      case 'J' << 16 | 'P' << 8 | 'Y' -> hundredth(Math.multiplyExact(amount, 61L));
      default -> NO_BASE;
    };
  }

  /** What an entry adds to a sum: nothing without a base amount. */
  static long orZero(long base) {
    return base == NO_BASE ? 0 : base;
  }

  /** Whether a × b ≥ c × d. */
  static boolean productAtLeast(long a, long b, long c, long d) {
    final long leftHigh = Math.multiplyHigh(a, b);
    final long rightHigh = Math.multiplyHigh(c, d);
    return leftHigh != rightHigh
        ? leftHigh > rightHigh
        : Long.compareUnsigned(a * b, c * d) >= 0;
  }

  private static long hundredth(long value) {
    return value >= 0 ? (value + 50) / 100 : (value - 50) / 100;
  }
}
