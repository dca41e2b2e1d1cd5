// The store in memory: a sorted map with the contract of the one on disk, for tests. Cold.
#include <map>
#include <mutex>
#include <shared_mutex>

#include "engine/base/status.h"
#include "engine/ledger/store.h"

namespace vigla {
namespace {

class MemoryStore final : public Store {
 public:
  absl::Status Get(std::string_view key, std::string* value) override {
    std::shared_lock lock(mutex_);
    return Find(key, value);
  }

  absl::Status MultiGet(const std::vector<std::string_view>& keys,
                        std::vector<std::optional<std::string>>* values) override {
    std::shared_lock lock(mutex_);
    values->resize(keys.size());
    for (size_t i = 0; i < keys.size(); ++i) {
      const auto found = entries_.find(keys[i]);
      (*values)[i].reset();
      if (found != entries_.end()) (*values)[i] = found->second;
    }
    return absl::OkStatus();
  }

  absl::Status ScanBackward(
      std::string_view lower, std::string_view upper,
      const std::function<bool(std::string_view key, std::string_view value)>& visit) override {
    std::shared_lock lock(mutex_);
    auto at = entries_.lower_bound(upper);
    while (at != entries_.begin()) {
      --at;
      if (at->first < lower || !visit(at->first, at->second)) break;
    }
    return absl::OkStatus();
  }

  absl::Status ScanForward(
      std::string_view lower, std::string_view upper,
      const std::function<bool(std::string_view key, std::string_view value)>& visit) override {
    std::shared_lock lock(mutex_);
    for (auto at = entries_.lower_bound(lower); at != entries_.end() && at->first < upper; ++at) {
      if (!visit(at->first, at->second)) break;
    }
    return absl::OkStatus();
  }

  absl::Status Write(const StoreBatch& batch, bool /*sync*/) override {
    std::unique_lock lock(mutex_);
    for (const StoreBatch::Operation& operation : batch.operations) {
      if (operation.is_delete) {
        entries_.erase(operation.key);
      } else {
        entries_.insert_or_assign(operation.key, operation.value);
      }
    }
    return absl::OkStatus();
  }

  uint64_t DiskBytes() override { return 0; }
  uint64_t FreeBytes() override { return UINT64_MAX; }

 private:
  absl::Status Find(std::string_view key, std::string* value) {
    const auto found = entries_.find(key);
    if (found == entries_.end()) return absl::NotFoundError("no such key");
    *value = found->second;
    return absl::OkStatus();
  }

  std::shared_mutex mutex_;
  std::map<std::string, std::string, std::less<>> entries_;
};

}  // namespace

std::unique_ptr<Store> NewMemoryStore() { return std::make_unique<MemoryStore>(); }

}  // namespace vigla
