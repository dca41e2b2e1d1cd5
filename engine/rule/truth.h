// Three-valued logic, and the comparisons that yield it. Hot.
#pragma once

#include <compare>
#include <cstdint>

#include "engine/base/check.h"
#include "engine/rule/program.h"
#include "engine/rule/value.h"

namespace vigla {

enum class Truth : uint8_t { kFalse = 0, kTrue = 1, kUnknown = 2 };

inline Truth TruthOf(const Value& value) {
  return value.known ? static_cast<Truth>(value.integer != 0) : Truth::kUnknown;
}

namespace evaluation {

inline Truth Satisfies(std::strong_ordering order, uint8_t mask) {
  const int bit = order < 0 ? kIfLess : order > 0 ? kIfGreater : kIfEqual;
  return static_cast<Truth>((mask & bit) != 0);
}

// In the manner of `type`: kInt for all that hold integers, kDecimal for numbers, kString for
// texts, kAccount.
inline Truth CompareValues(const Value& a, const Value& b, ValueType type, uint8_t mask) {
  if (!a.known || !b.known) return Truth::kUnknown;
  switch (type) {
    case ValueType::kInt: return Satisfies(a.integer <=> b.integer, mask);
    case ValueType::kDecimal: return Satisfies(Compare(a.number, b.number), mask);
    case ValueType::kString: return Satisfies(a.text <=> b.text, mask);
    default: return static_cast<Truth>(IsSameAccount(a, b) == ((mask & kIfEqual) != 0));
  }
}

inline Truth CompareToConstant(const Value& value, const Program& program,
                               const Program::Instruction& instruction) {
  return CompareValues(value, program.constants[instruction.b], instruction.type,
                       instruction.mask);
}

inline Truth And(Truth a, Truth b) {
  if (a == Truth::kFalse || b == Truth::kFalse) return Truth::kFalse;
  return a == Truth::kTrue ? b : Truth::kUnknown;
}

inline Truth Or(Truth a, Truth b) {
  if (a == Truth::kTrue || b == Truth::kTrue) return Truth::kTrue;
  return a == Truth::kFalse ? b : Truth::kUnknown;
}

// A stack of values that are constructed where they are pushed.

inline Truth Not(Truth a) {
  return a == Truth::kUnknown ? a : static_cast<Truth>(a == Truth::kFalse);
}

// Membership of a value that may be unknown.
template <class Contains>
Truth In(const Value& value, Contains contains) {
  return value.known ? static_cast<Truth>(contains(value)) : Truth::kUnknown;
}

}  // namespace evaluation
}  // namespace vigla
