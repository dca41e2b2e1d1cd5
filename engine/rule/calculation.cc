// What the operators + - * / % do to values, and how amounts of other currencies convert. Hot.
#include "engine/rule/calculation.h"

#include <limits>
#include <optional>

#include "engine/base/check.h"

namespace vigla {
namespace {

constexpr int64_t kInt64Min = std::numeric_limits<int64_t>::min();

std::optional<int64_t> CalculateIntegers(Opcode operation, int64_t a, int64_t b) {
  int64_t result;
  switch (operation) {
    case Opcode::kAdd:
      if (__builtin_add_overflow(a, b, &result)) return std::nullopt;
      return result;
    case Opcode::kSubtract:
      if (__builtin_sub_overflow(a, b, &result)) return std::nullopt;
      return result;
    case Opcode::kMultiply:
      if (__builtin_mul_overflow(a, b, &result)) return std::nullopt;
      return result;
    case Opcode::kDivide:
      if (b == 0 || (a == kInt64Min && b == -1)) return std::nullopt;
      return a / b;
    case Opcode::kRemainder:
      if (b == 0) return std::nullopt;
      return b == -1 ? 0 : a % b;
    case Opcode::kMinimum: return std::min(a, b);
    case Opcode::kMaximum: return std::max(a, b);
    default: CHECK(false);
  }
}

std::optional<Number> CalculateNumbers(Opcode operation, const Number& a, const Number& b) {
  switch (operation) {
    case Opcode::kAdd: return Add(a, b);
    case Opcode::kSubtract: return Subtract(a, b);
    case Opcode::kMultiply: return Multiply(a, b);
    case Opcode::kDivide: return Divide(a, b);
    case Opcode::kRemainder: return Remainder(a, b);
    case Opcode::kMinimum: return Compare(b, a) < 0 ? b : a;
    case Opcode::kMaximum: return Compare(b, a) > 0 ? b : a;
    default: CHECK(false);
  }
}

// A number of microseconds as a time or duration: to the nearest, half away from zero.
Value IntegerOfNumber(ValueType type, const Number& number) {
  const std::optional<Number> rounded = Round(number, 0);
  if (!rounded) return Value::Unknown(type);
  const auto us = static_cast<int64_t>(rounded->numerator);
  if (us != rounded->numerator) return Value::Unknown(type);
  return Value::Integer(type, us);
}

Number NumberOf(const Value& value) {
  return IsNumeric(value.type) ? value.number : Number::Scaled(value.integer, 0);
}

}  // namespace

Value Calculate(Opcode operation, ValueType result, const Value& a, const Value& b) {
  if (!a.known || !b.known) return Value::Unknown(result);
  if (!IsNumeric(a.type) && !IsNumeric(b.type) && !IsNumeric(result)) {
    const std::optional<int64_t> integer = CalculateIntegers(operation, a.integer, b.integer);
    return integer ? Value::Integer(result, *integer) : Value::Unknown(result);
  }
  const std::optional<Number> number =
      CalculateNumbers(operation, NumberOf(a), NumberOf(b));
  if (!number) return Value::Unknown(result);
  return IsNumeric(result) ? Value::Numeric(result, *number) : IntegerOfNumber(result, *number);
}

Value NegateValue(const Value& value) {
  if (!value.known) return value;
  if (!IsNumeric(value.type)) {
    if (value.integer == kInt64Min) return Value::Unknown(value.type);
    return Value::Integer(value.type, -value.integer);
  }
  const std::optional<Number> number = Negate(value.number);
  return number ? Value::Numeric(value.type, *number) : Value::Unknown(value.type);
}

Value ToNumber(const Value& value, ValueType type) {
  if (!value.known) return Value::Unknown(type);
  return Value::Numeric(type, NumberOf(value));
}

Value MoneyAt(const Program::MoneyConstant& constant, const RateTable& rates, EventTime time) {
  const std::optional<ExchangeRate> rate = rates.On(constant.currency, time);
  if (!rate) return Value::Unknown(ValueType::kMoney);
  const std::optional<BaseAmount> base = Convert(constant.amount, *rate);
  return base ? Value::Money(*base) : Value::Unknown(ValueType::kMoney);
}

}  // namespace vigla
