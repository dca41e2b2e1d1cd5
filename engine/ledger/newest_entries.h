// The newest entries of the judged leg's subject as bitmaps, of which figures are made. Hot.
// Features have windows, directions, groups and conditions in common: each is asked of an entry
// once a leg, however many features there are. Those that differ in how far their windows reach
// back alone are a series: the entries of the shorter window are the newest of the longer one's,
// so sums and first occurrences run through the series once, from its newest entry on, and each
// window looks up how they stood at its end. A third way to what WindowScan defines, for windows
// that the newest chunk holds whole.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <optional>
#include <vector>

#include "engine/ledger/entry_condition.h"
#include "engine/ledger/feature_plan.h"
#include "engine/ledger/ledger.h"
#include "engine/rule/order_key.h"
#include "engine/rule/truth.h"

namespace vigla {

struct EntryCounts {
  int64_t all = 0, without_rate = 0;
};

class NewestEntries {
 public:
  // Not shares, deviations and ranks: they go through the entries.
  static bool CanMake(const Feature& feature);
  // Allocates; nothing else does. All must stay alive.
  void SetPlans(const std::vector<FeaturePlan>& plans, const RuleSet& rule_set,
                const KeyedHasher* hasher);

  // The judged leg is context.leg, `ledger` its subject's, of which nothing at or before `cutoff`
  // is visible. All calls up to NextLeg are about them.
  void Begin(const Ledger& ledger, EventTime cutoff, const ReadingContext& context);
  // Or no figure of the leg is known: nothing is covered.
  void BeginUnknown();
  bool IsBegun() const { return is_begun_; }
  void NextLeg() { is_begun_ = false; }

  // False where the feature is not made of bitmaps, its window reaches beyond them, or the figure
  // is unknown to the leg, whatever its entries are.
  bool Covers(int feature) {
    const Shares& shares = shares_.data()[feature];
    return shares.stretch != kNone && StretchOf(shares).is_covered && time_ >= shares.known_from;
  }

  // The key of the figure where it covers; kWithoutKey where it does not, or only the value has it.
  FigureKey KeyOfFigure(int feature);
  // Whether the feature's window has an entry with a base amount, which the newest may tell even if
  // it reaches beyond them; unknown where only others can tell. Of features without groups.
  Truth HasBaseAmount(int feature);

  // Where it covers: the figure, unless it is a field of the first or last entry.
  Value Figure(int feature);
  // The key of that first or last entry, if there is one.
  std::optional<EntryKey> Edge(int feature);
  EntryCounts CountEntries(int feature);

 private:
  static constexpr size_t kEntriesMax = 64;

  // What a feature shares with others, by number; kNone: it has none.
  static constexpr int kNone = -1;
  struct Shares {
    ValueType type = ValueType::kInt;
    Aggregate aggregate = Aggregate::kCount;
    Measure measure = Measure::kNone;
    int stretch = kNone, firsts = kNone;
    EventTime known_from;  // as in FeaturePlan
  };
  // Each of these is meaningful only if it is of this leg.
  struct Window {
    DurationUs over_us = 0, skip_us = 0;
    uint64_t leg = 0;
    uint64_t bits = 0;  // of the chunk's entries, even if it reaches beyond them
    bool is_covered = false;
  };
  struct Selection {
    const FeaturePlan* plan = nullptr;
    uint64_t leg = 0;
    uint64_t bits = 0;
  };
  struct Condition {
    int of = kNone;  // as in FeaturePlan::where_of
    EntryCondition where;
    uint64_t leg = 0;
    uint64_t asked = 0, holds = 0;
  };
  // The entries with the leg's own values of some fields.
  struct Group {
    const std::vector<FieldRef>* per = nullptr;
    uint64_t leg = 0;
    uint64_t asked = 0, contained = 0;
    bool is_known = false;  // the leg has them all
  };
  // Windows that all end at the same entry.
  struct Series {
    const FeaturePlan* plan = nullptr;  // one of those that are about its entries
    int selection = kNone, where = kNone, group = kNone;
    uint64_t leg = 0;
    uint64_t summed = 0;                        // entries, newest first
    std::array<Int128, kEntriesMax + 1> sums;   // base amount of the newest so many of them
  };
  // The entries that belong to a feature: the newest ones of a series.
  struct Stretch {
    int window = kNone, series = kNone;
    uint64_t leg = 0;
    uint64_t bits = 0;
    int count = 0, with_rate = 0;
    bool is_covered = false;  // and the leg has a group, if there are groups
  };
  // The values of a field. Entries with one value have one representative.
  struct Identities {
    static constexpr size_t kSlots = 2 * kEntriesMax;
    FieldRef field;
    uint64_t leg = 0;
    uint64_t asked = 0, known = 0;
    std::array<Hash128, kEntriesMax> of_entry;
    std::array<uint8_t, kEntriesMax> representatives;
    std::array<uint8_t, kSlots> slots;  // representatives by their values; kEntriesMax: free
  };
  // Entries of a series whose value no newer one of it has.
  struct Firsts {
    int series = kNone, identities = kNone;
    uint64_t leg = 0;
    uint64_t asked = 0, bits = 0;
    uint64_t represented = 0;  // representatives of the values so far
  };
  // Of a measure, in its units.
  struct Amounts {
    int64_t count = 0;  // of entries that have it
    Int128 sum = 0;
    int64_t min = 0, max = 0;  // meaningful if count > 0
  };

