// Records, leg by leg, what a tuned rule would say at every value of its threshold. Warm.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "engine/lab/threshold_curve.h"
#include "engine/lab/threshold_folding.h"
#include "engine/lab/tuning_plan.h"
#include "engine/lab/tuning_sample.h"
#include "engine/pipeline/leg_observer.h"

namespace vigla {

// Each lane counts apart; read the results when all lanes have ended.
class TuningObserver final : public LegObserver {
 public:
  TuningObserver(const TuningPlan& plan, int lanes);
  ~TuningObserver() override;

  void Observe(const JudgedLeg& judged) override;

  // Internal if the curve and the engine disagreed on a leg; InvalidArgument if arithmetic left
  // its bounds within the range.
  absl::Status status() const;
  int64_t positives() const;
  ThresholdCurve Curve(size_t index) const;
  SampleKeeper Samples(size_t index) const;

 private:
  struct Counted;
  struct Lane;

  std::optional<bool> LabelOf(const Leg& leg) const;
  bool IsPositive(const Leg& leg) const;
  // False if the curve's and the engine's verdicts differ.
  bool ObserveExact(const JudgedLeg& judged, const PlannedCurve& curve, Lane* lane,
                    Counted* counted) const;
  void ObserveValues(const JudgedLeg& judged, const PlannedCurve& curve, Counted* counted) const;
  void Count(const JudgedLeg& judged, const Rule& rule, const ThresholdVerdict& verdict,
             const StepSet& alerts, Counted* counted) const;

  const TuningPlan& plan_;
  std::vector<std::unique_ptr<Lane>> lanes_;
};

}  // namespace vigla
