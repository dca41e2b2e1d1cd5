// What a feature asks of entries, worked out once per rule set. Cold.
#include "engine/ledger/feature_plan.h"

#include <algorithm>

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
    plan.can_run = CanRun(feature);
    plan.known_from = KnownFrom(feature, rule_set, since);
    plan.scan_limit =
        feature.where || !feature.per.empty() || feature.aggregate == Aggregate::kDistinct
            ? kScanLimitWhere
            : kScanLimitPlain;
    plans.push_back(plan);
  }
  return plans;
}

}  // namespace vigla
