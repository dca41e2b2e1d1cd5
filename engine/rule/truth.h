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

template <typename T>
inline Truth Satisfies(const T& a, const T& b, uint8_t mask) {
  const int order = (a >= b) + (a > b);  // 0 less, 1 equal, 2 greater: the bits of the mask
  return static_cast<Truth>(mask >> order & 1);
}

// In the manner of `type`: kInt for all that hold integers, kDecimal for numbers, kString for
// texts, kAccount.
inline Truth CompareValues(const Value& a, const Value& b, ValueType type, uint8_t mask) {
  if (!a.known || !b.known) return Truth::kUnknown;
  switch (type) {
    case ValueType::kInt: return Satisfies(a.integer, b.integer, mask);
    case ValueType::kDecimal: {
      const std::strong_ordering order = Compare(a.number, b.number);
      return Satisfies(order < 0 ? -1 : order > 0 ? 1 : 0, 0, mask);
    }
    case ValueType::kString: return Satisfies(a.text.compare(b.text), 0, mask);
    default: return static_cast<Truth>(IsSameAccount(a, b) == ((mask & kIfEqual) != 0));
  }
}

// What most conditions of most rules come down to, hence the two short ways: integers, and
// numbers of one scale, as amounts are.
inline Truth CompareToConstant(const Value& value, const Program& program,
                               const Program::Instruction& instruction) {
  const Value& limit = *(program.constants.data() + instruction.b);
  if (value.known && limit.known) {
    if (instruction.type == ValueType::kInt) {
      return Satisfies(value.integer, limit.integer, instruction.mask);
    }
    if (instruction.type == ValueType::kDecimal && IsOfOneForm(value.number, limit.number)) {
      return Satisfies(value.number.numerator, limit.number.numerator, instruction.mask);
    }
  }
  return CompareValues(value, limit, instruction.type, instruction.mask);
}

inline Truth And(Truth a, Truth b) {
  if (a == Truth::kFalse || b == Truth::kFalse) return Truth::kFalse;
  return a == Truth::kTrue ? b : Truth::kUnknown;
}

inline Truth Or(Truth a, Truth b) {
  if (a == Truth::kTrue || b == Truth::kTrue) return Truth::kTrue;
  return a == Truth::kFalse ? b : Truth::kUnknown;
}

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
