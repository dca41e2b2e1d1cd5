// Figures for every value of a threshold, as a step function. Warm while counting, cold after.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

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

// Counts sets of values. Additions commute, so lanes count apart and are merged.
class ThresholdCurve {
 public:
  // One leg: where its rule is true, excepted, and alerts. `positive`: the transaction's label;
  // `sequence` names it among the legs of all lanes.
  void AddLeg(const StepSet& matches, const StepSet& excepted, const StepSet& alerts,
              bool positive, uint64_t sequence);
  void Merge(ThresholdCurve other);

  // Points in rising order, the first at `least`; neighbours differ.
  std::vector<ThresholdPoint> Points(Step least, Step greatest) const;

 private:
  struct Change {
    Step at = 0;
    ThresholdFigures by;
  };

  void Add(const StepSet& set, const ThresholdFigures& by);
  void Push(const Change& change);
  static void Compact(std::vector<Change>* changes);

  std::vector<Change> changes_;
  size_t compacted_ = 0;                 // how many changes the last compaction left
  std::map<uint64_t, StepSet> caught_;   // by sequence, over the legs of each transaction
};

// The figures at a step of the points' range.
const ThresholdFigures& FiguresAt(const std::vector<ThresholdPoint>& points, Step step);

}  // namespace vigla
