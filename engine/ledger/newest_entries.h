// The newest entries of the judged leg's subject as bitmaps, of which figures are made. Hot.
// Features have windows, directions and conditions in common: each is asked of an entry once a
// leg, however many features there are. A third way to what WindowScan defines, for windows that
// the newest chunk holds whole.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "engine/ledger/feature_plan.h"
#include "engine/ledger/ledger.h"

namespace vigla {

struct EntryCounts {
  int64_t all = 0, without_rate = 0;
};

class NewestEntries {
 public:
  // Allocates; nothing else does. Both must stay alive.
  void SetPlans(const std::vector<FeaturePlan>& plans, const KeyedHasher* hasher);

  // The judged leg is context.leg, `ledger` its subject's, of which nothing at or before `cutoff`
  // is visible. All calls up to NextLeg are about them.
  void Begin(const Ledger& ledger, EventTime cutoff, const ReadingContext& context);
  bool IsBegun() const { return is_begun_; }
  void NextLeg() { is_begun_ = false; }

  // False where the feature is not made of bitmaps, or its window reaches beyond them.
  bool Covers(int feature) {
    const Shares& shares = shares_[static_cast<size_t>(feature)];
    return shares.population != kNone && PopulationOf(shares).is_covered;
  }

  // Where it covers.
  // The figure, unless it is a field of the first or last entry.
  Value Figure(int feature);
  // The key of that entry, if there is one.
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
    int population = kNone, where = kNone, distinct = kNone;
  };
  // Each is meaningful only if it is of this leg.
  struct Window {
    DurationUs over_us = 0, skip_us = 0;
    uint64_t leg = 0;
    uint64_t bits = 0;
    bool is_covered = false;
  };
  struct Selection {
    const FeaturePlan* plan = nullptr;
    uint64_t leg = 0;
    uint64_t bits = 0;
  };
  // Of a measure, in its units.
  struct Amounts {
    int64_t count = 0;  // of entries that have it
    Int128 sum = 0;
    int64_t min = 0, max = 0;  // meaningful if count > 0
  };
  // The entries that a feature asks its condition of.
  struct Population {
    int window = kNone, selection = kNone;
    bool leaves_out_leg = false;
    uint64_t leg = 0;
    uint64_t bits = 0;
    bool is_covered = false;
    bool has_amounts = false;
    Amounts amounts;  // of the base amount
  };
  struct Condition {
    const Program* where = nullptr;
    uint64_t leg = 0;
    uint64_t asked = 0, holds = 0;
  };
  // Entries with one value have one representative.
  struct Distinct {
    FieldRef field;
    uint64_t leg = 0;
    uint64_t asked = 0, known = 0;
    std::array<Hash128, kEntriesMax> identities;
    std::array<uint8_t, kEntriesMax> representatives;
  };

  int PopulationNumber(const FeaturePlan& plan);
  Population& PopulationOf(const Shares& shares) {
    Population& population = populations_[static_cast<size_t>(shares.population)];
    if (population.leg != leg_) Fill(&population);
    return population;
  }
  void Fill(Population* population);
  const Window& WindowOf(int number);
  uint64_t SelectionOf(int number);
  // That belong to the feature.
  uint64_t EntriesOf(const Shares& shares) {
    const uint64_t entries = PopulationOf(shares).bits;
    if (shares.where == kNone || entries == 0) return entries;
    return Holding(&conditions_[static_cast<size_t>(shares.where)], entries);
  }
  uint64_t Holding(Condition* condition, uint64_t entries);
  int64_t CountDistinct(Distinct* distinct, uint64_t entries);
  void Identify(Distinct* distinct, uint64_t entries);
  Amounts AmountsOf(const Shares& shares);
  Amounts Add(Measure measure, uint64_t entries) const;
  Value FigureOfAmounts(const Shares& shares);
  uint64_t BitOf(const EntryKey& key) const;

  const KeyedHasher* hasher_ = nullptr;
  std::vector<Shares> shares_;  // by feature
  std::vector<Window> windows_;
  std::vector<Selection> selections_;
  std::vector<Population> populations_;
  std::vector<Condition> conditions_;
  std::vector<Distinct> distincts_;

  // Of the leg.
  uint64_t leg_ = 0;
  bool is_begun_ = false;
  ReadingContext context_;
  const Chunk* chunk_ = nullptr;
  EventTime cutoff_;
  EventTime complete_after_;  // later entries are all in the chunk
  uint64_t own_ = 0;          // the leg's
  uint64_t with_rate_ = 0;
};

}  // namespace vigla
