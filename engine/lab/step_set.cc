// Sets of steps as ranges. Warm.
#include "engine/lab/step_set.h"

#include <algorithm>
#include <utility>

namespace vigla {

bool StepSet::Contains(Step step) const {
  return std::any_of(ranges_.begin(), ranges_.end(), [step](const StepRange& range) {
    return range.from <= step && step < range.to;
  });
}

void StepSet::Append(Step from, Step to) {
  if (from >= to) return;
  if (!ranges_.empty() && ranges_.back().to == from) {
    ranges_.back().to = to;
  } else {
    ranges_.push_back({from, to});
  }
}

void StepSet::Unite(const StepSet& other) {
  if (other.empty()) return;
  absl::InlinedVector<StepRange, 2> all = std::move(ranges_);
  all.insert(all.end(), other.ranges_.begin(), other.ranges_.end());
  std::sort(all.begin(), all.end(),
            [](const StepRange& a, const StepRange& b) { return a.from < b.from; });
  ranges_.clear();
  for (const StepRange& range : all) {
    if (!ranges_.empty() && range.from <= ranges_.back().to) {
      ranges_.back().to = std::max(ranges_.back().to, range.to);
    } else {
      ranges_.push_back(range);
    }
  }
}

void StepSet::Subtract(const StepSet& other) {
  for (const StepRange& hole : other.ranges_) Subtract(hole);
}

void StepSet::Subtract(const StepRange& hole) {
  if (ranges_.size() == 1 && hole.from <= ranges_[0].from) {  // as nearly all do that fold
    ranges_[0].from = std::max(ranges_[0].from, hole.to);
    if (ranges_[0].from >= ranges_[0].to) ranges_.clear();
    return;
  }
  absl::InlinedVector<StepRange, 2> left;
  for (const StepRange& range : ranges_) {
    if (hole.to <= range.from || hole.from >= range.to) {
      left.push_back(range);
      continue;
    }
    if (hole.from > range.from) left.push_back({range.from, hole.from});
    if (hole.to < range.to) left.push_back({hole.to, range.to});
  }
  ranges_ = std::move(left);
}

}  // namespace vigla
