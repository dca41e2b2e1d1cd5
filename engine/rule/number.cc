// Exact numbers. The paths that fit 128 bits are hot; the wide ones are slow and rare.
#include "engine/rule/number.h"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>
#include <vector>

#include "engine/base/check.h"
#include "engine/rule/big_integer.h"

namespace vigla {
namespace {

using UInt128 = unsigned __int128;

constexpr int kDivisionDigits = 12;
constexpr int kPowersOfTen = 39;  // 10^38 < 2^127

constexpr std::array<Int128, kPowersOfTen> MakePowers() {
  std::array<Int128, kPowersOfTen> powers{};
  powers[0] = 1;
  for (int i = 1; i < kPowersOfTen; ++i) powers[i] = powers[i - 1] * 10;
  return powers;
}
constexpr std::array<Int128, kPowersOfTen> kPowerOfTen = MakePowers();
constexpr Int128 kInt128Max = static_cast<Int128>(~UInt128{0} >> 1);

// The largest numerator that a number may have, by scale.
constexpr std::array<Int128, kDivisionDigits> MakeLimits() {
  std::array<Int128, kDivisionDigits> limits{};
  for (int i = 0; i < kDivisionDigits; ++i) {
    limits[i] = kInt128Max / kPowerOfTen[kDivisionDigits - i];
  }
  return limits;
}
constexpr std::array<Int128, kDivisionDigits> kLimits = MakeLimits();

// An exact fraction of any size; the denominator is positive and holds the scale.
struct WideNumber {
  BigInteger numerator;
  BigInteger denominator;
};

// The thread's wide numbers, by place - 1. Kept and reused, so they rarely allocate.
std::vector<std::unique_ptr<WideNumber>>& WideNumbers() {
  static thread_local std::vector<std::unique_ptr<WideNumber>> numbers;
  return numbers;
}
constinit thread_local size_t wide_used = 0;
constinit thread_local int scopes_open = 0;

// False on overflow. Not __builtin_mul_overflow, which clang calls from compiler-rt for 128 bits.
inline bool MultiplyFits(Int128 a, Int128 b, Int128* product) {
  if (static_cast<int64_t>(a) == a && static_cast<int64_t>(b) == b) {
    *product = a * b;
    return true;
  }
  const bool negative = (a < 0) != (b < 0);
  UInt128 x = a < 0 ? -static_cast<UInt128>(a) : static_cast<UInt128>(a);
  UInt128 y = b < 0 ? -static_cast<UInt128>(b) : static_cast<UInt128>(b);
  if (x < y) std::swap(x, y);
  if (y >> 64 != 0) return false;
  const UInt128 low = static_cast<UInt128>(static_cast<uint64_t>(x)) * static_cast<uint64_t>(y);
  const UInt128 high = (x >> 64) * y;
  if (high >> 63 != 0) return false;
  const UInt128 magnitude = low + (high << 64);
  if (magnitude < low || magnitude >> 127 != 0) return false;
  *product = negative ? -static_cast<Int128>(magnitude) : static_cast<Int128>(magnitude);
  return true;
}

inline bool ScaleUp(Int128 value, int digits, Int128* scaled) {
  if (digits == 0) {
    *scaled = value;
    return true;
  }
  if (digits >= kPowersOfTen) return false;
  return MultiplyFits(value, kPowerOfTen[digits], scaled);
}

// Whether |a| < 2^127 x 10^-12, for a number that isn't wide and has denominator 1.
inline bool IsInside(Int128 numerator, int scale) {
  if (scale >= kDivisionDigits) return true;
  const Int128 limit = kLimits[scale];
  return numerator <= limit && numerator >= -limit;
}

WideNumber Widen(const Number& a) {
  if (a.wide != 0) return *WideNumbers()[a.wide - 1];
  return {BigInteger(a.numerator), BigInteger::PowerOfTen(a.scale) * BigInteger(a.denominator)};
}

bool IsInside(const WideNumber& a) {
  static const BigInteger kBound = BigInteger(kInt128Max) + BigInteger(1);
  return a.numerator.Magnitude() * BigInteger::PowerOfTen(kDivisionDigits) <
         kBound * a.denominator;
}

BigInteger Power(int64_t base, int exponent) {
  BigInteger power(1);
  for (int i = 0; i < exponent; ++i) power = power * BigInteger(base);
  return power;
}

// The same number in 128 bits, if it has such a form; *a is reduced.
std::optional<Number> Compact(WideNumber* a) {
  const BigInteger divisor = BigInteger::GreatestCommonDivisor(a->numerator, a->denominator);
  BigInteger remainder;
  a->numerator = BigInteger::Divide(a->numerator, divisor, &remainder);
  a->denominator = BigInteger::Divide(a->denominator, divisor, &remainder);
  BigInteger rest = a->denominator;
  const int twos = rest.StripFactor(2);
  const int fives = rest.StripFactor(5);
  const int scale = std::max(twos, fives);
  const std::optional<Int128> denominator = rest.ToInt128();
  if (!denominator || *denominator != static_cast<int64_t>(*denominator)) return std::nullopt;
  const std::optional<Int128> numerator =
      (a->numerator * Power(2, scale - twos) * Power(5, scale - fives)).ToInt128();
  if (!numerator) return std::nullopt;
  return Number::Fraction(*numerator, scale, static_cast<int64_t>(*denominator));
}

// Cut towards zero to the most digits that fit; a last digit on which a later rounding might
// turn (0 or 5) is made odd by one where something was cut, so that no tie appears or is lost.
Number Cut(const WideNumber& a) {
  for (int scale = kPowersOfTen - 1; scale > kDivisionDigits; --scale) {
    BigInteger remainder;
    const BigInteger quotient = BigInteger::Divide(
        a.numerator * BigInteger::PowerOfTen(scale), a.denominator, &remainder);
    const std::optional<Int128> digits = quotient.ToInt128();
    if (!digits || !IsInside(*digits, scale)) continue;
    const Int128 step = a.numerator.IsNegative() ? -1 : 1;
    const bool adjust = !remainder.IsZero() && *digits % 5 == 0 && *digits != kInt128Max;
    return Number::Scaled(adjust ? *digits + step : *digits, scale);
  }
  const BigInteger rounded = BigInteger::DivideRounded(
      a.numerator * BigInteger::PowerOfTen(kDivisionDigits), a.denominator);
  const Int128 limit = a.numerator.IsNegative() ? -kInt128Max : kInt128Max;
  return Number::Scaled(rounded.ToInt128().value_or(limit), kDivisionDigits);
}

std::optional<Number> Settle(WideNumber a) {
  if (!IsInside(a)) return std::nullopt;
  if (const std::optional<Number> compact = Compact(&a)) return compact;
  if (scopes_open == 0) return Cut(a);
  auto& numbers = WideNumbers();
  if (wide_used == numbers.size()) numbers.push_back(std::make_unique<WideNumber>());
  *numbers[wide_used++] = std::move(a);
  Number result;
  result.wide = static_cast<uint32_t>(wide_used);
  return result;
}

std::optional<Number> AddWide(const Number& a, const Number& b) {
  const WideNumber x = Widen(a), y = Widen(b);
  return Settle({x.numerator * y.denominator + y.numerator * x.denominator,
                 x.denominator * y.denominator});
}

// Half away from zero; unlike model's DivideRounded for any signs, and up to 2^127.
inline Int128 RoundedQuotient(Int128 dividend, Int128 divisor) {
  const Int128 quotient = dividend / divisor;
  const Int128 remainder = dividend % divisor;
  const UInt128 rest = remainder < 0 ? -static_cast<UInt128>(remainder) : remainder;
  const UInt128 whole = divisor < 0 ? -static_cast<UInt128>(divisor) : divisor;
  if (rest < whole - rest) return quotient;
  return quotient + ((dividend < 0) != (divisor < 0) ? -1 : 1);
}

// Both numerators at the larger of the two scales.
inline bool Align(const Number& a, const Number& b, Int128* x, Int128* y) {
  const int scale = std::max(a.scale, b.scale);
  return ScaleUp(a.numerator, scale - a.scale, x) && ScaleUp(b.numerator, scale - b.scale, y);
}

}  // namespace

ExactScope::ExactScope() : mark_(wide_used) { ++scopes_open; }

ExactScope::~ExactScope() {
  wide_used = mark_;
  --scopes_open;
}

Number Narrow(const Number& a) {
  return a.wide == 0 ? a : Cut(*WideNumbers()[a.wide - 1]);
}

bool IsZero(const Number& a) {
  return a.wide == 0 ? a.numerator == 0 : WideNumbers()[a.wide - 1]->numerator.IsZero();
}

bool IsNegative(const Number& a) {
  return a.wide == 0 ? a.numerator < 0 : WideNumbers()[a.wide - 1]->numerator.IsNegative();
}

std::optional<Number> Add(const Number& a, const Number& b) {
  Int128 x, y, sum;
  if ((a.wide | b.wide) == 0 && Align(a, b, &x, &y)) {
    int64_t denominator = a.denominator;
    const bool fits =
        a.denominator == b.denominator ||
        (MultiplyFits(x, b.denominator, &x) && MultiplyFits(y, a.denominator, &y) &&
         !__builtin_mul_overflow(a.denominator, b.denominator, &denominator));
    const int scale = std::max(a.scale, b.scale);
    if (fits && !__builtin_add_overflow(x, y, &sum) && IsInside(sum, scale)) {
      return Number::Fraction(sum, scale, denominator);
    }
  }
  return AddWide(a, b);
}

std::optional<Number> Negate(const Number& a) {
  if (a.wide == 0 && a.numerator >= -kInt128Max) {
    Number result = a;
    result.numerator = -a.numerator;
    return result;
  }
  const WideNumber x = Widen(a);
  return Settle({x.numerator.Negated(), x.denominator});
}

std::optional<Number> Subtract(const Number& a, const Number& b) {
  const std::optional<Number> negated = Negate(b);
  if (!negated) return std::nullopt;
  return Add(a, *negated);
}

std::optional<Number> Multiply(const Number& a, const Number& b) {
  Int128 product;
  int64_t denominator;
  if ((a.wide | b.wide) == 0 && MultiplyFits(a.numerator, b.numerator, &product) &&
      !__builtin_mul_overflow(a.denominator, b.denominator, &denominator)) {
    const int scale = a.scale + b.scale;
    if (IsInside(product, scale)) return Number::Fraction(product, scale, denominator);
  }
  const WideNumber x = Widen(a), y = Widen(b);
  return Settle({x.numerator * y.numerator, x.denominator * y.denominator});
}

std::optional<Number> Divide(const Number& a, const Number& b) {
  if (IsZero(b)) return std::nullopt;
  Int128 x, y, dividend;
  if ((a.wide | b.wide) == 0 && Align(a, b, &x, &y) && MultiplyFits(x, b.denominator, &x) &&
      MultiplyFits(y, a.denominator, &y) && ScaleUp(x, kDivisionDigits, &dividend)) {
    return Number::Scaled(RoundedQuotient(dividend, y), kDivisionDigits);
  }
  const WideNumber wide_a = Widen(a), wide_b = Widen(b);
  const std::optional<Int128> quotient =
      BigInteger::DivideRounded(
          wide_a.numerator * wide_b.denominator * BigInteger::PowerOfTen(kDivisionDigits),
          wide_a.denominator * wide_b.numerator)
          .ToInt128();
  if (!quotient) return std::nullopt;
  return Number::Scaled(*quotient, kDivisionDigits);
}

std::optional<Number> Remainder(const Number& a, const Number& b) {
  if (IsZero(b)) return std::nullopt;
  Int128 x, y;
  if ((a.wide | b.wide) == 0 && a.denominator == 1 && b.denominator == 1 &&
      Align(a, b, &x, &y)) {
    return Number::Scaled(x % y, std::max(a.scale, b.scale));
  }
  const WideNumber wide_a = Widen(a), wide_b = Widen(b);
  BigInteger remainder;
  BigInteger::Divide(wide_a.numerator * wide_b.denominator,
                     wide_b.numerator * wide_a.denominator, &remainder);
  return Settle({remainder, wide_a.denominator * wide_b.denominator});
}

std::optional<Number> Round(const Number& a, int digits) {
  CHECK(digits >= 0 && digits <= kDivisionDigits);
  if (a.wide == 0 && a.denominator == 1) {
    if (a.scale <= digits) return a;
    if (a.scale - digits < kPowersOfTen) {
      return Number::Scaled(RoundedQuotient(a.numerator, kPowerOfTen[a.scale - digits]),
                            digits);
    }
  }
  const WideNumber wide = Widen(a);
  const std::optional<Int128> rounded =
      BigInteger::DivideRounded(wide.numerator * BigInteger::PowerOfTen(digits),
                                wide.denominator)
          .ToInt128();
  if (!rounded) return std::nullopt;
  return Number::Scaled(*rounded, digits);
}

std::strong_ordering CompareUnlike(const Number& a, const Number& b) {
  Int128 x, y;
  if ((a.wide | b.wide) == 0 && Align(a, b, &x, &y)) {
    if (a.denominator == b.denominator) return x <=> y;
    Int128 left, right;
    if (MultiplyFits(x, b.denominator, &left) && MultiplyFits(y, a.denominator, &right)) {
      return left <=> right;
    }
  }
  const WideNumber wide_a = Widen(a), wide_b = Widen(b);
  return wide_a.numerator * wide_b.denominator <=> wide_b.numerator * wide_a.denominator;
}

}  // namespace vigla
