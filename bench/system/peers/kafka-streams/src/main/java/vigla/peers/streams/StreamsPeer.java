package vigla.peers.streams;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.Repartitioned;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import vigla.peers.w1.Arguments;
import vigla.peers.w1.Progress;

/** W1 on Kafka Streams: split, repartition by account, judge; ends after N transactions. Cold. */
public final class StreamsPeer {
  // State changes go to compacted topics; large segments keep the cleaner out of the way.
  private static final Map<String, String> CHANGELOG =
      Map.of(
          TopicConfig.SEGMENT_BYTES_CONFIG, "268435456",
          TopicConfig.MIN_CLEANABLE_DIRTY_RATIO_CONFIG, "0.5");

  private StreamsPeer() {}

  public static void main(String[] commandLine) throws Exception {
    final Arguments arguments = new Arguments(commandLine);
    final int transactions = arguments.number("transactions");
    final AtomicReference<Throwable> failure = new AtomicReference<>();
    final StreamsBuilder builder = topology(arguments);
    final Properties settings = settings(arguments);
    Progress.writeTo(Path.of(arguments.text("progress")));
    try (KafkaStreams streams = new KafkaStreams(builder.build(settings), settings)) {
      streams.setUncaughtExceptionHandler(
          error -> {
            failure.set(error);
            return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
          });
      streams.start();
      while (Progress.transactions() < transactions && failure.get() == null) Thread.sleep(20);
      streams.close(Duration.ofSeconds(60));
    }
    if (failure.get() != null) throw new IllegalStateException(failure.get());
  }

  private static StreamsBuilder topology(Arguments arguments) {
    final StreamsBuilder builder = new StreamsBuilder();
    final boolean isCached = arguments.number("store-cache-mb") > 0;
    final int cachedLedgers = arguments.number("cached-ledgers");
    builder.addStateStore(
        store(JudgeProcessor.LEDGERS, Serdes.String(), new LedgerSerde(), isCached));
    builder.addStateStore(store(JudgeProcessor.PAID, Serdes.ByteArray(), Serdes.Long(), false));
    builder
        .stream(arguments.text("input"), Consumed.with(Serdes.ByteArray(), Serdes.ByteArray()))
        .process(SplitProcessor::new)
        .repartition(
            Repartitioned.with(Serdes.String(), Serdes.ByteArray())
                .withName("legs")
                .withNumberOfPartitions(arguments.number("partitions")))
        .process(
            () -> new JudgeProcessor(cachedLedgers), JudgeProcessor.LEDGERS, JudgeProcessor.PAID)
        .to(arguments.text("output"), Produced.with(Serdes.ByteArray(), Serdes.ByteArray()));
    return builder;
  }

  private static <K, V> StoreBuilder<KeyValueStore<K, V>> store(
      String name,
      Serde<K> keys,
      Serde<V> values,
      boolean isCached) {
    final StoreBuilder<KeyValueStore<K, V>> store =
        Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(name), keys, values)
            .withLoggingEnabled(CHANGELOG);
    return isCached ? store.withCachingEnabled() : store.withCachingDisabled();
  }

  private static Properties settings(Arguments arguments) {
    final Properties settings = new Properties();
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, arguments.text("output"));
    settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, arguments.text("bootstrap"));
    settings.put(StreamsConfig.STATE_DIR_CONFIG, arguments.text("folder"));
    settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, arguments.number("commit-ms"));
    settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, arguments.number("threads"));
    settings.put(StreamsConfig.NUM_STANDBY_REPLICAS_CONFIG, 0);
    settings.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, 1);
    settings.put(StreamsConfig.TOPOLOGY_OPTIMIZATION_CONFIG, StreamsConfig.OPTIMIZE);
    settings.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, arguments.number("store-cache-mb") * 1048576L);
    settings.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, RocksDbSettings.class);
    settings.put(StreamsConfig.BUFFERED_RECORDS_PER_PARTITION_CONFIG, 10_000);
    addClients(settings);
    return settings;
  }

  private static void addClients(Properties settings) {
    put(settings, true, ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    put(settings, true, ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 10_000);
    put(settings, true, ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 4 << 20);
    put(settings, true, ConsumerConfig.RECEIVE_BUFFER_CONFIG, 1 << 20);
    put(settings, true, ConsumerConfig.CHECK_CRCS_CONFIG, false);
    put(settings, false, ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
    put(settings, false, ProducerConfig.BATCH_SIZE_CONFIG, 512 << 10);
    put(settings, false, ProducerConfig.LINGER_MS_CONFIG, 50);
    put(settings, false, ProducerConfig.BUFFER_MEMORY_CONFIG, 256L << 20);
    put(settings, false, ProducerConfig.SEND_BUFFER_CONFIG, 1 << 20);
  }

  private static void put(Properties settings, boolean ofConsumer, String name, Object value) {
    settings.put(
        ofConsumer ? StreamsConfig.mainConsumerPrefix(name) : StreamsConfig.producerPrefix(name),
        value);
  }
}
