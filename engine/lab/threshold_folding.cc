// Folds for every value at once. Warm.
#include "engine/lab/threshold_folding.h"

#include <algorithm>

#include "engine/base/check.h"

namespace vigla {

StepSet ThresholdFolding::Fold(const Hash128& subject, const Hash128& key, EventTime time,
                               EventTime cutoff, StepSet matches) {
  if (matches.empty()) return matches;
  // Of two hashes that know nothing of each other.
  Mark& newest = newest_[{subject.high ^ key.high, subject.low ^ key.low}];
  const EventTime after = std::max(time - for_us_, cutoff);
  for (const Mark* mark = &newest; mark->time > after; mark = &older_[mark->older - 1]) {
    if (mark->time <= time) matches.Subtract(mark->alerts);
    if (matches.empty() || mark->older == 0) break;
  }
  if (time <= cutoff) return matches;
  for (const StepRange& range : matches.ranges()) Remember({time, 0, range}, &newest);
  return matches;
}

void ThresholdFolding::Remember(const Mark& mark, Mark* newest) {
  if (newest->time == EventTime::Min()) {
    *newest = mark;
    return;
  }
  CHECK(older_.size() < UINT32_MAX);
  const auto added = static_cast<uint32_t>(older_.size()) + 1;
  if (mark.time >= newest->time) {
    older_.push_back(*newest);
    *newest = mark;
    newest->older = added;
    return;
  }
  older_.push_back(mark);
  uint32_t* link = &newest->older;
  while (*link != 0 && older_[*link - 1].time > mark.time) link = &older_[*link - 1].older;
  older_.back().older = *link;
  *link = added;
}

}  // namespace vigla
