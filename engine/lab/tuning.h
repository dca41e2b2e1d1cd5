// A threshold over recorded input: what its rule would have done at every value, from one pass.
// Cold; what it drives is hot.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/base/diagnostic.h"
#include "engine/lab/backtest_labels.h"
#include "engine/lab/recorded_run.h"
#include "engine/lab/threshold_curve.h"
#include "engine/lab/threshold_grid.h"
#include "engine/lab/tuning_sample.h"

namespace vigla {

struct TuningOptions {
  std::string rule;
  std::string parameter;
  // Instead of the parameter's own min and max, where given.
  std::optional<std::string> least, greatest;
  // Features and the windows to try for each; every combination is another curve.
  std::vector<std::pair<std::string, std::vector<std::string>>> windows;
  // Where one pass can't give every value: these, or `values_most` of them over the range.
  std::vector<std::string> values;
  int values_most = 25;
  int samples = 5;
  // Must outlive the run; nullptr: there are none.
  const BacktestLabels* labels = nullptr;
};

// One choice of windows.
struct TuningCurve {
  std::vector<std::pair<std::string, std::string>> windows;  // feature, its `over`
  bool is_present = false;  // the windows are those of the pack
  std::vector<ThresholdPoint> points;
  std::vector<TuningSample> above, below;  // the line, the nearest first
};

struct TuningReport {
  std::string rule, pack, parameter;
  std::string rule_set;  // fingerprint of the packs as they are
  ThresholdGrid grid;
  // False: the points are the values that were tried, and nothing is said of those between.
  bool every_value = true;
  std::string why_not;   // … and this is why
  std::optional<int64_t> positives;  // transactions of the input that are labelled true
  std::vector<TuningCurve> curves;
  RecordedRunTotals totals;
};

// The rule as one or more variants beside each other, ready to be run.
class TuningPlan;

// InvalidArgument with people's words for a rule, parameter or window that isn't there, or whose
// range is none; FailedPrecondition, and *diagnostics, where the packs don't load.
absl::StatusOr<std::shared_ptr<const TuningPlan>> PlanTuning(const std::vector<std::string>& paths,
                                                             const LoadOptions& load,
                                                             const TuningOptions& options,
                                                             Diagnostics* diagnostics);

// Statuses are the run's; Internal if the engine's own verdict on any leg is not what the curve
// says at the present value: nothing is reported then.
absl::StatusOr<TuningReport> RunTuning(const TuningPlan& plan, const RecordedRunOptions& options,
                                       RecordedRunPorts ports);

}  // namespace vigla
