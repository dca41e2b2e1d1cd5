package vigla.peers.flink;

import java.nio.file.Path;
import org.apache.flink.configuration.Configuration;

/** RocksDB as tuned for many small ledgers, read and written at random. Cold. */
final class RocksDbSettings {
  private RocksDbSettings() {}

  static void addTo(Configuration settings, Path folder) {
    settings.setString("execution.checkpointing.incremental", "true");
    settings.setString("state.backend.rocksdb.localdir", folder.resolve("rocksdb").toString());
    // Memory: one bound for write buffers and cached blocks, index and filters among them.
    settings.setString("state.backend.rocksdb.memory.fixed-per-slot", "768mb");
    settings.setString("state.backend.rocksdb.memory.write-buffer-ratio", "0.5");
    settings.setString("state.backend.rocksdb.memory.high-prio-pool-ratio", "0.1");
    settings.setString("state.backend.rocksdb.writebuffer.size", "64mb");
    settings.setString("state.backend.rocksdb.writebuffer.count", "4");
    // Most first reads of an account find nothing: a filter answers them.
    settings.setString("state.backend.rocksdb.use-bloom-filter", "true");
    settings.setString("state.backend.rocksdb.bloom-filter.bits-per-key", "10");
    settings.setString("state.backend.rocksdb.bloom-filter.block-based-mode", "false");
    settings.setString("state.backend.rocksdb.block.blocksize", "4kb");
    settings.setString("state.backend.rocksdb.compression.per.level", "LZ4_COMPRESSION");
    settings.setString("state.backend.rocksdb.compaction.level.use-dynamic-size", "true");
    settings.setString("state.backend.rocksdb.thread.num", "2");
  }
}
