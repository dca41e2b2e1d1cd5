// Counts changes at steps, and sums them up. Warm while counting, cold after.
#include "engine/lab/threshold_curve.h"

#include <algorithm>
#include <utility>

#include "engine/base/check.h"

namespace vigla {
namespace {

constexpr size_t kCompactAt = 1 << 16;

void AddTo(ThresholdFigures* sum, const ThresholdFigures& by) {
  sum->matches += by.matches;
  sum->alerts += by.alerts;
  sum->excepted += by.excepted;
  sum->true_alerts += by.true_alerts;
  sum->caught += by.caught;
}

}  // namespace

void ThresholdCurve::Push(const Change& change) {
  changes_.push_back(change);
  if (changes_.size() < 2 * compacted_ + kCompactAt) return;
  Compact(&changes_);
  compacted_ = changes_.size();
}

void ThresholdCurve::Add(const StepSet& set, const ThresholdFigures& by) {
  const ThresholdFigures back{-by.matches, -by.alerts, -by.excepted, -by.true_alerts, -by.caught};
  for (const StepRange& range : set.ranges()) {
    Push({range.from, by});
    Push({range.to, back});
  }
}

void ThresholdCurve::AddLeg(const StepSet& matches, const StepSet& excepted,
                            const StepSet& alerts, bool positive, uint64_t sequence) {
  ThresholdFigures match, alert, exception;
  match.matches = 1;
  alert.alerts = 1;
  alert.true_alerts = positive ? 1 : 0;
  exception.excepted = 1;
  if (alerts == matches) {
    alert.matches = 1;  // most legs: half the changes
  } else {
    Add(matches, match);
    Add(excepted, exception);
  }
  Add(alerts, alert);
  if (positive && !alerts.empty()) caught_[sequence].Unite(alerts);
}

void ThresholdCurve::Merge(ThresholdCurve other) {
  changes_.insert(changes_.end(), other.changes_.begin(), other.changes_.end());
  for (const auto& [sequence, set] : other.caught_) caught_[sequence].Unite(set);
}

void ThresholdCurve::Compact(std::vector<Change>* changes) {
  std::sort(changes->begin(), changes->end(),
            [](const Change& a, const Change& b) { return a.at < b.at; });
  size_t kept = 0;
  for (size_t i = 0; i < changes->size(); ++i) {
    if (kept > 0 && (*changes)[kept - 1].at == (*changes)[i].at) {
      AddTo(&(*changes)[kept - 1].by, (*changes)[i].by);
    } else {
      (*changes)[kept++] = (*changes)[i];
    }
  }
  changes->resize(kept);
}

std::vector<ThresholdPoint> ThresholdCurve::Points(Step least, Step greatest) const {
  ThresholdCurve all;
  all.changes_ = changes_;
  ThresholdFigures caught;
  caught.caught = 1;
  for (const auto& [sequence, set] : caught_) all.Add(set, caught);
  Compact(&all.changes_);
  std::vector<ThresholdPoint> points = {{least, {}}};
  ThresholdFigures sum;
  for (const Change& change : all.changes_) {
    AddTo(&sum, change.by);
    if (change.at > greatest || sum == points.back().figures) continue;
    if (change.at > points.back().from) points.push_back({change.at, {}});
    points.back().figures = sum;
  }
  return points;
}

const ThresholdFigures& FiguresAt(const std::vector<ThresholdPoint>& points, Step step) {
  CHECK(!points.empty() && points.front().from <= step);
  const auto next =
      std::upper_bound(points.begin(), points.end(), step,
                       [](Step at, const ThresholdPoint& point) { return at < point.from; });
  return std::prev(next)->figures;
}

}  // namespace vigla
