// Compacts the state of an engine that has ended, and says what it is made of. Cold.
//
//   state_size STATE_DIR
//
// Prints {"table_bytes", "subjects", "subject_bytes", "index_bytes", "log_bytes"}: the tables as
// they lie on disk, and keys and values before compression: of records and chunks (the ledgers), of
// the index of transactions, of the log of legs.
#include <rocksdb/convenience.h>
#include <rocksdb/db.h>
#include <rocksdb/utilities/options_util.h>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace {

void Demand(const rocksdb::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "state_size: %s\n", status.ToString().c_str());
  std::exit(1);
}

// With the options that the engine wrote beside the tables: they choose the compression.
std::unique_ptr<rocksdb::DB> Open(const std::string& directory) {
  rocksdb::DBOptions options;
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  Demand(rocksdb::LoadLatestOptions(rocksdb::ConfigOptions(), directory, &options, &families));
  rocksdb::DB* database = nullptr;
  Demand(rocksdb::DB::Open(rocksdb::Options(options, families.at(0).options), directory,
                           &database));
  return std::unique_ptr<rocksdb::DB>(database);
}

void Compact(rocksdb::DB* database) {
  Demand(database->Flush(rocksdb::FlushOptions()));
  rocksdb::CompactRangeOptions options;
  options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForceOptimized;
  Demand(database->CompactRange(options, nullptr, nullptr));
}

uint64_t TableBytes(rocksdb::DB* database) {
  std::vector<rocksdb::LiveFileMetaData> files;
  database->GetLiveFilesMetaData(&files);
  uint64_t bytes = 0;
  for (const rocksdb::LiveFileMetaData& file : files) bytes += file.size;
  return bytes;
}

struct Size {
  unsigned long long entries = 0, bytes = 0;
};

// By the first byte of the key; engine/docs/formats.md, 'Ledger images'.
std::map<char, Size> Sizes(rocksdb::DB* database) {
  std::map<char, Size> sizes;
  const std::unique_ptr<rocksdb::Iterator> at(database->NewIterator(rocksdb::ReadOptions()));
  for (at->SeekToFirst(); at->Valid(); at->Next()) {
    Size& size = sizes[at->key()[0]];
    ++size.entries;
    size.bytes += at->key().size() + at->value().size();
  }
  Demand(at->status());
  return sizes;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: state_size STATE_DIR\n");
    return 1;
  }
  const std::unique_ptr<rocksdb::DB> database = Open(argv[1]);
  Compact(database.get());
  std::map<char, Size> sizes = Sizes(database.get());
  std::printf(
      "{\"table_bytes\":%llu,\"subjects\":%llu,\"subject_bytes\":%llu,\"index_bytes\":%llu,"
      "\"log_bytes\":%llu}\n",
      static_cast<unsigned long long>(TableBytes(database.get())), sizes['S'].entries,
      sizes['S'].bytes + sizes['C'].bytes, sizes['I'].bytes, sizes['L'].bytes);
}
