// Runs a planned tuning over recorded input. Cold.
#include "engine/lab/tuning.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "engine/base/status.h"
#include "engine/lab/tuning_observer.h"
#include "engine/lab/tuning_plan.h"

namespace vigla {
namespace {

// Of the step function, only what was tried.
std::vector<ThresholdPoint> AtValues(const std::vector<ThresholdPoint>& points,
                                     const std::vector<Step>& values) {
  std::vector<ThresholdPoint> at;
  for (Step value : values) at.push_back({value, FiguresAt(points, value)});
  return at;
}

// The last tried value that is not above the step.
Step LastTried(const std::vector<Step>& values, Step step) {
  const auto next = std::upper_bound(values.begin(), values.end(), step);
  return next == values.begin() ? values.front() : *std::prev(next);
}

}  // namespace

absl::StatusOr<TuningReport> RunTuning(const TuningPlan& plan, const RecordedRunOptions& options,
                                       RecordedRunPorts ports) {
  TuningObserver observer(plan, options.pipeline.lanes);
  ports.observer = &observer;
  TuningReport report;
  ASSIGN_OR_RETURN(report.totals, RunRecorded(plan.rule_set, options, ports));
  RETURN_IF_ERROR(observer.status());
  report.rule = plan.tuned.rule;
  report.pack = plan.tuned.pack;
  report.parameter = plan.tuned.parameter;
  report.rule_set = plan.tuned.fingerprint;
  report.grid = plan.grid;
  report.every_value = plan.values.empty();
  report.why_not = plan.why_not;
  if (plan.labels != nullptr) report.positives = observer.positives();
  for (size_t i = 0; i < plan.curves.size(); ++i) {
    TuningCurve curve;
    curve.windows = plan.curves[i].windows;
    curve.is_present = plan.curves[i].is_present;
    curve.points = observer.Curve(i).Points(plan.grid.least(), plan.grid.greatest());
    if (!report.every_value) curve.points = AtValues(curve.points, plan.values);
    const SampleKeeper samples = observer.Samples(i);
    curve.above = samples.above();
    curve.below = samples.below();
    if (!report.every_value) {
      for (TuningSample& sample : curve.above) {
        sample.turns_at = LastTried(plan.values, sample.turns_at);
      }
      for (TuningSample& sample : curve.below) {
        sample.turns_at = LastTried(plan.values, sample.turns_at);
      }
    }
    report.curves.push_back(std::move(curve));
  }
  return report;
}

}  // namespace vigla
