package vigla.peers.w1;

import java.util.Arrays;

/**
 * PaidTimes in memory: open addressing over pairs of longs, half full at most. What is older than
 * 90 days goes when the table would grow. Hot.
 */
public final class PaidTable implements PaidTimes {
  private static final int FIRST_PAIRS = 2;

  long[] pairs; // counterparty (0: free), time
  int size;

  public PaidTable() {
    pairs = new long[2 * FIRST_PAIRS];
  }

  PaidTable(long[] pairs, int size) {
    this.pairs = pairs;
    this.size = size;
  }

  @Override
  public long last(long counterparty) {
    final int at = find(pairs, counterparty);
    return pairs[at] == 0 ? Long.MIN_VALUE : pairs[at + 1];
  }

  @Override
  public void put(long counterparty, long time) {
    int at = find(pairs, counterparty);
    if (pairs[at] == 0) {
      if (4 * (size + 1) > pairs.length) {
        rebuild(time - 90 * AccountLedger.DAY);
        at = find(pairs, counterparty);
      }
      pairs[at] = counterparty;
      ++size;
    }
    pairs[at + 1] = time;
  }

  public PaidTable copy() {
    return new PaidTable(Arrays.copyOf(pairs, pairs.length), size);
  }

  private static int find(long[] in, long counterparty) {
    final int mask = in.length / 2 - 1;
    int slot = (int) counterparty & mask;
    while (in[2 * slot] != 0 && in[2 * slot] != counterparty) slot = (slot + 1) & mask;
    return 2 * slot;
  }

  private void rebuild(long expired) {
    int kept = 0;
    for (int i = 0; i < pairs.length; i += 2) {
      if (pairs[i] != 0 && pairs[i + 1] > expired) ++kept;
    }
    int length = pairs.length;
    while (4 * (kept + 1) > length) length *= 2;
    final long[] target = new long[length];
    for (int i = 0; i < pairs.length; i += 2) {
      if (pairs[i] == 0 || pairs[i + 1] <= expired) continue;
      final int at = find(target, pairs[i]);
      target[at] = pairs[i];
      target[at + 1] = pairs[i + 1];
    }
    pairs = target;
    size = kept;
  }
}
