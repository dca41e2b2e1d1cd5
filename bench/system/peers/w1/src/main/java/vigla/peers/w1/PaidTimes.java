package vigla.peers.w1;

/** When an account last paid each of its counterparties: what D6 needs for 90 days. */
public interface PaidTimes {
  /** The last payment's time, or Long.MIN_VALUE. Asked for large payments only. */
  long last(long counterparty);

  void put(long counterparty, long time);
}
