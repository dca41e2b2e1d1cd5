// What a feature asks of entries, worked out once per rule set. Hot.
#pragma once

#include <vector>

#include "engine/ledger/entry_reader.h"
#include "engine/ledger/lane_state.h"
#include "engine/rule/rule_set.h"

namespace vigla {

// Windows shorter than this are unknown to a leg of which no more than the day is known.
inline constexpr DurationUs kTimeOfDayUs = kDayUs;

// Which of an entry's amounts a feature is over, if any.
enum class Measure : uint8_t { kNone, kBaseAmount, kOriginalAmount };

// Amounts of a measure are in units of 10^-scale.
constexpr int ScaleOf(Measure measure) { return measure == Measure::kOriginalAmount ? 4 : 6; }

struct FeaturePlan {
  static constexpr int kNone = -1;
  const Feature* feature = nullptr;
  Measure measure = Measure::kNone;
  uint8_t direction_mask = 0;  // by 1 << Direction
  uint8_t status_mask = 0;
  bool leaves_out_leg = false;  // prior, and idle always
  int where_of = kNone;         // the first plan with the same `where`; kNone: it has none
  // The plan whose running totals have the figure: its own place, or that of another that differs
  // in what it makes of the same totals alone. kNone: none can be kept, as what belongs to the
  // window depends on the judged leg, or the figure is had by going through its entries only.
  int totals_of = kNone;
  // The series that the window is a stretch of, and the place in it of the field whose distinct
  // values are counted. kNone: none is kept.
  int series = kNone, distinct = kNone;
  EventTime known_from;  // legs of earlier events see unknown; Min(): none do
  size_t scan_limit = 0;  // up to so many entries going through them is quicker than totals

  bool Selects(const Entry& entry) const {
    return ((direction_mask >> static_cast<int>(entry.direction)) &
            (status_mask >> static_cast<int>(entry.status)) & 1) != 0;
  }
  bool HasAmount(const Entry& entry) const {
    return measure == Measure::kOriginalAmount || entry.has_base_amount;
  }
  int64_t AmountOf(const Entry& entry) const {
    return measure == Measure::kOriginalAmount ? entry.amount.ten_thousandths
                                               : entry.base_amount.micros;
  }
  int scale() const { return ScaleOf(measure); }
};

// Whether two features are about the same entries, whatever their windows are.
bool HaveSameEntries(const FeaturePlan& a, const FeaturePlan& b);

// What features have in common that differ in their windows and in what they make of the entries.
struct SeriesPlan {
  const FeaturePlan* entries = nullptr;  // one of them: which entries there are
  Measure measure = Measure::kNone;      // of sums
  DurationUs longest_us = 0;             // how far back the longest window reaches
  std::vector<FieldRef> distinct;        // fields whose distinct values are counted
};

// The plans' series, whose numbers they get where one is worth its memory. Plans must stay where
// they are.
std::vector<SeriesPlan> PlanSeries(std::vector<FeaturePlan>* plans);

// One plan a feature, in the rule set's order, which must outlive them.
std::vector<FeaturePlan> PlanFeatures(const RuleSet& rule_set, const RecordedSince& since);

}  // namespace vigla
