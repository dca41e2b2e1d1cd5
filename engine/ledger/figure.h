// From what a window adds up to, to the figure a feature asks for. Hot.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "engine/ledger/feature_plan.h"
#include "engine/rule/order_key.h"

namespace vigla {

// A sum of squares of 64-bit numbers: as exact as they are, and undone by subtracting again.
struct SquareSum {
  unsigned __int128 low = 0;
  uint64_t high = 0;

  void Add(int64_t value) {
    const unsigned __int128 square = Square(value);
    low += square;
    high += low < square ? 1 : 0;
  }
  void Subtract(int64_t value) {
    const unsigned __int128 square = Square(value);
    high -= low < square ? 1 : 0;
    low -= square;
  }

 private:
  static unsigned __int128 Square(int64_t value) {
    const uint64_t magnitude =
        value < 0 ? ~static_cast<uint64_t>(value) + 1 : static_cast<uint64_t>(value);
    return static_cast<unsigned __int128>(magnitude) * magnitude;
  }
};

struct AmountTotals {
  int64_t count = 0;        // of entries
  int64_t without_rate = 0; // of those without a base amount
  int64_t with_amount = 0;  // of those that have the measure's amount
  Int128 sum = 0;           // of these amounts, in the measure's units

  void Add(const FeaturePlan& plan, const Entry& entry) {
    ++count;
    if (!entry.has_base_amount) ++without_rate;
    if (plan.measure == Measure::kNone || !plan.HasAmount(entry)) return;
    ++with_amount;
    sum += plan.AmountOf(entry);
  }
  void Subtract(const FeaturePlan& plan, const Entry& entry) {
    --count;
    if (!entry.has_base_amount) --without_rate;
    if (plan.measure == Measure::kNone || !plan.HasAmount(entry)) return;
    --with_amount;
    sum -= plan.AmountOf(entry);
  }
};

// What the entries of a window add up to; each aggregate reads its own part.
struct Summary {
  AmountTotals part;   // entries that belong to the feature
  AmountTotals whole;  // share only: entries that would without the where
  SquareSum squares;
  int64_t min = 0, max = 0;  // meaningful if part.with_amount > 0
  int64_t distinct = 0;
  EntryKey first, last;      // meaningful if part.count > 0, for the aggregates that need them
  Value edge;                // the field of the first or last entry, where that is the figure
  std::vector<int64_t> amounts;  // for median and percentile, in any order
};

// The key of a sum, or with `is_mean` of the mean, of so many base amounts, as KeyOfFigureValue
// makes it of the value; kWithoutKey where only the value has it.
inline FigureKey KeyOfAmounts(Int128 sum, int64_t amounts, bool is_mean) {
  if (is_mean && amounts == 0) return {};
  const auto key = static_cast<int64_t>(sum);
  if (key != sum || key == std::numeric_limits<int64_t>::min()) {
    return {0, KeyState::kWithoutKey};
  }
  if (!is_mean) return {key, KeyState::kExact};
  const OrderKey mean = KeyOfFraction(key, amounts);
  return {mean.key, mean.exact ? KeyState::kExact : KeyState::kRounded};
}

// That of a count, or of a sum or mean of base amounts.
inline FigureKey KeyOfTotals(const FeaturePlan& plan, const AmountTotals& totals) {
  const Aggregate aggregate = plan.feature->aggregate;
  if (aggregate == Aggregate::kCount) return {totals.count, KeyState::kExact};
  return KeyOfAmounts(totals.sum, totals.with_amount, aggregate == Aggregate::kMean);
}

// The figure at an event of time `at`. Reorders summary->amounts.
Value FigureOf(const FeaturePlan& plan, Summary* summary, EventTime at);

}  // namespace vigla
