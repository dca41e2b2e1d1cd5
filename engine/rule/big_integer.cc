// Integers of any size, for the few numbers that 128 bits don't hold. Warm.
#include "engine/rule/big_integer.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "engine/base/check.h"

namespace vigla {

BigInteger::BigInteger(Int128 value) : negative_(value < 0) {
  auto magnitude = static_cast<unsigned __int128>(value);
  if (negative_) magnitude = -magnitude;
  for (; magnitude != 0; magnitude >>= 32) limbs_.push_back(static_cast<uint32_t>(magnitude));
}

BigInteger BigInteger::PowerOfTen(int exponent) {
  static constexpr int kStep = 18;
  static constexpr int64_t kStepPower = 1'000'000'000'000'000'000;
  BigInteger power(1);
  for (; exponent >= kStep; exponent -= kStep) power = power * BigInteger(kStepPower);
  int64_t rest = 1;
  for (; exponent > 0; --exponent) rest *= 10;
  return power * BigInteger(rest);
}

std::optional<Int128> BigInteger::ToInt128() const {
  if (limbs_.size() > 4 || (limbs_.size() == 4 && (limbs_[3] >> 31) != 0)) return std::nullopt;
  Int128 value = 0;
  for (size_t i = limbs_.size(); i-- > 0;) value = (value << 32) | limbs_[i];
  return negative_ ? -value : value;
}

BigInteger BigInteger::Negated() const {
  BigInteger result = *this;
  result.negative_ = !negative_ && !IsZero();
  return result;
}

BigInteger BigInteger::Magnitude() const {
  BigInteger result = *this;
  result.negative_ = false;
  return result;
}

BigInteger operator+(const BigInteger& a, const BigInteger& b) {
  BigInteger result;
  if (a.negative_ == b.negative_) {
    result.limbs_ = BigInteger::AddMagnitudes(a.limbs_, b.limbs_);
    result.negative_ = a.negative_;
    return result;
  }
  const bool a_larger = BigInteger::CompareMagnitudes(a.limbs_, b.limbs_) >= 0;
  const BigInteger& larger = a_larger ? a : b;
  const BigInteger& smaller = a_larger ? b : a;
  result.limbs_ = BigInteger::SubtractMagnitudes(larger.limbs_, smaller.limbs_);
  result.negative_ = larger.negative_ && !result.IsZero();
  return result;
}

BigInteger operator-(const BigInteger& a, const BigInteger& b) { return a + b.Negated(); }

BigInteger operator*(const BigInteger& a, const BigInteger& b) {
  BigInteger result;
  if (a.IsZero() || b.IsZero()) return result;
  result.limbs_.assign(a.limbs_.size() + b.limbs_.size(), 0);
  for (size_t i = 0; i < a.limbs_.size(); ++i) {
    uint64_t carry = 0;
    for (size_t j = 0; j < b.limbs_.size(); ++j) {
      carry += result.limbs_[i + j] + uint64_t{a.limbs_[i]} * b.limbs_[j];
      result.limbs_[i + j] = static_cast<uint32_t>(carry);
      carry >>= 32;
    }
    result.limbs_[i + b.limbs_.size()] = static_cast<uint32_t>(carry);
  }
  BigInteger::Trim(&result.limbs_);
  result.negative_ = a.negative_ != b.negative_;
  return result;
}

std::strong_ordering BigInteger::operator<=>(const BigInteger& other) const {
  if (negative_ != other.negative_) {
    return negative_ ? std::strong_ordering::less : std::strong_ordering::greater;
  }
  return negative_ ? CompareMagnitudes(other.limbs_, limbs_)
                   : CompareMagnitudes(limbs_, other.limbs_);
}

std::strong_ordering BigInteger::CompareMagnitudes(const Limbs& a, const Limbs& b) {
  if (a.size() != b.size()) return a.size() <=> b.size();
  for (size_t i = a.size(); i-- > 0;) {
    if (a[i] != b[i]) return a[i] <=> b[i];
  }
  return std::strong_ordering::equal;
}

BigInteger::Limbs BigInteger::AddMagnitudes(const Limbs& a, const Limbs& b) {
  const Limbs& longer = a.size() >= b.size() ? a : b;
  const Limbs& shorter = a.size() >= b.size() ? b : a;
  Limbs sum = longer;
  uint64_t carry = 0;
  for (size_t i = 0; i < sum.size() && (i < shorter.size() || carry != 0); ++i) {
    carry += uint64_t{sum[i]} + (i < shorter.size() ? shorter[i] : 0);
    sum[i] = static_cast<uint32_t>(carry);
    carry >>= 32;
  }
  if (carry != 0) sum.push_back(static_cast<uint32_t>(carry));
  return sum;
}

BigInteger::Limbs BigInteger::SubtractMagnitudes(const Limbs& a, const Limbs& b) {
  Limbs difference = a;
  int64_t borrow = 0;
  for (size_t i = 0; i < difference.size() && (i < b.size() || borrow != 0); ++i) {
    int64_t limb = int64_t{difference[i]} - (i < b.size() ? b[i] : 0) - borrow;
    borrow = limb < 0 ? 1 : 0;
    difference[i] = static_cast<uint32_t>(limb);
  }
  Trim(&difference);
  return difference;
}

uint32_t BigInteger::DivideBySmall(Limbs* limbs, uint32_t divisor) {
  uint64_t remainder = 0;
  for (size_t i = limbs->size(); i-- > 0;) {
    remainder = (remainder << 32) | (*limbs)[i];
    (*limbs)[i] = static_cast<uint32_t>(remainder / divisor);
    remainder %= divisor;
  }
  Trim(limbs);
  return static_cast<uint32_t>(remainder);
}

// Knuth, The Art of Computer Programming, volume 2, 4.3.1, algorithm D, in base 2^32.
BigInteger::Limbs BigInteger::DivideMagnitudes(const Limbs& dividend, const Limbs& divisor,
                                               Limbs* remainder) {
  const size_t n = divisor.size();
  CHECK(n > 0);
  if (CompareMagnitudes(dividend, divisor) < 0) {
    *remainder = dividend;
    return {};
  }
  if (n == 1) {
    Limbs quotient = dividend;
    const uint32_t rest = DivideBySmall(&quotient, divisor[0]);
    remainder->clear();
    if (rest != 0) remainder->push_back(rest);
    return quotient;
  }
  const int shift = std::countl_zero(divisor.back());
  const auto shifted = [shift](const Limbs& limbs, size_t i) -> uint32_t {
    const uint64_t high = i < limbs.size() ? limbs[i] : 0;
    const uint64_t low = i > 0 ? limbs[i - 1] : 0;
    return static_cast<uint32_t>((((high << 32) | low) << shift) >> 32);
  };
  Limbs v(n), u(dividend.size() + 1);
  for (size_t i = 0; i < n; ++i) v[i] = shifted(divisor, i);
  for (size_t i = 0; i < u.size(); ++i) u[i] = shifted(dividend, i);
  Limbs quotient(dividend.size() - n + 1, 0);
  for (size_t j = quotient.size(); j-- > 0;) {
    const uint64_t top = (uint64_t{u[j + n]} << 32) | u[j + n - 1];
    uint64_t guess = top / v[n - 1];
    uint64_t rest = top % v[n - 1];
    while (guess >> 32 != 0 || guess * v[n - 2] > ((rest << 32) | u[j + n - 2])) {
      --guess;
      rest += v[n - 1];
      if (rest >> 32 != 0) break;
    }
    int64_t borrow = 0;
    uint64_t carry = 0;
    for (size_t i = 0; i < n; ++i) {
      carry += guess * v[i];
      const int64_t limb = int64_t{u[i + j]} - static_cast<uint32_t>(carry) - borrow;
      carry >>= 32;
      u[i + j] = static_cast<uint32_t>(limb);
      borrow = limb < 0 ? 1 : 0;
    }
    const int64_t limb = int64_t{u[j + n]} - static_cast<int64_t>(carry) - borrow;
    u[j + n] = static_cast<uint32_t>(limb);
    if (limb < 0) {  // the guess was one too large: add the divisor back
      --guess;
      uint64_t sum = 0;
      for (size_t i = 0; i < n; ++i) {
        sum += uint64_t{u[i + j]} + v[i];
        u[i + j] = static_cast<uint32_t>(sum);
        sum >>= 32;
      }
      u[j + n] += static_cast<uint32_t>(sum);
    }
    quotient[j] = static_cast<uint32_t>(guess);
  }
  remainder->assign(n, 0);
  for (size_t i = 0; i < n; ++i) {
    const uint64_t high = u[i + 1];
    (*remainder)[i] = static_cast<uint32_t>(((high << 32) | u[i]) >> shift);
  }
  Trim(remainder);
  Trim(&quotient);
  return quotient;
}

void BigInteger::Trim(Limbs* limbs) {
  while (!limbs->empty() && limbs->back() == 0) limbs->pop_back();
}

BigInteger BigInteger::Divide(const BigInteger& dividend, const BigInteger& divisor,
                              BigInteger* remainder) {
  BigInteger quotient;
  Limbs rest;
  quotient.limbs_ = DivideMagnitudes(dividend.limbs_, divisor.limbs_, &rest);
  quotient.negative_ = dividend.negative_ != divisor.negative_ && !quotient.IsZero();
  const bool negative = dividend.negative_;
  remainder->limbs_ = std::move(rest);
  remainder->negative_ = negative && !remainder->IsZero();
  return quotient;
}

BigInteger BigInteger::DivideRounded(const BigInteger& dividend, const BigInteger& divisor) {
  BigInteger remainder;
  const BigInteger quotient = Divide(dividend, divisor, &remainder);
  if (remainder.Magnitude() + remainder.Magnitude() < divisor.Magnitude()) return quotient;
  const bool negative = dividend.negative_ != divisor.negative_;
  return quotient + BigInteger(negative ? -1 : 1);
}

BigInteger BigInteger::GreatestCommonDivisor(BigInteger a, BigInteger b) {
  a = a.Magnitude();
  b = b.Magnitude();
  while (!b.IsZero()) {
    BigInteger remainder;
    Divide(a, b, &remainder);
    a = std::exchange(b, std::move(remainder));
  }
  return a;
}

int BigInteger::StripFactor(uint32_t divisor) {
  if (IsZero()) return 0;
  for (int times = 0;; ++times) {
    Limbs quotient = limbs_;
    if (DivideBySmall(&quotient, divisor) != 0) return times;
    limbs_ = std::move(quotient);
  }
}

}  // namespace vigla
