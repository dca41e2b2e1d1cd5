// The values of a threshold. Warm.
#include "engine/lab/threshold_grid.h"

#include <memory>

#include "engine/base/hash.h"
#include "engine/base/status.h"
#include "engine/model/time.h"
#include "engine/rule/calculation.h"
#include "engine/rule/constant.h"

namespace vigla {
namespace {

constexpr int64_t kUsInMs = 1000;
constexpr int kDigits = 12;       // of decimals and ratios
constexpr int kMoneyDigits = 4;
constexpr Int128 kUnitsMax = 1'000'000'000'000'000;

int DigitsOf(ValueType type) {
  if (type == ValueType::kMoney) return kMoneyDigits;
  return type == ValueType::kDecimal || type == ValueType::kRatio ? kDigits : 0;
}

Int128 PowerOfTen(int digits) {
  Int128 power = 1;
  for (int i = 0; i < digits; ++i) power *= 10;
  return power;
}

absl::Status NoValue(std::string_view text, ValueType type) {
  return MakeError(absl::StatusCode::kInvalidArgument,
                   "`" + std::string(text) + "` is no " + std::string(ValueTypeName(type)));
}

std::unique_ptr<Expression> ConstantOf(ValueType type, std::string_view text) {
  static const auto* const hasher = new KeyedHasher("");  // accounts have no order
  ConstantProblem problem;
  return MakeConstant(type, text, *hasher, &problem);
}

Step StepsOf(const Expression& constant) {
  switch (constant.type) {
    case ValueType::kMoney: return constant.money_amount.ten_thousandths;
    case ValueType::kDuration: return constant.constant.integer / kUsInMs;
    case ValueType::kInt: return constant.constant.integer;
    default:
      return constant.constant.number.numerator *
             PowerOfTen(kDigits - constant.constant.number.scale);
  }
}

}  // namespace

absl::StatusOr<ThresholdGrid> ThresholdGrid::Make(ValueType type, std::string_view present,
                                                  std::string_view least,
                                                  std::string_view greatest) {
  switch (type) {
    case ValueType::kInt:
    case ValueType::kDecimal:
    case ValueType::kRatio:
    case ValueType::kMoney:
    case ValueType::kDuration: break;
    default:
      return MakeError(absl::StatusCode::kInvalidArgument,
                       "a " + std::string(ValueTypeName(type)) + " is no threshold: tune takes "
                       "an int, decimal, ratio, money or duration");
  }
  ThresholdGrid grid;
  grid.type_ = type;
  const auto constant = ConstantOf(type, present);
  if (constant == nullptr) return NoValue(present, type);
  grid.currency_ = constant->money_currency;
  grid.present_ = StepsOf(*constant);
  const std::optional<Step> from = grid.StepOf(least);
  if (!from) return NoValue(least, type);
  const std::optional<Step> to = grid.StepOf(greatest);
  if (!to) return NoValue(greatest, type);
  grid.least_ = *from;
  grid.greatest_ = *to;
  const Int128 widest = kUnitsMax * PowerOfTen(DigitsOf(type));
  if (grid.least_ > grid.present_ || grid.present_ > grid.greatest_ || grid.least_ < -widest ||
      grid.greatest_ > widest) {
    return MakeError(absl::StatusCode::kInvalidArgument,
                     "from " + std::string(least) + " to " + std::string(greatest) +
                         " is no range around " + std::string(present));
  }
  return grid;
}

std::optional<Step> ThresholdGrid::StepOf(std::string_view text) const {
  const auto constant = ConstantOf(type_, text);
  if (constant == nullptr || constant->money_currency != currency_) return std::nullopt;
  return StepsOf(*constant);
}

Value ThresholdGrid::ValueAt(Step step, const RateTable& rates, EventTime time) const {
  switch (type_) {
    case ValueType::kMoney:
      return MoneyAt({{static_cast<int64_t>(step)}, currency_}, rates, time);
    case ValueType::kDuration:
      return Value::Integer(type_, static_cast<int64_t>(step) * kUsInMs);
    case ValueType::kInt: return Value::Int(static_cast<int64_t>(step));
    default: return Value::Numeric(type_, Number::Scaled(step, kDigits));
  }
}

std::string ThresholdGrid::NumberAt(Step step) const {
  if (type_ == ValueType::kDuration) {
    return FormatDuration(static_cast<int64_t>(step) * kUsInMs);
  }
  return FormatDecimal(step, DigitsOf(type_), 0, DigitsOf(type_));
}

std::string ThresholdGrid::Unit() const {
  return type_ == ValueType::kMoney ? currency_.Text() : std::string();
}

std::string ThresholdGrid::TextAt(Step step) const {
  const std::string unit = Unit();
  return NumberAt(step) + (unit.empty() ? "" : " " + unit);
}

double ThresholdGrid::Number(Step step) const {
  const double scale = type_ == ValueType::kDuration
                           ? 1000.0  // in seconds
                           : static_cast<double>(PowerOfTen(DigitsOf(type_)));
  return static_cast<double>(step) / scale;
}

}  // namespace vigla
