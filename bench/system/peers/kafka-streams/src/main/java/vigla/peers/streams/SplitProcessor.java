package vigla.peers.streams;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;
import vigla.peers.w1.Leg;
import vigla.peers.w1.LegCodec;
import vigla.peers.w1.LegSplitter;

/** Records to legs, keyed by account, as the bytes that travel. Hot. */
final class SplitProcessor extends ContextualProcessor<byte[], byte[], String, byte[]> {
  private final LegSplitter splitter = new LegSplitter();
  private long timestamp;

  @Override
  public void process(Record<byte[], byte[]> record) {
    timestamp = record.timestamp();
    try {
      splitter.split(record.value(), this::forward);
    } catch (IOException error) {
      throw new UncheckedIOException(error);
    }
  }

  private void forward(Leg leg) {
    context().forward(new Record<>(leg.account, LegCodec.encode(leg), timestamp));
  }
}
