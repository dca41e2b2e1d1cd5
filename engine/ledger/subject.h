// One subject of a lane: who it is, its record and ledger, and what is cached about it. Hot.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "engine/ledger/ledger.h"
#include "engine/ledger/running_totals.h"
#include "engine/ledger/subject_record.h"

namespace vigla {

// Running totals by feature; those of another rule set are gone.
class TotalsCache {
 public:
  // Null if there are none.
  RunningTotals* Find(uint64_t rule_set_number, int feature) {
    if (rule_set_number != rule_set_number_) return nullptr;
    for (auto& [index, totals] : totals_) {
      if (index == feature) return totals.get();
    }
    return nullptr;
  }
  RunningTotals* Add(uint64_t rule_set_number, int feature,
                     std::unique_ptr<RunningTotals> totals) {
    if (rule_set_number != rule_set_number_) totals_.clear();
    rule_set_number_ = rule_set_number;
    totals_.emplace_back(feature, std::move(totals));
    return totals_.back().second.get();
  }
  void NoteLate(uint64_t rule_set_number, EntryReader* reader) {
    if (rule_set_number != rule_set_number_) return;
    for (auto& [index, totals] : totals_) totals->NoteLate(reader);
  }
  void Clear() { totals_.clear(); }
  bool empty() const { return totals_.empty(); }
  size_t HeapBytes() const {
    size_t bytes = 0;
    for (const auto& [index, totals] : totals_) bytes += totals->HeapBytes();
    return bytes;
  }

 private:
  uint64_t rule_set_number_ = 0;
  std::vector<std::pair<int, std::unique_ptr<RunningTotals>>> totals_;
};

class Subject {
 public:
  // `record_key` is its key in the store, and tells it from all others.
  Subject(SubjectKind kind, const Hash128& hash, std::string_view record_key, size_t id_bytes)
      : kind(kind), id_bytes(static_cast<uint32_t>(id_bytes)),
        record_key_(record_key.begin(), record_key.end()), hash(hash) {}

  std::string_view record_key() const { return {record_key_.data(), record_key_.size()}; }
  std::string_view id() const { return record_key().substr(record_key_.size() - id_bytes); }
  size_t Bytes() const;

  // Identity; what a look-up reads comes first, in one cache line.
  Subject* next_same_hash = nullptr;
  const SubjectKind kind;
  const uint32_t id_bytes;

 private:
  static constexpr size_t kInlineKey = 40;
  size_t KeyHeapBytes() const {
    return record_key_.capacity() > kInlineKey ? record_key_.capacity() : 0;
  }
  const absl::InlinedVector<char, kInlineKey> record_key_;

 public:
  const Hash128 hash;

  // State, as its record and chunks have it.
  Sequence last_sequence;
  EventTime newest_time;
  bool has_legs = false;
  EventTime oldest_apart = EventTime::Max();  // first time of the oldest chunk apart
  RecordTotals totals;
  std::vector<FoldMark> fold_marks;
  Ledger ledger;

  // Caches and bookkeeping.
  TotalsCache running;
  Sequence loaded_sequence;        // legs up to here came with the image from the store
  Sequence first_unsaved;          // meaningful while dirty
  uint64_t pending_epoch = 0;      // of the newest image handed over; 0: it is in the store
  bool is_dirty = false;
  size_t counted_bytes = 0;        // what the table's sum has of it
  Subject* newer = nullptr;        // in the list that it is in: unpinned or dirty ones
  Subject* older = nullptr;
};

}  // namespace vigla
