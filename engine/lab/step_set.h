// A set of steps of a threshold: the values for which something holds. Warm.
#pragma once

#include "absl/container/inlined_vector.h"
#include "engine/model/money.h"

namespace vigla {

// A threshold's value as a whole number of its smallest steps (threshold_grid.h).
using Step = Int128;

// Steps from `from` up to, but not including, `to`.
struct StepRange {
  Step from = 0;
  Step to = 0;
  friend bool operator==(const StepRange&, const StepRange&) = default;
};

// Disjoint ranges in rising order that don't touch each other; two of them need no allocation.
class StepSet {
 public:
  StepSet() = default;
  StepSet(Step from, Step to) {
    if (from < to) ranges_.push_back({from, to});
  }

  bool empty() const { return ranges_.empty(); }
  bool Contains(Step step) const;
  // `from` is not less than the end of any range so far.
  void Append(Step from, Step to);
  void Unite(const StepSet& other);
  void Subtract(const StepSet& other);
  void Subtract(const StepRange& hole);
  const absl::InlinedVector<StepRange, 2>& ranges() const { return ranges_; }

  friend bool operator==(const StepSet& a, const StepSet& b) { return a.ranges_ == b.ranges_; }

 private:
  absl::InlinedVector<StepRange, 2> ranges_;
};

}  // namespace vigla
