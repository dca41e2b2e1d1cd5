// The store on disk: one RocksDB with one column family. Warm.
// Options follow what RocksDB 7.8.3 is known to get wrong (the issue beside each line).
#include <rocksdb/cache.h>
#include <rocksdb/convenience.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>
#include <rocksdb/version.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "engine/base/status.h"
#include "engine/ledger/store.h"

namespace vigla {
namespace {

// rocksdb#10921: before 7.8.2 a failed flush that is retried can misorder updates.
static_assert(ROCKSDB_MAJOR > 7 ||
              (ROCKSDB_MAJOR == 7 &&
               (ROCKSDB_MINOR > 8 || (ROCKSDB_MINOR == 8 && ROCKSDB_PATCH >= 2))));

// Of the memory of one batch; those of usual epochs have less.
constexpr size_t kWritesBytesKept = size_t{32} << 20;

rocksdb::Slice ToSlice(std::string_view text) { return {text.data(), text.size()}; }
std::string_view ToView(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

absl::Status ToStatus(const rocksdb::Status& status, std::string_view doing) {
  if (status.ok()) return absl::OkStatus();
  if (status.IsNotFound()) return absl::NotFoundError("no such key");
  absl::StatusCode code = absl::StatusCode::kUnavailable;
  if (status.IsCorruption()) code = absl::StatusCode::kDataLoss;
  if (status.IsNoSpace()) code = absl::StatusCode::kResourceExhausted;
  return MakeError(code, "state store, " + std::string(doing) + ": " + status.ToString());
}

// A RocksDB may be built without it.
rocksdb::CompressionType IfSupported(rocksdb::CompressionType wanted) {
  const std::vector<rocksdb::CompressionType> supported = rocksdb::GetSupportedCompressions();
  const bool found = std::find(supported.begin(), supported.end(), wanted) != supported.end();
  return found ? wanted : rocksdb::kNoCompression;
}

rocksdb::Options StoreOptions(size_t block_cache_bytes) {
  rocksdb::Options options;
  options.create_if_missing = true;
  options.paranoid_checks = true;
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  options.recycle_log_file_num = 0;                            // rocksdb#12918, #12403
  options.wal_compression = rocksdb::kNoCompression;           // rocksdb#11198
  options.track_and_verify_wals_in_manifest = false;           // rocksdb#10892
  options.atomic_flush = false;                                // rocksdb#11148
  options.max_bgerror_resume_count = 0;                        // rocksdb#11643: reopen instead
  options.avoid_flush_during_recovery = true;                  // an instance must be ready soon
  options.write_buffer_size = size_t{64} << 20;
  options.max_write_buffer_number = 3;
  // Most look-ups of a growing book are for subjects that are not there yet.
  options.memtable_whole_key_filtering = true;
  options.memtable_prefix_bloom_size_ratio = 0.05;
  // Batches come sorted by key: each insertion then starts from where the last one was.
  options.memtable_insert_with_hint_prefix_extractor.reset(rocksdb::NewFixedPrefixTransform(1));
  options.max_background_jobs = 2;
  options.max_open_files = 512;
  options.bytes_per_sync = 1 << 20;
  options.level_compaction_dynamic_level_bytes = true;
  // The log of legs dies young: half as many compactions carry little of it downwards.
  options.level0_file_num_compaction_trigger = 8;
  options.info_log_level = rocksdb::InfoLogLevel::WARN_LEVEL;
  options.keep_log_file_num = 4;
  // Most of an image and of the log are hashes, which nothing makes shorter: LZ4 takes a sixth off
  // a compacted state, zstd a quarter and twice the time. What comes from memory is rewritten soon.
  options.compression = IfSupported(rocksdb::kLZ4Compression);
  options.compression_per_level.assign(static_cast<size_t>(options.num_levels),
                                       options.compression);
  options.compression_per_level.front() = rocksdb::kNoCompression;
  options.max_total_wal_size = uint64_t{256} << 20;

  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(block_cache_bytes);
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10, false));
  table.block_size = 8 << 10;
  table.cache_index_and_filter_blocks = true;  // so that the bound holds for them as well
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.format_version = 5;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

// The manifest's name and length, which grows with whatever is added to or taken from the files.
absl::StatusOr<std::string> ManifestStamp(const std::string& directory) {
  std::string name;
  std::ifstream current(directory + "/CURRENT");
  if (!std::getline(current, name)) {
    return MakeError(absl::StatusCode::kNotFound, "no state store in " + directory);
  }
  std::error_code error;
  const auto bytes = std::filesystem::file_size(std::filesystem::path(directory) / name, error);
  // One that is gone has made room for another: the next look at CURRENT names it.
  return name + " " + (error ? "gone" : std::to_string(bytes));
}

class RocksStore final : public Store {
 public:
  RocksStore(std::unique_ptr<rocksdb::DB> database, std::string directory)
      : database_(std::move(database)), directory_(std::move(directory)) {}

  absl::Status Get(std::string_view key, std::string* value) override {
    return ToStatus(database_->Get(rocksdb::ReadOptions(), ToSlice(key), value), "read");
  }

