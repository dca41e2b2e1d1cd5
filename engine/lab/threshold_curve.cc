// Counts changes at steps, and sums them up. Warm while counting, cold after.
#include "engine/lab/threshold_curve.h"

#include <algorithm>
#include <utility>

#include "engine/base/check.h"

namespace vigla {
namespace {

void AddTo(ThresholdFigures* sum, const ThresholdFigures& by) {
  sum->matches += by.matches;
  sum->alerts += by.alerts;
  sum->excepted += by.excepted;
  sum->true_alerts += by.true_alerts;
  sum->unlabelled += by.unlabelled;
  sum->caught += by.caught;
}

// One more from each range's first step on, one less from its end on.
template <typename Changes, typename Add>
void AddSet(const StepSet& set, Changes* changes, Add add) {
  for (const StepRange& range : set.ranges()) {
    add(&(*changes)[range.from], 1);
    add(&(*changes)[range.to], -1);
  }
}

}  // namespace

void ThresholdCurve::AddLeg(const StepSet& matches, const StepSet& excepted, const StepSet& alerts,
                            std::optional<bool> label, uint64_t sequence) {
  const auto match = [](Usual* by, int one) { by->matches += one; };
  const auto alert = [](Usual* by, int one) { by->alerts += one; };
  if (alerts == matches) {
    AddSet(matches, &usual_, [&](Usual* by, int one) { match(by, one), alert(by, one); });
  } else {
    AddSet(matches, &usual_, match);
    AddSet(alerts, &usual_, alert);
    AddSet(excepted, &rare_, [](Rare* by, int one) { by->excepted += one; });
  }
  if (!label) AddSet(alerts, &rare_, [](Rare* by, int one) { by->unlabelled += one; });
  if (!label.value_or(false)) return;
  AddSet(alerts, &rare_, [](Rare* by, int one) { by->true_alerts += one; });
  StepSet told = matches;
  told.Subtract(excepted);
  if (!told.empty()) caught_[sequence].Unite(told);
}

void ThresholdCurve::Merge(const ThresholdCurve& other) {
  for (const auto& [step, by] : other.usual_) {
    Usual& own = usual_[step];
    own = {own.matches + by.matches, own.alerts + by.alerts};
  }
  for (const auto& [step, by] : other.rare_) {
    Rare& own = rare_[step];
    own = {own.excepted + by.excepted, own.true_alerts + by.true_alerts,
           own.unlabelled + by.unlabelled, own.caught + by.caught};
  }
  for (const auto& [sequence, set] : other.caught_) caught_[sequence].Unite(set);
}

std::vector<ThresholdPoint> ThresholdCurve::Points(Step least, Step greatest) const {
  Changes<Rare> rare = rare_;
  for (const auto& [sequence, set] : caught_) {
    AddSet(set, &rare, [](Rare* by, int one) { by->caught += one; });
  }
  std::vector<ThresholdPoint> rising;
  for (const auto& [step, by] : usual_) rising.push_back({step, {by.matches, by.alerts}});
  for (const auto& [step, by] : rare) {
    rising.push_back({step, {0, 0, by.excepted, by.true_alerts, by.unlabelled, by.caught}});
  }
  std::sort(rising.begin(), rising.end(),
            [](const ThresholdPoint& a, const ThresholdPoint& b) { return a.from < b.from; });
  std::vector<ThresholdPoint> points = {{least, {}}};
  ThresholdFigures sum;
  for (const ThresholdPoint& change : rising) {
    AddTo(&sum, change.figures);
    if (change.from > greatest || sum == points.back().figures) continue;
    if (change.from > points.back().from) points.push_back({change.from, {}});
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
