package vigla.peers.flink;

import java.nio.file.Path;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.sink.TransactionNamingStrategy;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import vigla.peers.w1.Arguments;
import vigla.peers.w1.Leg;
import vigla.peers.w1.Progress;

/**
 * W1 on Flink, from the topic's start to what is its end when it starts: source and split in one
 * task, an exchange by account, rules and sink in another. Cold.
 */
public final class FlinkPeer {
  private FlinkPeer() {}

  public static void main(String[] commandLine) throws Exception {
    final Arguments arguments = new Arguments(commandLine);
    final boolean isOnHeap =
        switch (arguments.text("backend")) {
          case "heap" -> true;
          case "rocksdb" -> false;
          default -> throw new IllegalArgumentException("--backend is heap or rocksdb");
        };
    final int parallelism = arguments.number("parallelism");
    final StreamExecutionEnvironment flink =
        StreamExecutionEnvironment.createLocalEnvironment(
            parallelism, settings(arguments, isOnHeap));
    flink
        .fromSource(source(arguments), WatermarkStrategy.noWatermarks(), "transactions")
        .keyBy((Leg leg) -> leg.account)
        .process(new JudgeFunction(isOnHeap, arguments.number("cached-ledgers")))
        .sinkTo(sink(arguments));
    Progress.writeTo(Path.of(arguments.text("progress")));
    flink.execute("w1");
  }

  private static Configuration settings(Arguments arguments, boolean isOnHeap) {
    final String folder = Path.of(arguments.text("folder")).toUri().toString();
    final Configuration settings = new Configuration();
    settings.setString("pipeline.object-reuse", "true");
    settings.setString("pipeline.generic-types", "false");
    settings.setString("restart-strategy.type", "none");
    settings.setString("execution.checkpointing.interval", arguments.text("checkpoint-ms") + " ms");
    settings.setString("execution.checkpointing.mode", "EXACTLY_ONCE");
    settings.setString("execution.checkpointing.dir", folder + "checkpoints");
    settings.setString("execution.checkpointing.storage", "filesystem");
    settings.setString("state.backend.type", isOnHeap ? "hashmap" : "rocksdb");
    settings.setString("taskmanager.memory.network.min", "128mb");
    settings.setString("taskmanager.memory.network.max", "128mb");
    if (!isOnHeap) RocksDbSettings.addTo(settings, Path.of(arguments.text("folder")));
    return settings;
  }

  private static KafkaSource<Leg> source(Arguments arguments) {
    return KafkaSource.<Leg>builder()
        .setBootstrapServers(arguments.text("bootstrap"))
        .setTopics(arguments.text("input"))
        .setGroupId(arguments.text("output"))
        .setStartingOffsets(OffsetsInitializer.earliest())
        .setBounded(OffsetsInitializer.latest())
        .setDeserializer(new LegSource())
        .setProperty(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, "5000")
        .setProperty(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, "4194304")
        .setProperty(ConsumerConfig.FETCH_MIN_BYTES_CONFIG, "262144")
        .setProperty(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, "100")
        .setProperty(ConsumerConfig.RECEIVE_BUFFER_CONFIG, "1048576")
        .setProperty(ConsumerConfig.CHECK_CRCS_CONFIG, "false")
        .build();
  }

  private static KafkaSink<byte[]> sink(Arguments arguments) {
    return KafkaSink.<byte[]>builder()
        .setBootstrapServers(arguments.text("bootstrap"))
        .setRecordSerializer(
            KafkaRecordSerializationSchema.builder()
                .setTopic(arguments.text("output"))
                .setValueSerializationSchema(new AlertRecords())
                .build())
        .setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE)
        .setTransactionalIdPrefix(arguments.text("output"))
        .setTransactionNamingStrategy(TransactionNamingStrategy.POOLING)
        .setProperty(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, "600000")
        .setProperty(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4")
        .setProperty(ProducerConfig.BATCH_SIZE_CONFIG, "262144")
        .setProperty(ProducerConfig.LINGER_MS_CONFIG, "50")
        .build();
  }
}
