// From a sequence to its transaction's id and source position, in blocks of 1,024. Warm.
#include "engine/ledger/sequence_index.h"

#include <algorithm>
#include <map>
#include <utility>

#include "engine/base/check.h"
#include "engine/base/status.h"
#include "engine/ledger/index_block.h"
#include "engine/ledger/index_key.h"

namespace vigla {
namespace {

uint64_t BlockOf(Sequence sequence) { return sequence.value / SequenceIndex::kBlockRecords; }

}  // namespace

class SequenceIndex::Impl {
 public:
  Impl(Store* store, size_t cached_blocks_max)
      : store_(store), cached_blocks_max_(cached_blocks_max) {}

  absl::Status Start(Sequence next) {
    blocks_.clear();
    stale_keys_.clear();
    newest_ = resolved_ = nullptr;
    next_ = next;
    RETURN_IF_ERROR(store_->ScanForward(IndexKey(BlockOf(next) + 1),
                                        IndexKeyEnd(),
                                        [&](std::string_view key, std::string_view) {
                                          stale_keys_.emplace_back(key);
                                          return true;
                                        }));
    std::string value;
    const absl::Status found = store_->Get(IndexKey(BlockOf(next)), &value);
    const bool begins_block = next.value <= 1 || next.value % kBlockRecords == 0;
    if (absl::IsNotFound(found) && begins_block) return absl::OkStatus();
    if (!found.ok() && !absl::IsNotFound(found)) return found;
    IndexBlock block(next);
    if (found.ok()) {
      ASSIGN_OR_RETURN(block, IndexBlock::Decode(value, kBlockRecords));
    }
    const bool has_more = block.end() > next;
    block.Truncate(next);
    if (!found.ok() || block.end() != next) {
      return MakeError(absl::StatusCode::kDataLoss,
                       "state store: the sequence index lacks transactions that the state has; "
                       "move the state directory away to have it rebuilt from the input");
    }
    Keep(BlockOf(next), std::move(block), has_more);
    return absl::OkStatus();
  }

  void Append(Sequence sequence, std::string_view id, const RecordPosition& position) {
    CHECK(sequence == next_);
    ++next_.value;
    const uint64_t number = BlockOf(sequence);
    if (newest_ == nullptr || newest_number_ != number) {
      const auto found = blocks_.find(number);
      newest_ = found != blocks_.end() ? &found->second
                                       : Keep(number, IndexBlock(sequence), /*is_changed=*/true);
      newest_number_ = number;
    }
    newest_->is_changed = true;
    newest_->block.Append(id, position);
  }

  absl::StatusOr<IndexedView> Resolve(Sequence sequence) {
    if (sequence >= next_) return NotIndexed(sequence);
    const uint64_t number = BlockOf(sequence);
    if (resolved_ == nullptr || resolved_number_ != number) {
      const auto found = blocks_.find(number);
      if (found != blocks_.end()) {
        resolved_ = &found->second;
      } else {
        std::string value;
        const absl::Status read = store_->Get(IndexKey(number), &value);
        if (absl::IsNotFound(read)) return NotIndexed(sequence);
        RETURN_IF_ERROR(read);
        ASSIGN_OR_RETURN(IndexBlock block, IndexBlock::Decode(value, kBlockRecords));
        resolved_ = Keep(number, std::move(block), /*is_changed=*/false);
      }
      resolved_number_ = number;
    }
    resolved_->last_use = ++uses_;
    if (!resolved_->block.Has(sequence)) return NotIndexed(sequence);
    return IndexedView{resolved_->block.IdOf(sequence), resolved_->block.PositionOf(sequence)};
  }

  void TakeWriteBack(StoreBatch* batch) {
    for (std::string& key : stale_keys_) batch->Delete(std::move(key));
    stale_keys_.clear();
    for (auto& [number, cached] : blocks_) {
      cached.is_handed_over = cached.is_changed;
      if (cached.is_changed) batch->Put(IndexKey(number), cached.block.Encode());
      cached.is_changed = false;
    }
    LetGo();
  }

 private:
  struct Cached {
    IndexBlock block;
    bool is_changed = false;
    bool is_handed_over = false;  // in the last batch, which may not be in the store yet
    uint64_t last_use = 0;
  };

  static absl::Status NotIndexed(Sequence sequence) {
    return MakeError(absl::StatusCode::kNotFound,
                     "sequence " + std::to_string(sequence.value) + " is not in the index");
  }

  Cached* Keep(uint64_t number, IndexBlock block, bool is_changed) {
    Cached& cached =
        blocks_.insert_or_assign(number, Cached{std::move(block), is_changed, false, ++uses_})
            .first->second;
    LetGo();
    return &cached;
  }

  // Blocks that the store may lack are kept, and the newest used one always is.
  void LetGo() {
    while (blocks_.size() > std::max<size_t>(cached_blocks_max_, 1)) {
      auto oldest = blocks_.end();
      for (auto at = blocks_.begin(); at != blocks_.end(); ++at) {
        const Cached& cached = at->second;
        if (cached.is_changed || cached.is_handed_over || cached.last_use == uses_) continue;
        if (&cached == newest_) continue;
        if (oldest == blocks_.end() || cached.last_use < oldest->second.last_use) oldest = at;
      }
      if (oldest == blocks_.end()) return;
      if (&oldest->second == resolved_) resolved_ = nullptr;
      blocks_.erase(oldest);
    }
  }

  Store* const store_;
  const size_t cached_blocks_max_;
  std::map<uint64_t, Cached> blocks_;
  std::vector<std::string> stale_keys_;
  Sequence next_{1};
  Cached* newest_ = nullptr;  // the block of the last Append
  uint64_t newest_number_ = 0;
  Cached* resolved_ = nullptr;  // the block of the last Resolve, as long as it is kept
  uint64_t resolved_number_ = 0;
  uint64_t uses_ = 0;
};

SequenceIndex::SequenceIndex(Store* store, size_t cached_blocks_max)
    : impl_(std::make_unique<Impl>(store, cached_blocks_max)) {}
SequenceIndex::~SequenceIndex() = default;

absl::Status SequenceIndex::Start(Sequence next) { return impl_->Start(next); }
void SequenceIndex::Append(Sequence sequence, std::string_view id,
                           const RecordPosition& position) {
  impl_->Append(sequence, id, position);
}
absl::StatusOr<IndexedView> SequenceIndex::Resolve(Sequence sequence) {
  return impl_->Resolve(sequence);
}
void SequenceIndex::TakeWriteBack(StoreBatch* batch) { impl_->TakeWriteBack(batch); }

}  // namespace vigla
