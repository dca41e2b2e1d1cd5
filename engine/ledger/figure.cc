// From what a window adds up to, to the figure a feature asks for. Hot.
#include "engine/ledger/figure.h"

#include <algorithm>
#include <limits>

#include "engine/base/check.h"
#include "engine/rule/big_integer.h"

namespace vigla {
namespace {

BigInteger ToBig(const SquareSum& squares) {
  const BigInteger word(static_cast<Int128>(1) << 64);
  const BigInteger low(static_cast<Int128>(static_cast<uint64_t>(squares.low)));
  const BigInteger middle(static_cast<Int128>(static_cast<uint64_t>(squares.low >> 64)));
  return (BigInteger(static_cast<Int128>(squares.high)) * word + middle) * word + low;
}

// The largest integer whose square is not above `value`, by Newton's iteration from above.
BigInteger SquareRoot(const BigInteger& value) {
  if (value.IsZero()) return value;
  const BigInteger two(2);
  BigInteger root(1);
  while (root * root < value) root = root * two;
  for (;;) {
    BigInteger remainder;
    const BigInteger next =
        BigInteger::Divide(root + BigInteger::Divide(value, root, &remainder), two, &remainder);
    if (next >= root) return root;
    root = next;
  }
}

// floor(sqrt(n * sum of squares - sum^2) / n) in micro-units, whatever the measure's unit.
Value Deviation(const FeaturePlan& plan, const Summary& summary, ValueType type) {
  const int64_t n = summary.part.with_amount;
  if (n == 0) return Value::Unknown(type);
  const BigInteger sum(summary.part.sum);
  BigInteger radicand = BigInteger(n) * ToBig(summary.squares) - sum * sum;
  if (plan.scale() == 4) radicand = radicand * BigInteger(100 * 100);
  BigInteger remainder;
  const BigInteger deviation =
      BigInteger::Divide(SquareRoot(radicand), BigInteger(n), &remainder);
  const std::optional<Int128> micros = deviation.ToInt128();
  CHECK(micros.has_value());  // no deviation is above the greatest magnitude
  return Value::Numeric(type, Number::Scaled(*micros, 6));
}

Value ShareOf(const FeaturePlan& plan, const Summary& summary, ValueType type) {
  const bool of_amounts = plan.measure != Measure::kNone;
  Int128 part = of_amounts ? summary.part.sum : summary.part.count;
  Int128 whole = of_amounts ? summary.whole.sum : summary.whole.count;
  if (whole == 0) return Value::Unknown(type);
  if (whole < 0) {
    part = -part;
    whole = -whole;
  }
  if (whole <= std::numeric_limits<int64_t>::max()) {
    return Value::Numeric(type, Number::Fraction(part, 0, static_cast<int64_t>(whole)));
  }
  // Over nine million millions in one window: reduced, and rounded only if that is not enough.
  Int128 a = part < 0 ? -part : part, b = whole;
  while (b != 0) {
    const Int128 rest = a % b;
    a = b;
    b = rest;
  }
  part /= a;
  whole /= a;
  if (whole <= std::numeric_limits<int64_t>::max()) {
    return Value::Numeric(type, Number::Fraction(part, 0, static_cast<int64_t>(whole)));
  }
  const std::optional<Number> quotient = Divide(Number::Scaled(part, 0), Number::Scaled(whole, 0));
  return quotient ? Value::Numeric(type, *quotient) : Value::Unknown(type);
}

Value RankOf(const FeaturePlan& plan, std::vector<int64_t>* amounts, ValueType type) {
  const size_t n = amounts->size();
  if (n == 0) return Value::Unknown(type);
  auto ranked = [&](size_t rank) {  // from 0
    const auto at = amounts->begin() + static_cast<ptrdiff_t>(rank);
    std::nth_element(amounts->begin(), at, amounts->end());
    return static_cast<Int128>(*at);
  };
  if (plan.feature->aggregate == Aggregate::kPercentile) {
    const auto thousandths = static_cast<Int128>(plan.feature->percentile_thousandths);
    const Int128 rank = (thousandths * static_cast<Int128>(n) + 99'999) / 100'000;  // from 1
    const size_t index = static_cast<size_t>(std::clamp<Int128>(rank, 1, static_cast<Int128>(n)));
    return Value::Numeric(type, Number::Scaled(ranked(index - 1), plan.scale()));
  }
  if (n % 2 == 1) return Value::Numeric(type, Number::Scaled(ranked(n / 2), plan.scale()));
  const Int128 two = ranked(n / 2 - 1) + ranked(n / 2);
  return Value::Numeric(type, Number::Fraction(two, plan.scale(), 2));
}

}  // namespace

Value FigureOf(const FeaturePlan& plan, Summary* summary, EventTime at) {
  const ValueType type = plan.feature->type;
  const AmountTotals& part = summary->part;
  switch (plan.feature->aggregate) {
    case Aggregate::kCount: return Value::Integer(type, part.count);
    case Aggregate::kSeen: return Value::Integer(type, part.count > 0 ? 1 : 0);
    case Aggregate::kSum: return Value::Numeric(type, Number::Scaled(part.sum, plan.scale()));
    case Aggregate::kMean:
      if (part.with_amount == 0) return Value::Unknown(type);
      return Value::Numeric(type, Number::Fraction(part.sum, plan.scale(), part.with_amount));
    case Aggregate::kMin:
      if (part.with_amount == 0) return Value::Unknown(type);
      return Value::Numeric(type, Number::Scaled(summary->min, plan.scale()));
    case Aggregate::kMax:
      if (part.with_amount == 0) return Value::Unknown(type);
      return Value::Numeric(type, Number::Scaled(summary->max, plan.scale()));
    case Aggregate::kDistinct: return Value::Integer(type, summary->distinct);
    case Aggregate::kFirst:
    case Aggregate::kLast: return part.count > 0 ? summary->edge : Value::Unknown(type);
    case Aggregate::kAge:
      if (part.count == 0) return Value::Unknown(type);
      return Value::Integer(type, at - summary->first.time);
    case Aggregate::kIdle:
      if (part.count == 0) return Value::Unknown(type);
      return Value::Integer(type, at - summary->last.time);
    case Aggregate::kMedian:
    case Aggregate::kPercentile: return RankOf(plan, &summary->amounts, type);
    case Aggregate::kStddev: return Deviation(plan, *summary, type);
    case Aggregate::kShare: return ShareOf(plan, *summary, type);
  }
  CHECK(false);
}

}  // namespace vigla
