// Figures over all time, from the totals that a subject's record keeps. Hot.
#include "engine/ledger/ever_figure.h"

#include <algorithm>

#include "engine/base/check.h"

namespace vigla {
namespace {

// Both directions as one, where the feature is over both.
Summary Combine(const FeaturePlan& plan, const std::array<DirectionTotals, 2>& totals) {
  Summary all;
  for (size_t direction = 0; direction < totals.size(); ++direction) {
    const DirectionTotals& of = totals[direction];
    if ((plan.direction_mask >> direction & 1) == 0 || of.count == 0) continue;
    if (all.part.count == 0 || of.first < all.first.time) all.first.time = of.first;
    if (all.part.count == 0 || of.last > all.last.time) all.last.time = of.last;
    const int64_t with_amount = of.count - of.without_rate;
    if (with_amount > 0) {
      const bool alone = all.part.with_amount == 0;
      all.min = alone ? of.min_micros : std::min(all.min, of.min_micros);
      all.max = alone ? of.max_micros : std::max(all.max, of.max_micros);
    }
    all.part.count += of.count;
    all.part.without_rate += of.without_rate;
    all.part.with_amount += with_amount;
    all.part.sum += of.sum_micros;
  }
  return all;
}

absl::Status LeaveOutLater(const FeaturePlan& plan, EventTime at, const LedgerSource& source,
                           Ledger* ledger, Summary* summary) {
  return ledger->ForEachAfter(source, EntryKey::EndOf(at),
                              [&](const Chunk& chunk, size_t offset) {
                                const Entry& entry = chunk[offset];
                                if (plan.Selects(entry)) summary->part.Subtract(plan, entry);
                                return true;
                              });
}

// Over the visible entries up to the leg's time.
absl::StatusOr<Summary> GoThrough(const FeaturePlan& plan, const EverInput& input,
                                  const LedgerSource& source, Ledger* ledger) {
  Summary summary;
  RETURN_IF_ERROR(ledger->ForEachAfter(
      source, EntryKey::EndOf(input.cutoff), [&](const Chunk& chunk, size_t offset) {
        const Entry& entry = chunk[offset];
        if (entry.time > input.leg->time()) return false;
        if (!plan.Selects(entry)) return true;
        if (plan.leaves_out_leg && KeyOf(entry) == KeyOf(*input.leg)) return true;
        summary.part.Add(plan, entry);
        summary.last = KeyOf(entry);
        if (!plan.HasAmount(entry)) return true;
        const int64_t amount = plan.AmountOf(entry);
        const bool alone = summary.part.with_amount <= 1;
        summary.min = alone ? amount : std::min(summary.min, amount);
        summary.max = alone ? amount : std::max(summary.max, amount);
        return true;
      }));
  return summary;
}

}  // namespace

absl::StatusOr<Value> EverFigure(const FeaturePlan& plan, const EverInput& input,
                                 const LedgerSource& source, Ledger* ledger) {
  const EventTime at = input.leg->time();
  const Value unknown = Value::Unknown(plan.feature->type);
  Summary summary =
      Combine(plan, plan.leaves_out_leg ? *input.without_leg : *input.with_leg);
  const Aggregate aggregate = plan.feature->aggregate;
  if (aggregate == Aggregate::kFirst || aggregate == Aggregate::kAge) {
    if (summary.part.count > 0 && summary.first.time > at) return unknown;
  } else if (input.is_late) {
    switch (aggregate) {
      case Aggregate::kCount:
      case Aggregate::kSum:
      case Aggregate::kMean:
        RETURN_IF_ERROR(LeaveOutLater(plan, at, source, ledger, &summary));
        break;
      default: {
        const Summary record = Combine(plan, *input.with_leg);
        if (record.part.count > 0 && record.first.time <= input.cutoff) return unknown;
        ASSIGN_OR_RETURN(summary, GoThrough(plan, input, source, ledger));
      }
    }
  }
  if (aggregate == Aggregate::kFirst || aggregate == Aggregate::kLast) {
    const EntryKey edge = aggregate == Aggregate::kFirst ? summary.first : summary.last;
    // Time is all there is of them.
    summary.edge = Value::Integer(plan.feature->type, edge.time.us);
  }
  return FigureOf(plan, &summary, at);
}

}  // namespace vigla
