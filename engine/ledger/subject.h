// One subject of a lane: who it is, its record and ledger, and what is cached about it. Hot.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "engine/base/block_pool.h"
#include "engine/base/ring.h"
#include "engine/ledger/ledger.h"
#include "engine/ledger/running_cache.h"
#include "engine/ledger/running_series.h"
#include "engine/ledger/running_totals.h"
#include "engine/ledger/subject_record.h"

namespace vigla {

// What few subjects have.
struct SubjectExtras {
  std::vector<FoldMark> fold_marks;
  RunningCache<RunningTotals> totals;  // by FeaturePlan::totals_of
  RunningCache<RunningSeries> series;  // by FeaturePlan::series

  size_t Bytes() const {
    return sizeof(SubjectExtras) + fold_marks.capacity() * sizeof(FoldMark) +
           totals.HeapBytes() + series.HeapBytes();
  }
};

// A leg reads and writes the first five lines of the cache only.
class alignas(kCacheLineBytes) Subject {
 public:
  // `record_key` is its key in the store, and tells it from all others. The newest entries come
  // from `pool`, which must outlive it.
  Subject(SubjectKind kind, const Hash128& hash, std::string_view record_key, size_t id_bytes,
          BlockPool* pool)
      : record_key_(record_key.begin(), record_key.end()), kind(kind),
        id_bytes(static_cast<uint32_t>(id_bytes)), ledger(pool), hash(hash) {}

  std::string_view record_key() const { return {record_key_.data(), record_key_.size()}; }
  std::string_view id() const { return record_key().substr(record_key_.size() - id_bytes); }
  std::span<const FoldMark> fold_marks() const {
    return extras_ == nullptr ? std::span<const FoldMark>() : extras_->fold_marks;
  }
  // Whether the leg is one of its legs.
  bool Is(const Leg& leg) const;
  bool HasRunning() const {
    return extras_ != nullptr && !(extras_->totals.empty() && extras_->series.empty());
  }
  // Null if there are none.
  RunningTotals* FindTotals(uint64_t rule_set_number, int plan) {
    return extras_ == nullptr ? nullptr : extras_->totals.Find(rule_set_number, plan);
  }
  RunningSeries* FindSeries(uint64_t rule_set_number, int plan) {
    return extras_ == nullptr ? nullptr : extras_->series.Find(rule_set_number, plan);
  }
  SubjectExtras& extras() {
    if (extras_ == nullptr) extras_ = std::make_unique<SubjectExtras>();
    return *extras_;
  }
  // Memory that it and its place in a table occupy, approximately.
  size_t Bytes() const;
  void Prefetch() const {
    const char* const line = reinterpret_cast<const char*>(this);
    for (size_t i = 0; i < kHotLines; ++i) __builtin_prefetch(line + i * kCacheLineBytes, 1);
  }

 private:
  static constexpr size_t kHotLines = 5;
  static constexpr size_t kInlineKey = 40;
  size_t KeyHeapBytes() const {
    return record_key_.capacity() > kInlineKey ? record_key_.capacity() : 0;
  }

  // Identity: one line.
  const absl::InlinedVector<char, kInlineKey> record_key_;

 public:
  const SubjectKind kind;
  bool has_legs = false;
  bool is_dirty = false;
  const uint32_t id_bytes;

  // State, as its record and chunks have it.
  Sequence last_sequence;
  EventTime newest_time;
  Ledger ledger;

  // Caches and bookkeeping.
  uint64_t pending_epoch = 0;      // of the newest image handed over; 0: it is in the store
  Sequence first_unsaved;          // meaningful while dirty
  Subject* newer = nullptr;        // in the list that it is in: unpinned or dirty ones
  Subject* older = nullptr;
  size_t counted_bytes = 0;        // what the table's sum has of it

 private:
  std::unique_ptr<SubjectExtras> extras_;

 public:
  RecordTotals totals;
  EventTime oldest_apart = EventTime::Max();  // first time of the oldest chunk apart
  Sequence loaded_sequence;        // legs up to here came with the image from the store
  const Hash128 hash;
};
static_assert(sizeof(Subject) == 6 * kCacheLineBytes, "subjects' memory is planned by lines");

}  // namespace vigla
