// What a tuning run needs, made from packs before any input is read. Cold.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/lab/threshold_rule.h"
#include "engine/lab/tuning.h"
#include "engine/lab/tuning_variant.h"

namespace vigla {

// One choice of windows: either one rule whose truth is found for every value, or one rule a
// value that was to be tried.
struct PlannedCurve {
  std::vector<std::pair<std::string, std::string>> windows;
  bool is_present = false;
  std::optional<ThresholdRule> exact;
  std::vector<int> rules;  // in the rule set: one if exact, else parallel to TuningPlan::values
};

class TuningPlan {
 public:
  TunedRule tuned;
  ThresholdGrid grid;
  std::shared_ptr<const RuleSet> rule_set;
  std::string why_not;        // "" if every value can be had
  std::vector<Step> values;   // to be tried, rising; empty if exact
  std::vector<PlannedCurve> curves;
  int samples = 0;
  DurationUs retention_us = 0;
  const BacktestLabels* labels = nullptr;
};

}  // namespace vigla
