// Figures for every value of a threshold, as a step function. Warm while counting, cold after.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "engine/lab/step_set.h"

namespace vigla {

// What a rule would have done at one value.
struct ThresholdFigures {
  int64_t matches = 0;
  int64_t alerts = 0;       // matches that are neither excepted nor folded
  int64_t excepted = 0;
  int64_t true_alerts = 0;  // alerts on transactions that the labels call positive
  int64_t caught = 0;       // such transactions with at least one alert

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
  // One leg: where its rule is true, excepted, and alerts. `positive`: the transaction's label;
  // `sequence` names it among the legs of all lanes.
  void AddLeg(const StepSet& matches, const StepSet& excepted, const StepSet& alerts,
              bool positive, uint64_t sequence);
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
    int64_t caught = 0;
  };

  Changes<Usual> usual_;
  Changes<Rare> rare_;
  std::map<uint64_t, StepSet> caught_;   // by sequence, over the legs of each transaction
};

// The figures at a step of the points' range.
const ThresholdFigures& FiguresAt(const std::vector<ThresholdPoint>& points, Step step);

}  // namespace vigla
