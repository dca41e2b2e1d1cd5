package vigla.peers.streams;

import java.util.Map;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.CompactionStyle;
import org.rocksdb.CompressionType;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.WriteBufferManager;

/** RocksDB as tuned for many small ledgers: one bound of memory over all stores. Cold. */
public final class RocksDbSettings implements RocksDBConfigSetter {
  private static final long CACHE_BYTES = 1536L << 20;
  private static final Cache CACHE = new LRUCache(CACHE_BYTES, -1, false, 0.1);
  private static final WriteBufferManager WRITE_BUFFERS =
      new WriteBufferManager(CACHE_BYTES / 2, CACHE);
  private static final BloomFilter FILTER = new BloomFilter(10, false);

  @Override
  public void setConfig(String store, Options options, Map<String, Object> settings) {
    final BlockBasedTableConfig table = (BlockBasedTableConfig) options.tableFormatConfig();
    table.setBlockCache(CACHE);
    table.setCacheIndexAndFilterBlocks(true);
    table.setCacheIndexAndFilterBlocksWithHighPriority(true);
    table.setPinTopLevelIndexAndFilter(true);
    table.setFilterPolicy(FILTER); // most first reads of an account find nothing
    table.setBlockSize(4096);
    options.setTableFormatConfig(table);
    options.setWriteBufferManager(WRITE_BUFFERS);
    options.setWriteBufferSize(32L << 20);
    options.setMaxWriteBufferNumber(4);
    options.setCompressionType(CompressionType.LZ4_COMPRESSION);
    options.setCompactionStyle(CompactionStyle.LEVEL);
    options.setLevelCompactionDynamicLevelBytes(true);
    options.setIncreaseParallelism(2);
  }

  @Override
  public void close(String store, Options options) {} // cache and filter are shared
}
