package vigla.peers.flink;

import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import vigla.peers.w1.AccountLedger;
import vigla.peers.w1.LedgerCache;
import vigla.peers.w1.Leg;
import vigla.peers.w1.LegJudge;
import vigla.peers.w1.PaidTable;
import vigla.peers.w1.PaidTimes;
import vigla.peers.w1.Progress;

/**
 * Each leg against its account's state. Hot.
 *
 * <p>On the heap state is changed in place (value() copies what a snapshot still needs), and the
 * times paid are one table an account. In RocksDB a ledger is read and written whole; the times
 * paid are entries of their own, written without a read and read for large payments only.
 */
final class JudgeFunction extends KeyedProcessFunction<String, Leg, byte[]> {
  private static final long serialVersionUID = 1;

  private final boolean isOnHeap;
  private final int cachedLedgers;
  private transient LedgerCache cache; // in front of RocksDB
  private transient ValueState<AccountLedger> ledgers;
  private transient PaidTimes paid;
  private transient LegJudge judge;
  private transient Progress.Counter progress;

  /** The last is of each parallel instance, and 0 on the heap. */
  JudgeFunction(boolean isOnHeap, int cachedLedgers) {
    this.isOnHeap = isOnHeap;
    this.cachedLedgers = cachedLedgers;
  }

  @Override
  public void open(OpenContext context) {
    ledgers =
        getRuntimeContext().getState(new ValueStateDescriptor<>("ledger", new LedgerSerializer()));
    paid = isOnHeap ? tables() : entries();
    cache = cachedLedgers > 0 ? new LedgerCache(cachedLedgers) : null;
    judge = new LegJudge();
    progress = Progress.counter();
  }

  @Override
  public void processElement(Leg leg, Context context, Collector<byte[]> alerts)
      throws Exception {
    AccountLedger ledger = cache == null ? null : cache.get(leg.account);
    final boolean isCached = ledger != null;
    if (!isCached) ledger = ledgers.value();
    final boolean isNew = ledger == null;
    if (isNew) ledger = new AccountLedger();
    final int matches = judge.judge(leg, ledger, paid);
    if (isNew || !isOnHeap) ledgers.update(ledger);
    if (cache != null && !isCached) cache.put(leg.account, ledger);
    if (matches != 0) alerts.collect(leg.alert(matches));
    if (leg.isLast()) progress.add();
  }

  private PaidTimes tables() {
    final var descriptor = new ValueStateDescriptor<>("paid", new PaidTableSerializer());
    return new Tables(getRuntimeContext().getState(descriptor));
  }

  private PaidTimes entries() {
    final var descriptor =
        new MapStateDescriptor<>("paid", LongSerializer.INSTANCE, LongSerializer.INSTANCE);
    return new Entries(getRuntimeContext().getMapState(descriptor));
  }

  private record Tables(ValueState<PaidTable> state) implements PaidTimes {
    @Override
    public long last(long counterparty) {
      try {
        final PaidTable table = state.value();
        return table == null ? Long.MIN_VALUE : table.last(counterparty);
      } catch (Exception error) {
        throw new IllegalStateException(error);
      }
    }

    @Override
    public void put(long counterparty, long time) {
      try {
        PaidTable table = state.value();
        if (table == null) {
          table = new PaidTable();
          state.update(table);
        }
        table.put(counterparty, time);
      } catch (Exception error) {
        throw new IllegalStateException(error);
      }
    }
  }

  private record Entries(MapState<Long, Long> state) implements PaidTimes {
    @Override
    public long last(long counterparty) {
      try {
        final Long time = state.get(counterparty);
        return time == null ? Long.MIN_VALUE : time;
      } catch (Exception error) {
        throw new IllegalStateException(error);
      }
    }

    @Override
    public void put(long counterparty, long time) {
      try {
        state.put(counterparty, time);
      } catch (Exception error) {
        throw new IllegalStateException(error);
      }
    }
  }
}
