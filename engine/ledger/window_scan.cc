// Figures by going through a window's entries: the definition of every windowed feature. Hot.
#include "engine/ledger/window_scan.h"

#include <algorithm>

#include "engine/rule/evaluator.h"

namespace vigla {

Window WindowOf(const FeaturePlan& plan, const Leg& leg, EventTime cutoff) {
  const Feature& feature = *plan.feature;
  Window window;
  window.after = std::max(leg.time() - feature.over_us, cutoff);
  window.through = leg.time() - feature.skip_us;
  if (plan.leaves_out_leg) window.left_out = KeyOf(leg);
  return window;
}

WindowScan::Belongs WindowScan::Judge(const FeaturePlan& plan, const Window& window,
                                      const LegGroup& group) {
  const Entry& entry = reader_.entry();
  if (!plan.Selects(entry)) return Belongs::kNo;
  if (window.left_out && entry.time == window.left_out->time && KeyOf(entry) == *window.left_out) {
    return Belongs::kNo;
  }
  if (!group.Contains(&reader_)) return Belongs::kNo;
  const Feature& feature = *plan.feature;
  if (!feature.where) return Belongs::kYes;
  if (EvaluateTruth(*feature.where, *context_.rule_set, reader_) == Truth::kTrue) {
    return Belongs::kYes;
  }
  return Belongs::kToWholeOnly;
}

void WindowScan::Collect(const FeaturePlan& plan, Summary* summary) {
  const Entry& entry = reader_.entry();
  const Feature& feature = *plan.feature;
  if (summary->part.count == 0) summary->first = KeyOf(entry);
  summary->last = KeyOf(entry);
  summary->part.Add(plan, entry);
  switch (feature.aggregate) {
    case Aggregate::kMin:
    case Aggregate::kMax:
      if (plan.HasAmount(entry)) {
        const int64_t amount = plan.AmountOf(entry);
        const bool alone = summary->part.with_amount == 1;
        summary->min = alone ? amount : std::min(summary->min, amount);
        summary->max = alone ? amount : std::max(summary->max, amount);
      }
      break;
    case Aggregate::kStddev:
      if (plan.HasAmount(entry)) summary->squares.Add(plan.AmountOf(entry));
      break;
    case Aggregate::kMedian:
    case Aggregate::kPercentile:
      if (plan.HasAmount(entry)) summary->amounts.push_back(plan.AmountOf(entry));
      break;
    case Aggregate::kDistinct: {
      const Value value = reader_.Field(*feature.of);
      if (value.known && seen_.insert(IdentityOf(value, hasher_)).second) ++summary->distinct;
      break;
    }
    default: break;
  }
}

absl::Status WindowScan::Summarise(const FeaturePlan& plan, const Window& window,
                                   const LegGroup& group, Summary* summary) {
  seen_.clear();
  return ledger_.ForEachAfter(
      source_, EntryKey::EndOf(window.after), [&](const Chunk& chunk, size_t offset) {
        if (chunk[offset].time > window.through) return false;
        reader_.Stand(chunk, offset);
        const Belongs belongs = Judge(plan, window, group);
        if (belongs == Belongs::kNo) return true;
        summary->whole.Add(plan, reader_.entry());
        if (belongs == Belongs::kYes) Collect(plan, summary);
        return true;
      });
}

absl::StatusOr<std::vector<Entry>> WindowScan::Newest(const FeaturePlan& plan,
                                                      const Window& window,
                                                      const LegGroup& group, size_t most) {
  std::vector<Entry> entries;
  if (most == 0) return entries;
  RETURN_IF_ERROR(ledger_.ForEachThrough(
      source_, EntryKey::EndOf(window.through), [&](const Chunk& chunk, size_t offset) {
        if (chunk[offset].time <= window.after) return false;
        reader_.Stand(chunk, offset);
        if (Judge(plan, window, group) == Belongs::kYes) entries.push_back(reader_.entry());
        return entries.size() < most;
      }));
  std::reverse(entries.begin(), entries.end());
  return entries;
}

}  // namespace vigla
