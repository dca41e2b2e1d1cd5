// The running totals of one group of entries: added to at one end, taken from at the other. Hot.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "engine/ledger/figure.h"

namespace vigla {

// A queue in one allocation; at least half of what it holds is in use.
template <typename T>
class FlatQueue {
 public:
  bool empty() const { return head_ == items_.size(); }
  const T& front() const { return items_[head_]; }
  const T& back() const { return items_.back(); }
  void PushBack(const T& item) { items_.push_back(item); }
  void PopBack() { items_.pop_back(); }
  void PopFront() {
    if (++head_ * 2 < items_.size()) return;
    items_.erase(items_.begin(), items_.begin() + static_cast<ptrdiff_t>(head_));
    head_ = 0;
  }
  size_t HeapBytes() const { return items_.capacity() * sizeof(T); }

 private:
  std::vector<T> items_;
  size_t head_ = 0;
};

// Entries enter in the order of their keys and leave in the same order. What an aggregate beyond
// count and sum needs is allocated when it is first needed: there may be a group for each
// counterparty of an account.
class RunningGroup {
 public:
  // The entry the reader stands on; `in_part` as its `where` says (share keeps the others too).
  void Add(const FeaturePlan& plan, const KeyedHasher& hasher, bool in_part, EntryReader* reader);
  void Remove(const FeaturePlan& plan, const KeyedHasher& hasher, bool in_part,
              EntryReader* reader);
  // Whether Add may also be called for an entry older than the last.
  static bool TakesLateEntries(Aggregate aggregate);

  bool empty() const {
    return part_.count == 0 && (detail_ == nullptr || detail_->whole.count == 0);
  }
  // Leaves summary->edge to the caller.
  void Summarise(const FeaturePlan& plan, Summary* summary) const;
  // Of a number of distinct values, or as KeyOfTotals.
  FigureKey Key(const FeaturePlan& plan) const {
    if (plan.feature->aggregate != Aggregate::kDistinct) return KeyOfTotals(plan, part_);
    return {detail_ == nullptr ? 0 : static_cast<int64_t>(detail_->values.size()),
            KeyState::kExact};
  }
  size_t HeapBytes() const;

 private:
  struct Extreme {
    EntryKey key;
    int64_t amount = 0;
  };
  struct Detail {
    AmountTotals whole;            // of a share
    SquareSum squares;
    FlatQueue<Extreme> extremes;   // amounts ever worse from the front: the best is the front
    FlatQueue<EntryKey> keys;      // of all entries, for the first one
    absl::flat_hash_map<Hash128, int64_t> values;
    EntryKey last{EventTime::Min(), {}, Direction::kDebit};
  };

  Detail& detail() {
    if (!detail_) detail_ = std::make_unique<Detail>();
    return *detail_;
  }

  AmountTotals part_;
  std::unique_ptr<Detail> detail_;
};
static_assert(sizeof(RunningGroup) == 64);

}  // namespace vigla
