// Integers of any size, for the few numbers that 128 bits don't hold. Warm.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>

#include "absl/container/inlined_vector.h"
#include "engine/model/money.h"

namespace vigla {

// Sign and magnitude; zero is never negative. No allocation up to 768 bits.
class BigInteger {
 public:
  BigInteger() = default;
  explicit BigInteger(Int128 value);
  static BigInteger PowerOfTen(int exponent);

  bool IsZero() const { return limbs_.empty(); }
  bool IsNegative() const { return negative_; }
  bool IsOdd() const { return !limbs_.empty() && (limbs_[0] & 1) != 0; }
  // Empty outside (-2^127, 2^127).
  std::optional<Int128> ToInt128() const;

  BigInteger Negated() const;
  BigInteger Magnitude() const;

  friend BigInteger operator+(const BigInteger& a, const BigInteger& b);
  friend BigInteger operator-(const BigInteger& a, const BigInteger& b);
  friend BigInteger operator*(const BigInteger& a, const BigInteger& b);
  std::strong_ordering operator<=>(const BigInteger& other) const;
  bool operator==(const BigInteger& other) const = default;

  // Truncates towards zero; the remainder has the dividend's sign. The divisor is not zero.
  static BigInteger Divide(const BigInteger& dividend, const BigInteger& divisor,
                           BigInteger* remainder);
  // The quotient rounded half away from zero.
  static BigInteger DivideRounded(const BigInteger& dividend, const BigInteger& divisor);
  static BigInteger GreatestCommonDivisor(BigInteger a, BigInteger b);
  // Divides by `divisor` as often as it goes without remainder; how often that was.
  int StripFactor(uint32_t divisor);

 private:
  using Limbs = absl::InlinedVector<uint32_t, 24>;  // least significant first, none is 0 on top

  static std::strong_ordering CompareMagnitudes(const Limbs& a, const Limbs& b);
  static Limbs AddMagnitudes(const Limbs& a, const Limbs& b);
  static Limbs SubtractMagnitudes(const Limbs& a, const Limbs& b);  // a >= b
  static uint32_t DivideBySmall(Limbs* limbs, uint32_t divisor);
  static Limbs DivideMagnitudes(const Limbs& dividend, const Limbs& divisor, Limbs* remainder);
  static void Trim(Limbs* limbs);

  Limbs limbs_;
  bool negative_ = false;
};

}  // namespace vigla
