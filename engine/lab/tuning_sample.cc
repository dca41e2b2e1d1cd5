// Keeps the legs that are nearest to the line. Cold but for the test whether a leg is one.
#include "engine/lab/tuning_sample.h"

#include <algorithm>
#include <optional>
#include <tuple>

#include "engine/audit/alert_id.h"
#include "engine/model/time.h"

namespace vigla {
namespace {

bool operator<(const TuningSample::Nearness& a, const TuningSample::Nearness& b) {
  return std::tie(a.distance, a.sequence, a.order) < std::tie(b.distance, b.sequence, b.order);
}

bool IsNearer(const TuningSample& a, const TuningSample& b) { return a.nearness < b.nearness; }

TuningSample SampleOf(const JudgedLeg& judged, const Rule& rule) {
  const Transaction& transaction = *judged.leg.transaction;
  const CurrencyCode base = judged.rule_set.rates.base();
  TuningSample sample;
  sample.transaction = transaction.id;
  sample.time = FormatTime(transaction.time);
  sample.subject_kind = SubjectKindName(judged.leg.subject_kind);
  sample.subject = judged.leg.subject_id;
  sample.role = RoleText(judged.leg.order);
  sample.amount = FormatOriginal(transaction.amount, transaction.currency);
  sample.currency = transaction.currency.Text();
  for (size_t i = 0; i < rule.features.size() && judged.figures != nullptr; ++i) {
    sample.figures.emplace_back(rule.feature_names[i],
                                FormatValue(judged.figures->Feature(rule.features[i]), base));
  }
  return sample;
}

// The nearest step outside the range that holds `present`; empty if that is the whole grid.
std::optional<Step> NearestOutside(const StepSet& set, const ThresholdGrid& grid) {
  std::optional<Step> nearest;
  for (const StepRange& range : set.ranges()) {
    if (grid.present() < range.from || grid.present() >= range.to) continue;
    if (range.to <= grid.greatest()) nearest = range.to;
    const bool below = range.from > grid.least();
    if (below && (!nearest || grid.present() - (range.from - 1) < *nearest - grid.present())) {
      nearest = range.from - 1;
    }
  }
  return nearest;
}

std::optional<Step> NearestInside(const StepSet& set, const ThresholdGrid& grid) {
  std::optional<Step> nearest;
  const auto distance = [&](Step step) {
    return step > grid.present() ? step - grid.present() : grid.present() - step;
  };
  for (const StepRange& range : set.ranges()) {
    const Step step = range.from > grid.present() ? range.from : range.to - 1;
    if (!nearest || distance(step) < distance(*nearest)) nearest = step;
  }
  return nearest;
}

}  // namespace

void SampleKeeper::Offer(const JudgedLeg& judged, const Rule& rule, const StepSet& matches,
                         const StepSet& alerts, const ThresholdGrid& grid, bool is_positive) {
  const bool is_above = alerts.Contains(grid.present());
  if (!is_above && matches.Contains(grid.present())) return;  // excepted or folded: no alert
  const std::optional<Step> turns_at =
      is_above ? NearestOutside(matches, grid) : NearestInside(matches, grid);
  if (!turns_at) return;
  std::vector<TuningSample>* const side = is_above ? &above_ : &below_;
  const TuningSample::Nearness nearness = {
      std::max(*turns_at - grid.present(), grid.present() - *turns_at), judged.leg.sequence.value,
      static_cast<int>(judged.leg.order)};
  if (!IsWanted(*side, nearness)) return;  // nearly all legs
  TuningSample sample = SampleOf(judged, rule);
  sample.turns_at = *turns_at;
  sample.is_positive = is_positive;
  sample.nearness = nearness;
  side->insert(std::upper_bound(side->begin(), side->end(), sample, IsNearer), sample);
  if (side->size() > most_) side->pop_back();
}

bool SampleKeeper::IsWanted(const std::vector<TuningSample>& side,
                            const TuningSample::Nearness& nearness) const {
  return side.size() < most_ || (most_ > 0 && nearness < side.back().nearness);
}

void SampleKeeper::Merge(SampleKeeper other) {
  const auto merge = [this](std::vector<TuningSample>* into, std::vector<TuningSample>* from) {
    into->insert(into->end(), from->begin(), from->end());
    std::sort(into->begin(), into->end(), IsNearer);
    if (into->size() > most_) into->resize(most_);
  };
  merge(&above_, &other.above_);
  merge(&below_, &other.below_);
}

}  // namespace vigla
