// Exact numbers: + - * keep every digit; only division rounds, to 12 digits. Hot.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>

#include "engine/model/money.h"

namespace vigla {

// numerator / (10^scale x denominator). Means and shares keep their denominator, so they are
// compared and multiplied exactly. Values whose exact form needs more than 128 bits go through
// a wider, slower path; a result whose magnitude is >= 2^127 x 10^-12 has no Number at all.
struct Number {
  Int128 numerator = 0;
  int64_t denominator = 1;  // > 0
  int32_t scale = 0;        // >= 0

  static Number Scaled(Int128 numerator, int scale) { return {numerator, 1, scale}; }
  static Number Fraction(Int128 numerator, int scale, int64_t denominator) {
    return {numerator, denominator, scale};
  }
};

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
std::strong_ordering Compare(const Number& a, const Number& b);

}  // namespace vigla
