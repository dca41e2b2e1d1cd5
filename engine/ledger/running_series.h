// Entries of one subject that several features have in common, as sums that run through them. Hot.
// A window is a stretch of them, so that its count and its sum are differences between two places,
// however many windows there are; what is distinct in the newest so many of them are those of which
// no later one has the value. A cache over the ledger: never persisted, and never consulted for
// late legs. Kept as long as there are not too many; running totals (running_totals.h), which
// cost no memory by the entry, are for more.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "engine/ledger/entry_group.h"
#include "engine/ledger/figure.h"
#include "engine/ledger/ledger.h"

namespace vigla {

class RunningSeries {
 public:
  // All must outlive the series, which gives up when it has more entries than `entries_max`.
  RunningSeries(const SeriesPlan* plan, size_t entries_max, const RuleSet* rule_set,
                const KeyedHasher* hasher)
      : plan_(*plan), entries_max_(entries_max), rule_set_(*rule_set), hasher_(*hasher),
        values_(plan->distinct.size()) {}

  // Covers all entries later than `after` and before the key `before`; neither ever moves back.
  // After an error the series must not be used again. `leg_number` says for which leg this is.
  absl::Status CatchUp(const LedgerSource& source, const ReadingContext& context, Ledger* ledger,
                       EventTime after, const EntryKey& before, uint64_t leg_number);
  uint64_t leg_number() const { return leg_number_; }
  // A late entry, on which the reader stands, is in the ledger now.
  void NoteLate(EntryReader* reader);
  // There are too many entries, and nothing is kept.
  bool IsOver() const { return is_over_; }

  // What the entries in (after, through] add up to, all of them covered.
  AmountTotals TotalsOf(EventTime after, EventTime through) const;
  // How many values of a field, by its place in the plan, all entries later than `after` have.
  int64_t CountDistinct(int field, EventTime after);
  size_t HeapBytes() const;
  // So much it has at most for so many entries, of which some have just left their windows: half as
  // many lines again, and room for twice as many.
  static size_t HeapBytesMost(size_t entries, size_t distinct_fields) {
    return sizeof(RunningSeries) +
           3 * entries * (sizeof(Line) + distinct_fields * sizeof(std::optional<Hash128>));
  }

 private:
  // An entry, and what all up to it add up to since the series began.
  struct Line {
    EventTime time;
    int64_t with_rate = 0;
    Int128 sum = 0;
  };
  // The values of a field: by line, and the last line of each.
  struct Values {
    std::vector<std::optional<Hash128>> of_line;
    std::vector<uint64_t> is_last;
    absl::flat_hash_map<Hash128, uint32_t> last;
    bool is_stale = false;  // is_last and last have to be made anew
  };

  void Restart(EventTime after);
  bool Belongs(EntryReader* reader) const;
  void Insert(size_t line, EntryReader* reader);
  void NoteLast(Values* values, size_t line);
  void Remake(Values* values);
  // Those of no use to any window any more, once they are a third of them.
  void DropThrough(EventTime after);
  void GiveUp();
  size_t CountThrough(EventTime time) const;
  const Line& Before(size_t line) const { return line == 0 ? base_ : lines_[line - 1]; }

  const SeriesPlan& plan_;
  const size_t entries_max_;
  const RuleSet& rule_set_;
  const KeyedHasher& hasher_;
  bool is_started_ = false, is_over_ = false;
  uint64_t leg_number_ = 0;
  EntryKey head_;       // of the last entry looked at
  EventTime after_;     // entries up to it are not covered
  Line base_;           // what stands before the first line
  std::vector<Line> lines_;
  std::vector<Values> values_;  // by field of the plan
};

}  // namespace vigla
