// What the operators + - * / % do to values, and how amounts of other currencies convert. Hot.
#pragma once

#include "engine/model/rates.h"
#include "engine/rule/program.h"
#include "engine/rule/value.h"

namespace vigla {

// Unknown wherever an operand is, and where there is no result (overflow, division by zero).
// `result` is the type that the checker gave the operation; kMinimum and kMaximum included.
Value Calculate(Opcode operation, ValueType result, const Value& a, const Value& b);
Value NegateValue(const Value& value);

// Whether values of the type hold a Number, not an integer or a text.
inline bool IsNumeric(ValueType type) {
  return type == ValueType::kDecimal || type == ValueType::kRatio || type == ValueType::kMoney;
}
// Whether two such values have a difference that says how far apart they are.
inline bool IsQuantity(ValueType type) {
  return IsNumeric(type) || type == ValueType::kInt || type == ValueType::kTime ||
         type == ValueType::kDuration;
}
// An int as a value of the numeric `type`; numbers change their type only.
Value ToNumber(const Value& value, ValueType type);

// The amount in base money at that time; unknown without a rate.
Value MoneyAt(const Program::MoneyConstant& constant, const RateTable& rates, EventTime time);

}  // namespace vigla
