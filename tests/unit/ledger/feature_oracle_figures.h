// The second half of feature_oracle.h: from entries to figures.
#pragma once

#include "tests/unit/ledger/feature_oracle.h"

namespace vigla::testing {

inline Int128 FloorSquareRoot(Int128 value) {
  Int128 low = 0, high = static_cast<Int128>(1) << 62;
  while (low < high) {
    const Int128 middle = (low + high + 1) / 2;
    (middle * middle <= value ? low : high) = middle * middle <= value ? middle : middle - 1;
  }
  return low;
}

inline Value FeatureOracle::FigureOver(const FeatureSpec& spec, const std::vector<Leg>& entries,
                                       EventTime at, ValueType type) {
  const std::string& aggregate = spec.aggregate;
  const int64_t count = static_cast<int64_t>(entries.size());
  if (aggregate == "count") return Value::Integer(type, count);
  if (aggregate == "seen") return Value::Integer(type, count > 0);
  if (aggregate == "distinct") {
    std::set<std::string> values;
    for (const Leg& entry : entries) {
      if (const auto text = TextOf(entry, spec.of)) values.insert(*text);
    }
    return Value::Integer(type, static_cast<int64_t>(values.size()));
  }
  std::vector<Int128> amounts = AmountsOf(spec, entries);
  std::sort(amounts.begin(), amounts.end());
  const int scale = spec.of == "amount" ? 6 : 4;
  const size_t n = amounts.size();
  Int128 sum = 0, squares = 0;
  for (const Int128 amount : amounts) sum += amount, squares += amount * amount;
  if (aggregate == "sum") return Value::Numeric(type, Number::Scaled(sum, scale));
  if (aggregate == "first" || aggregate == "last" || aggregate == "age" || aggregate == "idle") {
    if (entries.empty()) return Value::Unknown(type);
    if (aggregate == "age") return Value::Integer(type, at - entries.front().time());
    if (aggregate == "idle") return Value::Integer(type, at - entries.back().time());
    const Leg& edge = aggregate == "first" ? entries.front() : entries.back();
    static const RuleSet kNoRules;  // only attributes are read through it
    return ReadField(edge, {*FindField(spec.of), 0}, kNoRules);
  }
  if (n == 0) return Value::Unknown(type);
  const int64_t divisor = static_cast<int64_t>(n);
  if (aggregate == "mean") return Value::Numeric(type, Number::Fraction(sum, scale, divisor));
  if (aggregate == "min") return Value::Numeric(type, Number::Scaled(amounts.front(), scale));
  if (aggregate == "max") return Value::Numeric(type, Number::Scaled(amounts.back(), scale));
  if (aggregate == "median") {
    return Value::Numeric(type, Number::Fraction(amounts[(n - 1) / 2] + amounts[n / 2], scale, 2));
  }
  if (aggregate == "percentile") {  // of 95
    size_t rank = 1;
    while (rank * 100 < 95 * n) ++rank;
    return Value::Numeric(type, Number::Scaled(amounts[rank - 1], scale));
  }
  // stddev; to the micro-unit, whatever the unit of the amounts
  const Int128 radicand = divisor * squares - sum * sum;
  const Int128 unit = scale == 4 ? 100 : 1;
  return Value::Numeric(
      type, Number::Scaled(FloorSquareRoot(radicand * unit * unit) / divisor, 6));
}

inline Value FeatureOracle::EverFigure(const FeatureSpec& spec, const Leg& leg, ValueType type) {
  if (IsTooLate(leg) || leg.time() < spec.known_from) return Value::Unknown(type);
  const std::vector<Leg>& all = legs_[KeyOf(leg)];
  std::vector<Leg> record, record_with_leg;
  for (const Leg& entry : all) {
    if (!Selects(spec, entry)) continue;
    record_with_leg.push_back(entry);
    const bool is_leg = entry.sequence == leg.sequence && entry.direction == leg.direction;
    if (!is_leg || (!spec.prior && spec.aggregate != "idle")) record.push_back(entry);
  }
  Sort(&record);
  Sort(&record_with_leg);
  if (spec.aggregate == "first" || spec.aggregate == "age") {
    if (record.empty() || record.front().time() > leg.time()) return Value::Unknown(type);
    return FigureOver(spec, record, leg.time(), type);
  }
  if (IsLate(leg) && spec.aggregate != "count" && spec.aggregate != "sum" &&
      !record_with_leg.empty() &&
      record_with_leg.front().time() <= Newest(all) - retention_us_) {
    return Value::Unknown(type);
  }
  std::erase_if(record, [&](const Leg& entry) { return entry.time() > leg.time(); });
  return FigureOver(spec, record, leg.time(), type);
}

}  // namespace vigla::testing
