// Folds for every value at once. Warm.
#include "engine/lab/threshold_folding.h"

#include <algorithm>

namespace vigla {

StepSet ThresholdFolding::Fold(const Hash128& subject, const Hash128& key, EventTime time,
                               EventTime cutoff, StepSet matches) {
  if (matches.empty()) return matches;
  std::vector<Mark>& marks = marks_[{subject, key}];
  const EventTime after = std::max(time - for_us_, cutoff);
  const auto later = [](EventTime a, const Mark& b) { return a < b.time; };
  const auto begin = std::upper_bound(marks.begin(), marks.end(), after, later);
  const auto end = std::upper_bound(begin, marks.end(), time, later);
  for (auto mark = begin; mark != end && !matches.empty(); ++mark) {
    matches.Subtract(mark->alerts);
  }
  if (matches.empty() || time <= cutoff) return matches;
  marks.insert(end, {time, matches});
  const auto kept = std::upper_bound(marks.begin(), marks.end(), cutoff, later);
  marks.erase(marks.begin(), kept);
  return matches;
}

}  // namespace vigla
