// What a feature asks of entries, worked out once per rule set. Cold.
#include "engine/ledger/feature_plan.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "engine/ledger/same_program.h"

namespace vigla {
namespace {

// Measured (bench/micro/ledger_bench.cc): an entry that is only counted or summed costs a scan
// two nanoseconds, one whose `where` has to be run about fifty.
constexpr size_t kScanLimitPlain = 48;
constexpr size_t kScanLimitWhere = 12;

bool CanRun(const Feature& feature) {
  if (feature.ever || feature.where_reads_leg) return false;
  return feature.aggregate != Aggregate::kMedian && feature.aggregate != Aggregate::kPercentile;
}

// Whether count and sum are all that it asks of its totals.
bool IsPlain(const Feature& feature) {
  switch (feature.aggregate) {
    case Aggregate::kCount:
    case Aggregate::kSeen:
    case Aggregate::kSum:
    case Aggregate::kMean: return true;
    default: return false;
  }
}

// The place of the first plan whose condition is the same.
int WhereOf(const Program& where, const std::vector<FeaturePlan>& plans) {
  const auto same = std::find_if(plans.begin(), plans.end(), [&](const FeaturePlan& plan) {
    return plan.feature->where && IsSameProgram(*plan.feature->where, where);
  });
  return static_cast<int>(same - plans.begin());
}

bool HaveSameWindow(const Feature& a, const Feature& b) {
  return std::tie(a.over_us, a.skip_us) == std::tie(b.over_us, b.skip_us);
}

// Plans with an amount come first: counts are in their totals too.
void ShareTotals(std::vector<FeaturePlan>* plans) {
  std::vector<int> shared;
  for (const bool has_amount : {true, false}) {
    for (size_t i = 0; i < plans->size(); ++i) {
      FeaturePlan& plan = (*plans)[i];
      if (!CanRun(*plan.feature) || (plan.measure != Measure::kNone) != has_amount) continue;
      plan.totals_of = static_cast<int>(i);
      if (!IsPlain(*plan.feature)) continue;
      const auto same = std::find_if(shared.begin(), shared.end(), [&](int place) {
        const FeaturePlan& other = (*plans)[static_cast<size_t>(place)];
        return (!has_amount || other.measure == plan.measure) &&
               HaveSameWindow(*other.feature, *plan.feature) && HaveSameEntries(other, plan);
      });
      if (same == shared.end()) {
        shared.push_back(plan.totals_of);
      } else {
        plan.totals_of = *same;
      }
    }
  }
}

// What is distinct is counted from the newest entry on.
bool CanBeOfSeries(const Feature& feature) {
  if (!CanRun(feature) || !feature.per.empty()) return false;
  return IsPlain(feature) || (feature.aggregate == Aggregate::kDistinct && feature.skip_us == 0);
}

// A series is for many figures: it keeps a line an entry, where totals keep one for all of them.
bool IsWorthIt(const std::vector<FeaturePlan>& plans, size_t series) {
  constexpr size_t kTotalsMin = 4;
  std::set<int> totals;
  for (const FeaturePlan& plan : plans) {
    if (plan.series == static_cast<int>(series)) totals.insert(plan.totals_of);
  }
  return totals.size() >= kTotalsMin;
}

void JoinSeries(FeaturePlan* plan, int number, SeriesPlan* series) {
  plan->series = number;
  if (IsPlain(*plan->feature) && plan->measure != Measure::kNone) series->measure = plan->measure;
  series->longest_us = std::max(series->longest_us, plan->feature->over_us);
  if (plan->feature->aggregate != Aggregate::kDistinct) return;
  std::vector<FieldRef>& fields = series->distinct;
  const auto found = std::find(fields.begin(), fields.end(), *plan->feature->of);
  plan->distinct = static_cast<int>(found - fields.begin());
  if (found == fields.end()) fields.push_back(*plan->feature->of);
}

EventTime KnownFrom(const Feature& feature, const RuleSet& rule_set, const RecordedSince& since) {
  const size_t kind = static_cast<size_t>(feature.on);
  EventTime recorded = since.kind[kind];
  const std::vector<FieldRef>& columns = rule_set.extra_columns[kind];
  for (const FieldRef field : feature.extra_columns) {
    const auto found = std::find(columns.begin(), columns.end(), field);
    const size_t index = static_cast<size_t>(found - columns.begin());
    if (index < since.column[kind].size()) {
      recorded = std::max(recorded, since.column[kind][index]);
    }
  }
  if (recorded <= EventTime::Min()) return EventTime::Min();
  // `ever` reaches back further than any record that began after the first transaction.
  return feature.ever ? EventTime::Max() : recorded + feature.over_us;
}

}  // namespace

bool HaveSameEntries(const FeaturePlan& a, const FeaturePlan& b) {
  const auto selection = [](const FeaturePlan& plan) {
    return std::tuple(plan.feature->on, plan.direction_mask, plan.status_mask,
                      plan.leaves_out_leg, plan.where_of);
  };
  return selection(a) == selection(b) && a.feature->per == b.feature->per;
}

std::vector<SeriesPlan> PlanSeries(std::vector<FeaturePlan>* plans) {
  std::vector<SeriesPlan> all;
  for (FeaturePlan& plan : *plans) {
    if (!CanBeOfSeries(*plan.feature)) continue;
    const bool sums = IsPlain(*plan.feature) && plan.measure != Measure::kNone;
    const auto same = std::find_if(all.begin(), all.end(), [&](const SeriesPlan& series) {
      const bool is_measured =
          !sums || series.measure == Measure::kNone || series.measure == plan.measure;
      return is_measured && HaveSameEntries(*series.entries, plan);
    });
    const auto number = static_cast<int>(same - all.begin());
    if (same == all.end()) all.push_back({&plan});
    JoinSeries(&plan, number, &all[static_cast<size_t>(number)]);
  }
  for (size_t series = 0; series < all.size(); ++series) {
    if (IsWorthIt(*plans, series)) continue;
    for (FeaturePlan& plan : *plans) {
      if (plan.series == static_cast<int>(series)) plan.series = plan.distinct = FeaturePlan::kNone;
    }
  }
  return all;
}

std::vector<FeaturePlan> PlanFeatures(const RuleSet& rule_set, const RecordedSince& since) {
  std::vector<FeaturePlan> plans;
  plans.reserve(rule_set.features.size());
  for (const Feature& feature : rule_set.features) {
    FeaturePlan plan;
    plan.feature = &feature;
    if (feature.of && feature.of->id == field::kAmount) plan.measure = Measure::kBaseAmount;
    if (feature.of && feature.of->id == field::kAmountOriginal) {
      plan.measure = Measure::kOriginalAmount;
    }
    plan.direction_mask = static_cast<uint8_t>(feature.directions);
    plan.status_mask = feature.status_mask;
    plan.leaves_out_leg = feature.prior || feature.aggregate == Aggregate::kIdle;
    if (feature.where) plan.where_of = WhereOf(*feature.where, plans);
    plan.known_from = KnownFrom(feature, rule_set, since);
    plan.scan_limit =
        feature.where || !feature.per.empty() || feature.aggregate == Aggregate::kDistinct
            ? kScanLimitWhere
            : kScanLimitPlain;
    plans.push_back(plan);
  }
  ShareTotals(&plans);
  return plans;
}

}  // namespace vigla
