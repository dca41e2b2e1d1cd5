// Changes in memory above a store that stays as it is. Cold.
#include "engine/ledger/overlay_store.h"

#include <map>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <utility>

#include "engine/base/status.h"

namespace vigla {
namespace {

using Visit = std::function<bool(std::string_view key, std::string_view value)>;
// What was written, by key; nothing where the key was deleted.
using Changes = std::map<std::string, std::optional<std::string>, std::less<>>;

// Merges changes, which come in the scan's own order, into the base's pairs of the same order.
template <typename Iterator, typename IsBefore>
class Merge {
 public:
  Merge(Iterator at, Iterator end, const Visit& visit) : at_(at), end_(end), visit_(visit) {}

  // Changes up to and including the pair's key, then the pair if nothing has changed it.
  bool Take(std::string_view key, std::string_view value) {
    while (at_ != end_ && IsBefore()(at_->first, key)) {
      if (!Give()) return false;
    }
    if (at_ != end_ && at_->first == key) return Give();
    return visit_(key, value);
  }
  void TakeRest() {
    while (!stopped_ && at_ != end_ && Give()) {
    }
  }
  void Stop() { stopped_ = true; }

 private:
  bool Give() {
    const auto& [key, value] = *at_++;
    return !value || visit_(key, *value);
  }

  Iterator at_;
  const Iterator end_;
  const Visit& visit_;
  bool stopped_ = false;
};

class OverlayStore final : public Store {
 public:
  explicit OverlayStore(Store* base) : base_(base) {}

  absl::Status Get(std::string_view key, std::string* value) override {
    std::shared_lock lock(mutex_);
    const auto change = changes_.find(key);
    if (change == changes_.end()) return base_->Get(key, value);
    return Read(change->second, value);
  }

  absl::Status MultiGet(const std::vector<std::string_view>& keys,
                        std::vector<std::optional<std::string>>* values) override {
    std::shared_lock lock(mutex_);
    const absl::Status read = base_->MultiGet(keys, values);
    for (size_t i = 0; read.ok() && i < keys.size(); ++i) {
      const auto change = changes_.find(keys[i]);
      if (change != changes_.end()) (*values)[i] = change->second;
    }
    return read;
  }

  absl::Status ScanBackward(std::string_view lower, std::string_view upper,
                            const Visit& visit) override {
    std::shared_lock lock(mutex_);
    using Iterator = Changes::const_reverse_iterator;
    Merge<Iterator, std::greater<>> merge(Iterator(changes_.lower_bound(upper)),
                                          Iterator(changes_.lower_bound(lower)), visit);
    const absl::Status status =
        base_->ScanBackward(lower, upper, [&](std::string_view key, std::string_view value) {
          if (merge.Take(key, value)) return true;
          merge.Stop();
          return false;
        });
    if (status.ok()) merge.TakeRest();
    return status;
  }

  absl::Status ScanForward(std::string_view lower, std::string_view upper,
                           const Visit& visit) override {
    std::shared_lock lock(mutex_);
    Merge<Changes::const_iterator, std::less<>> merge(changes_.lower_bound(lower),
                                                      changes_.lower_bound(upper), visit);
    const absl::Status status =
        base_->ScanForward(lower, upper, [&](std::string_view key, std::string_view value) {
          if (merge.Take(key, value)) return true;
          merge.Stop();
          return false;
        });
    if (status.ok()) merge.TakeRest();
    return status;
  }

  absl::Status Write(const StoreBatch& batch, bool /*sync*/) override {
    std::unique_lock lock(mutex_);
    for (const StoreBatch::Operation& operation : batch.operations) {
      std::optional<std::string> value;
      if (!operation.is_delete) value = operation.value;
      changes_.insert_or_assign(operation.key, std::move(value));
    }
    return absl::OkStatus();
  }

  uint64_t DiskBytes() override { return base_->DiskBytes(); }
  uint64_t FreeBytes() override { return UINT64_MAX; }

 private:
  static absl::Status Read(const std::optional<std::string>& change, std::string* value) {
    if (!change) return absl::NotFoundError("no such key");
    *value = *change;
    return absl::OkStatus();
  }

  Store* const base_;
  std::shared_mutex mutex_;
  Changes changes_;
};

}  // namespace

std::unique_ptr<Store> NewOverlayStore(Store* base) { return std::make_unique<OverlayStore>(base); }

}  // namespace vigla
