// Exact numbers: + - * keep every digit; only division rounds, to 12 digits. Hot.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "engine/model/money.h"

namespace vigla {

// numerator / (10^scale x denominator), |numerator| < 2^127. Means and shares keep their
// denominator, so they are compared and multiplied exactly. What needs more than 128 bits goes
// through a wider, slower path and lives in the thread's ExactScope; a result whose magnitude is
// >= 2^127 x 10^-12 has no Number at all.
struct Number {
  Int128 numerator = 0;
  int64_t denominator = 1;  // > 0
  int32_t scale = 0;        // >= 0
  uint32_t wide = 0;        // not 0: a place in the ExactScope, and the rest means nothing

  static Number Scaled(Int128 numerator, int scale) { return {numerator, 1, scale}; }
  static Number Fraction(Int128 numerator, int scale, int64_t denominator) {
    return {numerator, denominator, scale};
  }
};
static_assert(sizeof(Number) == 32);

// While one is alive on a thread, that thread's arithmetic may yield wide numbers; they end with
// the scope that was innermost at the time. Without one, a result that needs more than 128 bits
// is cut as Narrow does. Scopes nest.
class ExactScope {
 public:
  ExactScope();
  ~ExactScope();
  ExactScope(const ExactScope&) = delete;
  ExactScope& operator=(const ExactScope&) = delete;

 private:
  size_t mark_;
};

// A number that outlives its scope: the same unless it is wide; then cut to as many digits as 128
// bits hold (12 at least), such that rounding it to fewer digits gives what rounding the exact
// one gives.
Number Narrow(const Number& a);

// Empty where the magnitude leaves 128 bits at 12 digits (or a divisor is zero): unknown.
std::optional<Number> Add(const Number& a, const Number& b);
std::optional<Number> Subtract(const Number& a, const Number& b);
std::optional<Number> Multiply(const Number& a, const Number& b);
// The exact quotient rounded to 12 digits, half away from zero.
std::optional<Number> Divide(const Number& a, const Number& b);
// The dividend's sign, as in CEL.
std::optional<Number> Remainder(const Number& a, const Number& b);
// Half away from zero to `digits` fraction digits (0..12).
std::optional<Number> Round(const Number& a, int digits);
std::optional<Number> Negate(const Number& a);
bool IsZero(const Number& a);
bool IsNegative(const Number& a);

// Whether the numerators alone tell which is larger.
inline bool IsOfOneForm(const Number& a, const Number& b) {
  return a.scale == b.scale && a.denominator == b.denominator && (a.wide | b.wide) == 0;
}
std::strong_ordering CompareUnlike(const Number& a, const Number& b);
inline std::strong_ordering Compare(const Number& a, const Number& b) {
  if (IsOfOneForm(a, b)) return a.numerator <=> b.numerator;
  return CompareUnlike(a, b);
}

}  // namespace vigla
