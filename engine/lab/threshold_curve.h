// Figures for every value of a threshold, as a step function. Warm while counting, cold after.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "engine/lab/step_set.h"

namespace vigla {

// What a rule would have done at one value.
struct ThresholdFigures {
  int64_t matches = 0;
  int64_t alerts = 0;       // matches that are neither excepted nor folded
  int64_t excepted = 0;
  int64_t true_alerts = 0;  // alerts on transactions that are labelled true
  int64_t unlabelled = 0;   // alerts on transactions without a label
  int64_t caught = 0;       // transactions labelled true that alert, or fold into an alert

  int64_t folded() const { return matches - alerts - excepted; }
  friend bool operator==(const ThresholdFigures&, const ThresholdFigures&) = default;
};

// The figures from this step up to the next point's.
struct ThresholdPoint {
  Step from = 0;
  ThresholdFigures figures;
};

// Counts sets of values. Additions commute, so lanes count apart and are merged. Memory grows with
// the distinct steps at which legs turn, not with legs.
class ThresholdCurve {
 public:
  // One leg: where its rule is true, excepted, and alerts. `label`: the transaction's, with the
  // leg's account; `sequence` names it among the legs of all lanes.
  void AddLeg(const StepSet& matches, const StepSet& excepted, const StepSet& alerts,
              std::optional<bool> label, uint64_t sequence);
  void Merge(const ThresholdCurve& other);

  // Points in rising order, the first at `least`; neighbours differ.
  std::vector<ThresholdPoint> Points(Step least, Step greatest) const;

 private:
  // By how much figures differ from a step on. What every leg changes lies apart from what few
  // do, and close together.
  template <typename Figures>
  using Changes = absl::flat_hash_map<Step, Figures>;
  struct Usual {
    int64_t matches = 0;
    int64_t alerts = 0;
  };
  struct Rare {
    int64_t excepted = 0;
    int64_t true_alerts = 0;
    int64_t unlabelled = 0;
    int64_t caught = 0;
  };

  Changes<Usual> usual_;
  Changes<Rare> rare_;
  std::map<uint64_t, StepSet> caught_;   // by sequence, over the legs of each transaction
};

// The figures at a step of the points' range.
const ThresholdFigures& FiguresAt(const std::vector<ThresholdPoint>& points, Step step);

}  // namespace vigla
