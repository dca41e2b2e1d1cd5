// One feature of one subject, kept up as its window moves on: a cache over the ledger. Hot.
#include "engine/ledger/running_totals.h"

#include <algorithm>

#include "engine/base/check.h"
#include "engine/rule/evaluator.h"

namespace vigla {

absl::Status RunningTotals::CatchUp(const LedgerSource& source, const ReadingContext& context,
                                    Ledger* ledger, EventTime after, const EntryKey& before) {
  // What was covered lies behind the window, or the ledger has forgotten some of it.
  if (!is_started_ || head_.time <= after || tail_ < ledger->dropped_before()) Restart(after);
  CHECK(tail_ <= EntryKey::EndOf(after));
  EntryReader reader(context);
  RETURN_IF_ERROR(ledger->ForEachAfter(source, head_, [&](const Chunk& chunk, size_t offset) {
    const EntryKey key = KeyOf(chunk[offset]);
    if (key >= before) return false;
    reader.Stand(chunk, offset);
    Add(&reader);
    head_ = key;
    return true;
  }));
  if (covered_ > 0 && oldest_ <= after) {
    RETURN_IF_ERROR(ledger->ForEachAfter(source, tail_, [&](const Chunk& chunk, size_t offset) {
      oldest_ = chunk[offset].time;
      if (oldest_ > after) return false;
      reader.Stand(chunk, offset);
      Remove(&reader);
      return true;
    }));
  }
  tail_ = EntryKey::EndOf(after);
  head_ = std::max(head_, tail_);
  return absl::OkStatus();
}

void RunningTotals::NoteLate(EntryReader* reader) {
  const EntryKey key = KeyOf(reader->entry());
  if (!is_started_ || key > head_ || key <= tail_) return;
  if (RunningGroup::TakesLateEntries(plan_.feature->aggregate)) {
    Add(reader);
  } else {
    is_started_ = false;
  }
}

void RunningTotals::Restart(EventTime after) {
  is_started_ = true;
  head_ = tail_ = EntryKey::EndOf(after);
  covered_ = 0;
  oldest_ = EventTime::Max();
  only_ = RunningGroup();
  groups_.clear();
  detail_bytes_ = 0;
}

bool RunningTotals::IdentifyEntry(EntryReader* reader, Hash128* group) const {
  return IdentifyGroup(
      plan_.feature->per, hasher_, [&](FieldRef field) { return reader->Field(field); }, group);
}

bool RunningTotals::IsInPart(EntryReader* reader) const {
  const Feature& feature = *plan_.feature;
  return !feature.where || EvaluateTruth(*feature.where, rule_set_, *reader) == Truth::kTrue;
}

void RunningTotals::Add(EntryReader* reader) {
  ++covered_;
  oldest_ = std::min(oldest_, reader->entry().time);
  if (!plan_.Selects(reader->entry())) return;
  const bool in_part = IsInPart(reader);
  if (!in_part && plan_.feature->aggregate != Aggregate::kShare) return;
  RunningGroup* group = &only_;
  if (!plan_.feature->per.empty()) {
    Hash128 identity;
    if (!IdentifyEntry(reader, &identity)) return;
    group = &groups_[identity];
  }
  detail_bytes_ -= group->HeapBytes();
  group->Add(plan_, hasher_, in_part, reader);
  detail_bytes_ += group->HeapBytes();
}

void RunningTotals::Remove(EntryReader* reader) {
  CHECK(covered_ > 0);
  --covered_;
  if (!plan_.Selects(reader->entry())) return;
  const bool in_part = IsInPart(reader);
  if (!in_part && plan_.feature->aggregate != Aggregate::kShare) return;
  if (plan_.feature->per.empty()) {
    detail_bytes_ -= only_.HeapBytes();
    only_.Remove(plan_, hasher_, in_part, reader);
    detail_bytes_ += only_.HeapBytes();
    return;
  }
  Hash128 identity;
  if (!IdentifyEntry(reader, &identity)) return;
  const auto found = groups_.find(identity);
  CHECK(found != groups_.end());
  detail_bytes_ -= found->second.HeapBytes();
  found->second.Remove(plan_, hasher_, in_part, reader);
  if (found->second.empty()) {
    groups_.erase(found);
  } else {
    detail_bytes_ += found->second.HeapBytes();
  }
}

const RunningGroup& RunningTotals::Find(const Hash128& group) const {
  static const RunningGroup* const kEmpty = new RunningGroup();
  if (plan_.feature->per.empty()) return only_;
  const auto found = groups_.find(group);
  return found == groups_.end() ? *kEmpty : found->second;
}

}  // namespace vigla
