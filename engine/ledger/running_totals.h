// One feature of one subject, kept up as its window moves on: a cache over the ledger. Hot.
// Covers the entries after `tail_` and not after `head_`; both move forwards when the feature is
// read, over entries that came or left since. Never persisted, and never consulted for late legs.
#pragma once

#include "absl/container/flat_hash_map.h"
#include "engine/ledger/entry_group.h"
#include "engine/ledger/ledger.h"
#include "engine/ledger/running_group.h"

namespace vigla {

class RunningTotals {
 public:
  // All must outlive the totals; the plan's can_run must hold.
  RunningTotals(const FeaturePlan* plan, const RuleSet* rule_set, const KeyedHasher* hasher)
      : plan_(*plan), rule_set_(*rule_set), hasher_(*hasher) {}

  // Covers all entries later than `after` and before the key `before`; neither ever moves back.
  // After an error the totals must not be used again.
  absl::Status CatchUp(const LedgerSource& source, const ReadingContext& context, Ledger* ledger,
                       EventTime after, const EntryKey& before);
  // A late entry, on which the reader stands, is in the ledger now.
  void NoteLate(EntryReader* reader);

  // Empty if nothing belongs to it. Valid until the next CatchUp or NoteLate.
  const RunningGroup& Find(const Hash128& group) const;
  size_t HeapBytes() const {
    return sizeof(RunningTotals) + detail_bytes_ +
           groups_.capacity() * (sizeof(Hash128) + sizeof(RunningGroup) + 1);
  }

 private:
  void Restart(EventTime after);
  void Add(EntryReader* reader);
  void Remove(EntryReader* reader);
  // Of the entry the reader stands on; false if it lacks a field of `per`.
  bool IdentifyEntry(EntryReader* reader, Hash128* group) const;
  bool IsInPart(EntryReader* reader) const;

  const FeaturePlan& plan_;
  const RuleSet& rule_set_;
  const KeyedHasher& hasher_;
  bool is_started_ = false;
  EntryKey head_, tail_;
  size_t covered_ = 0;  // entries between tail and head, whether they belong to the feature or not
  EventTime oldest_;    // none of these is older
  RunningGroup only_;   // without `per`
  absl::flat_hash_map<Hash128, RunningGroup> groups_;
  size_t detail_bytes_ = 0;
};

}  // namespace vigla
