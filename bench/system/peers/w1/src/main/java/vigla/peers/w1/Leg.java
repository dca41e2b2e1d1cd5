package vigla.peers.w1;

/** A transaction as it touches one account; all that the account's side needs to know. Mutable. */
public final class Leg {
  public String account;
  String id; // the transaction's
  long time;
  long counterparty; // hash of the other side's account; 0 where there is none
  long amount; // 10^-4 of the currency
  int currency;
  int matches; // of the rules that need nothing but the transaction
  boolean isDebit;
  boolean isLast; // of its transaction

  public boolean isLast() {
    return isLast;
  }

  public void copyTo(Leg to) {
    to.account = account;
    to.id = id;
    to.time = time;
    to.counterparty = counterparty;
    to.amount = amount;
    to.currency = currency;
    to.matches = matches;
    to.isDebit = isDebit;
    to.isLast = isLast;
  }

  /** {@code {"id":…,"role":…,"rules":[…]}}: the alert for these matches. */
  public byte[] alert(int allMatches) {
    final StringBuilder out = new StringBuilder(128);
    out.append("{\"id\":\"");
    appendEscaped(id, out);
    out.append("\",\"role\":\"").append(isDebit ? "debtor" : "creditor").append("\",\"rules\":");
    Rule.appendNames(allMatches, out);
    return out.append('}').toString().getBytes(java.nio.charset.StandardCharsets.UTF_8);
  }

  private static void appendEscaped(String text, StringBuilder out) {
    for (int i = 0; i < text.length(); ++i) {
      final char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < ' ') {
        out.append(String.format("\\u%04x", (int) c));
      } else {
        out.append(c);
      }
    }
  }
}
