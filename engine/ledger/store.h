// Port: the ordered key-value store beneath the ledgers, written one whole batch at a time. Warm.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace vigla {

// Puts and deletes that become visible together or not at all.
struct StoreBatch {
  struct Operation {
    std::string key;
    std::string value;
    bool is_delete = false;
  };
  std::vector<Operation> operations;
  size_t bytes = 0;

  void Put(std::string key, std::string value) {
    bytes += key.size() + value.size();
    operations.push_back({std::move(key), std::move(value), false});
  }
  void Delete(std::string key) {
    bytes += key.size();
    operations.push_back({std::move(key), {}, true});
  }
};

// Reads may come from any thread; Write from one thread at a time, beside the reads.
class Store {
 public:
  virtual ~Store() = default;
  // NotFound if there is no such key; *value is then unspecified.
  virtual absl::Status Get(std::string_view key, std::string* value) = 0;
  // One value a key; none where there is no such key.
  virtual absl::Status MultiGet(const std::vector<std::string_view>& keys,
                                std::vector<std::optional<std::string>>* values) = 0;
  // Keys in [lower, upper), descending, until `visit` returns false.
  virtual absl::Status ScanBackward(
      std::string_view lower, std::string_view upper,
      const std::function<bool(std::string_view key, std::string_view value)>& visit) = 0;
  virtual absl::Status ScanForward(
      std::string_view lower, std::string_view upper,
      const std::function<bool(std::string_view key, std::string_view value)>& visit) = 0;
  // Atomic. With `sync` it survives a power loss; without it may vanish together with all
  // later batches, never alone. After an error nothing more may be written: reopen.
  virtual absl::Status Write(const StoreBatch& batch, bool sync) = 0;
  // Approximate bytes on disk, and free bytes of the volume; for metrics and the disk gate.
  virtual uint64_t DiskBytes() = 0;
  virtual uint64_t FreeBytes() = 0;
};

// Opens (and creates) a RocksDB at `directory`. `block_cache_bytes` bounds what it caches.
absl::StatusOr<std::unique_ptr<Store>> OpenRocksStore(const std::string& directory,
                                                      size_t block_cache_bytes);
// Read-only, beside a writer too: as the store was at some moment. NotFound if there is none.
absl::StatusOr<std::unique_ptr<Store>> OpenRocksStoreReadOnly(const std::string& directory);

// In memory, for tests and `vigla test`: same contract, nothing survives.
std::unique_ptr<Store> NewMemoryStore();

}  // namespace vigla