  absl::Status MultiGet(const std::vector<std::string_view>& keys,
                        std::vector<std::optional<std::string>>* values) override {
    std::vector<rocksdb::Slice> slices;
    slices.reserve(keys.size());
    for (std::string_view key : keys) slices.push_back(ToSlice(key));
    std::vector<rocksdb::PinnableSlice> found(keys.size());
    std::vector<rocksdb::Status> statuses(keys.size());
    database_->MultiGet(rocksdb::ReadOptions(), database_->DefaultColumnFamily(), keys.size(),
                        slices.data(), found.data(), statuses.data());
    values->resize(keys.size());
    for (size_t i = 0; i < keys.size(); ++i) {
      (*values)[i].reset();
      if (statuses[i].IsNotFound()) continue;
      RETURN_IF_ERROR(ToStatus(statuses[i], "read"));
      (*values)[i].emplace(ToView(found[i]));
    }
    return absl::OkStatus();
  }

  absl::Status ScanBackward(
      std::string_view lower, std::string_view upper,
      const std::function<bool(std::string_view key, std::string_view value)>& visit) override {
    const rocksdb::Slice lower_slice = ToSlice(lower);
    rocksdb::ReadOptions read;
    read.iterate_lower_bound = &lower_slice;
    const std::unique_ptr<rocksdb::Iterator> at(database_->NewIterator(read));
    at->SeekForPrev(ToSlice(upper));
    if (at->Valid() && ToView(at->key()) == upper) at->Prev();
    for (; at->Valid() && visit(ToView(at->key()), ToView(at->value())); at->Prev()) {
    }
    return ToStatus(at->status(), "scan");
  }

  absl::Status ScanForward(
      std::string_view lower, std::string_view upper,
      const std::function<bool(std::string_view key, std::string_view value)>& visit) override {
    const rocksdb::Slice upper_slice = ToSlice(upper);
    rocksdb::ReadOptions read;
    read.iterate_upper_bound = &upper_slice;
    const std::unique_ptr<rocksdb::Iterator> at(database_->NewIterator(read));
    at->Seek(ToSlice(lower));
    for (; at->Valid() && visit(ToView(at->key()), ToView(at->value())); at->Next()) {
    }
    return ToStatus(at->status(), "scan");
  }

  absl::Status Write(const StoreBatch& batch, bool sync) override {
    writes_.Clear();
    for (const StoreBatch::Operation& operation : batch.operations) {
      const rocksdb::Status added =
          operation.is_delete ? writes_.Delete(ToSlice(operation.key))
                              : writes_.Put(ToSlice(operation.key), ToSlice(operation.value));
      RETURN_IF_ERROR(ToStatus(added, "write"));
    }
    rocksdb::WriteOptions options;
    options.sync = sync;
    const absl::Status status = ToStatus(database_->Write(options, &writes_), "write");
    if (writes_.Data().capacity() > kWritesBytesKept) writes_ = rocksdb::WriteBatch();
    return status;
  }

  uint64_t DiskBytes() override {
    uint64_t tables = 0, memory = 0;
    database_->GetIntProperty(rocksdb::DB::Properties::kTotalSstFilesSize, &tables);
    database_->GetIntProperty(rocksdb::DB::Properties::kCurSizeAllMemTables, &memory);
    return tables + memory;
  }

  uint64_t FreeBytes() override {
    std::error_code error;
    const std::filesystem::space_info space = std::filesystem::space(directory_, error);
    return error ? 0 : space.available;
  }

 private:
  std::unique_ptr<rocksdb::DB> database_;
  std::string directory_;
  rocksdb::WriteBatch writes_;  // of the batch at hand: its memory serves the next one
};

}  // namespace

absl::StatusOr<std::unique_ptr<Store>> OpenRocksStore(const std::string& directory,
                                                      size_t block_cache_bytes) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) {
    return MakeError(absl::StatusCode::kUnavailable,
                     "state store: can't create " + directory + ": " + error.message());
  }
  rocksdb::DB* opened = nullptr;
  const rocksdb::Status status =
      rocksdb::DB::Open(StoreOptions(block_cache_bytes), directory, &opened);
  RETURN_IF_ERROR(ToStatus(status, "open " + directory));
  return std::unique_ptr<Store>(
      std::make_unique<RocksStore>(std::unique_ptr<rocksdb::DB>(opened), directory));
}

absl::StatusOr<std::unique_ptr<Store>> OpenRocksStoreReadOnly(const std::string& directory) {
  rocksdb::Options options = StoreOptions(size_t{8} << 20);
  options.create_if_missing = false;
  options.max_open_files = -1;  // all at once: what a writer deletes later stays readable
  // Between the reading of a manifest and of the logs a writer may turn a log into a table, and
  // then what it held would be missing in the midst. It says so in the manifest before it deletes
  // anything, so one that has not grown meanwhile is proof.
  constexpr int kAttempts = 20;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    ASSIGN_OR_RETURN(const std::string before, ManifestStamp(directory));
    rocksdb::DB* opened = nullptr;
    const rocksdb::Status status = rocksdb::DB::OpenForReadOnly(options, directory, &opened);
    std::unique_ptr<rocksdb::DB> database(opened);
    ASSIGN_OR_RETURN(const std::string after, ManifestStamp(directory));
    if (before != after) continue;
    RETURN_IF_ERROR(ToStatus(status, "open " + directory));
    return std::unique_ptr<Store>(
        std::make_unique<RocksStore>(std::move(database), directory));
  }
  return MakeError(absl::StatusCode::kUnavailable,
                   "state store: " + directory + " changes faster than it can be opened beside "
                   "its writer; try again");
}

}  // namespace vigla
