package vigla.peers.w1;

/** Exact readings of the texts in a record, without a copy. Hot. */
final class Texts {
  private static final long MICROS_PER_SECOND = 1_000_000;

  private Texts() {}

  /** A decimal of at most 14 + 4 digits, in units of 10^-4. */
  static long amount(char[] text, int offset, int length) {
    int at = offset;
    final int end = offset + length;
    final boolean negative = length > 0 && text[at] == '-';
    if (negative) ++at;
    long value = 0;
    int digits = 0;
    for (; at < end && text[at] != '.'; ++at, ++digits) value = value * 10 + digit(text[at]);
    int fraction = 0;
    if (at < end) {
      for (++at; at < end; ++at, ++fraction) value = value * 10 + digit(text[at]);
      if (fraction == 0) throw new IllegalArgumentException("an amount ends in a point");
    }
    if (digits == 0 || digits > 14 || fraction > 4) {
      throw new IllegalArgumentException("amount of " + digits + " + " + fraction + " digits");
    }
    for (; fraction < 4; ++fraction) value *= 10;
    return negative ? -value : value;
  }

  /** {@code 2026-01-01T08:00:00[.123456]Z} in microseconds since 1970. */
  static long time(char[] text, int offset, int length) {
    if (length < 20 || text[offset + length - 1] != 'Z' || text[offset + 10] != 'T') {
      throw new IllegalArgumentException("not a time in UTC: " + new String(text, offset, length));
    }
    final long days =
        daysSince1970(
            number(text, offset, 4), number(text, offset + 5, 2), number(text, offset + 8, 2));
    final long seconds =
        (days * 24 + number(text, offset + 11, 2)) * 3600
            + number(text, offset + 14, 2) * 60L
            + number(text, offset + 17, 2);
    long micros = 0;
    final int digits = length - 21;
    if (digits > 0) {
      if (digits > 6) throw new IllegalArgumentException("a time of more than 6 digits");
      micros = number(text, offset + 20, digits);
      for (int i = digits; i < 6; ++i) micros *= 10;
    }
    return seconds * MICROS_PER_SECOND + micros;
  }

  /** Upper case and without spaces; the text itself where it already is. */
  static String account(String text) {
    for (int i = 0; i < text.length(); ++i) {
      final char c = text.charAt(i);
      if (c == ' ' || (c >= 'a' && c <= 'z')) return normalised(text);
    }
    return text;
  }

  private static String normalised(String text) {
    final StringBuilder result = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); ++i) {
      final char c = text.charAt(i);
      if (c != ' ') result.append(c >= 'a' && c <= 'z' ? (char) (c - 32) : c);
    }
    return result.toString();
  }

  private static int number(char[] text, int offset, int length) {
    int value = 0;
    for (int i = offset; i < offset + length; ++i) value = value * 10 + digit(text[i]);
    return value;
  }

  private static int digit(char c) {
    final int value = c - '0';
    if (value < 0 || value > 9) throw new IllegalArgumentException("not a digit: " + c);
    return value;
  }

  // Howard Hinnant, "chrono-compatible low-level date algorithms": days_from_civil.
  private static long daysSince1970(int year, int month, int day) {
    final int shifted = month <= 2 ? year - 1 : year;
    final int era = Math.floorDiv(shifted, 400);
    final int yearOfEra = shifted - era * 400;
    final int dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    final int dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
    return era * 146097L + dayOfEra - 719468;
  }
}
