// Weighs conditions and features. Cold.
#include "engine/lab/cost_estimate.h"

#include <algorithm>
#include <cmath>

#include "engine/ledger/feature_plan.h"

namespace vigla {
namespace {

// One unit is a field compared with a constant, about 4 ns. The others in its terms, as
// bench/micro/ledger_bench.cc has them: an entry that a scan only counts 2 ns, one whose `where`
// is run 50 ns; running totals that move on by a leg some 100 ns, and with a hash map 250.
constexpr double kInstruction = 0.5;
constexpr double kEverFigure = 3;
constexpr double kScannedEntry = 0.5;
constexpr double kScannedWhere = 12;
constexpr double kRunningTotals = 25;
constexpr double kHashMap = 40;
constexpr double kSortedEntry = 3;  // median and percentile put the window's amounts in order

double EntriesIn(const Feature& feature, double entries_per_day) {
  return std::ceil(static_cast<double>(feature.over_us - feature.skip_us) / kDayUs *
                   entries_per_day) + 1;
}

}  // namespace

double EstimateFeatureCost(const Feature& feature, double entries_per_day) {
  if (feature.ever) return kEverFigure;
  const double entries = EntriesIn(feature, entries_per_day);
  const double an_entry = feature.where ? kScannedWhere : kScannedEntry;
  const bool sorts =
      feature.aggregate == Aggregate::kMedian || feature.aggregate == Aggregate::kPercentile;
  const double scan = entries * (an_entry + (sorts ? kSortedEntry : 0));
  if (sorts || feature.where_reads_leg) return scan;
  // Totals see each entry twice, when it comes and when it leaves.
  const bool maps = !feature.per.empty() || feature.aggregate == Aggregate::kDistinct;
  const double totals = kRunningTotals + (maps ? kHashMap : 0) + 2 * an_entry;
  return std::min(scan, totals);
}

std::vector<RuleCost> EstimateCosts(const RuleSet& rule_set, double entries_per_day) {
  std::vector<int> users(rule_set.features.size());
  for (const Rule& rule : rule_set.rules) {
    for (const int feature : rule.when.features) ++users[static_cast<size_t>(feature)];
  }
  std::vector<RuleCost> costs;
  for (const Rule& rule : rule_set.rules) {
    RuleCost cost;
    cost.condition = std::max(1.0, kInstruction * static_cast<double>(rule.when.code.size()));
    double dearest = 0;
    for (const int index : rule.when.features) {
      const Feature& feature = rule_set.features[static_cast<size_t>(index)];
      const double whole = EstimateFeatureCost(feature, entries_per_day);
      cost.features += whole / users[static_cast<size_t>(index)];
      if (whole <= dearest) continue;
      dearest = whole;
      const auto named = std::find(rule.features.begin(), rule.features.end(), index);
      cost.dearest = rule.feature_names[static_cast<size_t>(named - rule.features.begin())];
    }
    costs.push_back(cost);
  }
  return costs;
}

}  // namespace vigla