  int StretchNumber(const FeaturePlan& plan, const RuleSet& rule_set);
  Stretch& StretchOf(const Shares& shares) {
    Stretch& stretch = stretches_.data()[shares.stretch];
    if (stretch.leg != leg_) Fill(&stretch);
    return stretch;
  }
  void Fill(Stretch* stretch);
  void Fill(Window* window);
  void Fill(Selection* selection);
  uint64_t Select(const Series& series, uint64_t entries);
  uint64_t Holding(Condition* condition, uint64_t entries);
  uint64_t Containing(Group* group, uint64_t entries);
  // Of those with a base amount.
  Int128 SumOf(const Stretch& stretch) {
    if (stretch.with_rate == 0) return 0;
    Series& series = series_.data()[stretch.series];
    const uint64_t entries = stretch.bits & with_rate_;
    if (series.leg != leg_ || (entries & ~series.summed) != 0) Sum(entries, &series);
    return series.sums.data()[stretch.with_rate];
  }
  void Sum(uint64_t entries, Series* series);
  int CountDistinct(const Stretch& stretch, Firsts* firsts) {
    if (stretch.bits == 0) return 0;
    if (firsts->leg != leg_ || (stretch.bits & ~firsts->asked) != 0) {
      FindFirsts(stretch.bits, firsts);
    }
    return std::popcount(stretch.bits & firsts->bits);
  }
  void FindFirsts(uint64_t entries, Firsts* firsts);
  void Identify(Identities* identities, uint64_t entries);
  static void Represent(Identities* identities, size_t offset, const Hash128& identity);
  Amounts AmountsOf(const Shares& shares);
  Value FigureOfAmounts(const Shares& shares);
  size_t CountThrough(EventTime time) const;
  uint64_t BitOf(const EntryKey& key) const;

  const KeyedHasher* hasher_ = nullptr;
  std::vector<Shares> shares_;  // by feature
  std::vector<Window> windows_;
  std::vector<Selection> selections_;
  std::vector<Condition> conditions_;
  std::vector<Group> groups_;
  std::vector<Series> series_;
  std::vector<Stretch> stretches_;
  std::vector<Identities> identities_;
  std::vector<Firsts> firsts_;

  // Of the leg.
  uint64_t leg_ = 0;
  bool is_begun_ = false;
  ReadingContext context_;
  EventTime time_;           // its
  bool is_day_only_ = false; // no more than its day is known
  const Chunk* chunk_ = nullptr;
  EventTime cutoff_;
  EventTime complete_after_;  // later entries are all in the chunk
  uint64_t own_ = 0;          // the leg's
  uint64_t with_rate_ = 0;
};

}  // namespace vigla
