package vigla.peers.flink;

import java.io.IOException;
import java.util.function.Consumer;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import vigla.peers.w1.Leg;
import vigla.peers.w1.LegSplitter;

/** Records to legs within the source's own thread, right before the exchange. Hot. */
final class LegSource implements KafkaRecordDeserializationSchema<Leg> {
  private static final long serialVersionUID = 1;

  private transient LegSplitter splitter;
  private transient Collector<Leg> collector;
  private transient Consumer<Leg> collect;

  @Override
  public void open(DeserializationSchema.InitializationContext context) {
    splitter = new LegSplitter();
  }

  @Override
  public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<Leg> out)
      throws IOException {
    if (out != collector) {
      collector = out;
      collect = out::collect;
    }
    splitter.split(record.value(), collect);
  }

  @Override
  public TypeInformation<Leg> getProducedType() {
    return new LegType();
  }
}
