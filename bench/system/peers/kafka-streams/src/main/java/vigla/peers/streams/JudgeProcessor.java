package vigla.peers.streams;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import vigla.peers.w1.AccountLedger;
import vigla.peers.w1.LedgerCache;
import vigla.peers.w1.Leg;
import vigla.peers.w1.LegCodec;
import vigla.peers.w1.LegJudge;
import vigla.peers.w1.PaidTimes;
import vigla.peers.w1.Progress;

/**
 * Each leg against its account's state. Hot. A ledger is read and written whole; the times paid are
 * entries of their own, written without a read and read for large payments only.
 */
final class JudgeProcessor extends ContextualProcessor<String, byte[], byte[], byte[]>
    implements PaidTimes {
  static final String LEDGERS = "ledgers";
  static final String PAID = "paid";

  private final LegJudge judge = new LegJudge();
  private final Leg leg = new Leg();
  private final Progress.Counter progress = Progress.counter();
  private final int cachedLedgers;
  private LedgerCache cache;
  private KeyValueStore<String, AccountLedger> ledgers;
  private KeyValueStore<byte[], Long> paid; // by account and counterparty

  /** The number is of each task. */
  JudgeProcessor(int cachedLedgers) {
    this.cachedLedgers = cachedLedgers;
  }

  @Override
  public void init(ProcessorContext<byte[], byte[]> context) {
    super.init(context);
    cache = new LedgerCache(cachedLedgers); // anew where a task is revived: it may run ahead
    ledgers = context.getStateStore(LEDGERS);
    paid = context.getStateStore(PAID);
  }

  @Override
  public void process(Record<String, byte[]> record) {
    leg.account = record.key();
    LegCodec.decode(record.value(), record.value().length, leg);
    AccountLedger ledger = cache.get(leg.account);
    final boolean isCached = ledger != null;
    if (!isCached) ledger = ledgers.get(leg.account);
    if (ledger == null) ledger = new AccountLedger();
    final int matches = judge.judge(leg, ledger, this);
    ledgers.put(leg.account, ledger);
    if (!isCached) cache.put(leg.account, ledger);
    if (matches != 0) {
      context().forward(new Record<>(null, leg.alert(matches), record.timestamp()));
    }
    if (leg.isLast()) progress.add();
  }

  @Override
  public long last(long counterparty) {
    final Long time = paid.get(paidKey(counterparty));
    return time == null ? Long.MIN_VALUE : time;
  }

  @Override
  public void put(long counterparty, long time) {
    paid.put(paidKey(counterparty), time);
  }

  private byte[] paidKey(long counterparty) {
    final byte[] account = leg.account.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(account.length + 8).put(account).putLong(counterparty).array();
  }
}
