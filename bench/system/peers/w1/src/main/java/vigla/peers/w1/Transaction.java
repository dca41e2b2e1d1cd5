package vigla.peers.w1;

/** What W1 looks at in a record; one object is filled again and again. Absent texts are null. */
final class Transaction {
  String id;
  long time; // microseconds since 1970
  String channel;
  long amount; // 10^-4 of the currency
  String currency;
  String debtor;
  String debtorCountry;
  String creditor;
  String creditorCountry;

  void clear() {
    id = channel = currency = debtor = debtorCountry = creditor = creditorCountry = null;
    time = Long.MIN_VALUE;
    amount = Long.MIN_VALUE;
  }

  boolean isComplete() {
    return id != null
        && time != Long.MIN_VALUE
        && amount != Long.MIN_VALUE
        && currency != null
        && (debtor != null || creditor != null);
  }
}
