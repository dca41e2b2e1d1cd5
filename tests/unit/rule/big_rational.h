// The naive definition that exact numbers are held to: fractions of decimal digit strings,
// schoolbook arithmetic, nothing shared with the engine. For tests only.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

namespace vigla::test {

// Digits, least significant first; no leading zeros, empty is zero.
using Digits = std::vector<int>;

inline void Trim(Digits* digits) {
  while (!digits->empty() && digits->back() == 0) digits->pop_back();
}

inline Digits DigitsOf(unsigned __int128 value) {
  Digits digits;
  for (; value != 0; value /= 10) digits.push_back(static_cast<int>(value % 10));
  return digits;
}

inline int CompareDigits(const Digits& a, const Digits& b) {
  if (a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
  for (size_t i = a.size(); i-- > 0;) {
    if (a[i] != b[i]) return a[i] < b[i] ? -1 : 1;
  }
  return 0;
}

inline Digits AddDigits(const Digits& a, const Digits& b) {
  Digits sum;
  int carry = 0;
  for (size_t i = 0; i < std::max(a.size(), b.size()) || carry != 0; ++i) {
    carry += (i < a.size() ? a[i] : 0) + (i < b.size() ? b[i] : 0);
    sum.push_back(carry % 10);
    carry /= 10;
  }
  return sum;
}

inline Digits SubtractDigits(Digits a, const Digits& b) {
  int borrow = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    a[i] -= borrow + (i < b.size() ? b[i] : 0);
    borrow = a[i] < 0 ? 1 : 0;
    a[i] += borrow * 10;
  }
  Trim(&a);
  return a;
}

inline Digits MultiplyDigits(const Digits& a, const Digits& b) {
  Digits product(a.size() + b.size() + 1, 0);
  for (size_t i = 0; i < a.size(); ++i) {
    for (size_t j = 0; j < b.size(); ++j) product[i + j] += a[i] * b[j];
    for (size_t j = 0; j + 1 < product.size(); ++j) {
      product[j + 1] += product[j] / 10;
      product[j] %= 10;
    }
  }
  Trim(&product);
  return product;
}

// Long division; the remainder goes to *rest.
inline Digits DivideDigits(const Digits& a, const Digits& b, Digits* rest) {
  Digits quotient(a.size(), 0);
  rest->clear();
  for (size_t i = a.size(); i-- > 0;) {
    rest->insert(rest->begin(), a[i]);
    Trim(rest);
    while (CompareDigits(*rest, b) >= 0) {
      *rest = SubtractDigits(*rest, b);
      ++quotient[i];
    }
  }
  Trim(&quotient);
  return quotient;
}

inline Digits TimesPowerOfTen(Digits a, int power) {
  if (!a.empty()) a.insert(a.begin(), static_cast<size_t>(power), 0);
  return a;
}

// (-1)^negative x above / below.
struct Rational {
  bool negative = false;
  Digits above;
  Digits below = {1};

  static Rational Of(__int128 numerator, __int128 denominator) {
    const bool negative = numerator < 0;
    const auto magnitude = static_cast<unsigned __int128>(numerator);
    return {negative, DigitsOf(negative ? -magnitude : magnitude),
            DigitsOf(static_cast<unsigned __int128>(denominator))};
  }
  Rational ScaledDown(int power) const { return {negative, above, TimesPowerOfTen(below, power)}; }
  bool IsZero() const { return above.empty(); }
};

inline Rational operator-(Rational a) {
  a.negative = !a.negative && !a.IsZero();
  return a;
}

inline Rational operator+(const Rational& a, const Rational& b) {
  const Digits x = MultiplyDigits(a.above, b.below), y = MultiplyDigits(b.above, a.below);
  const Digits below = MultiplyDigits(a.below, b.below);
  if (a.negative == b.negative) return {a.negative, AddDigits(x, y), below};
  if (CompareDigits(x, y) >= 0) {
    const Digits above = SubtractDigits(x, y);
    return {a.negative && !above.empty(), above, below};
  }
  return {b.negative, SubtractDigits(y, x), below};
}

inline Rational operator*(const Rational& a, const Rational& b) {
  const Digits above = MultiplyDigits(a.above, b.above);
  return {a.negative != b.negative && !above.empty(), above, MultiplyDigits(a.below, b.below)};
}

inline int CompareRationals(const Rational& a, const Rational& b) {
  const Rational difference = a + -b;
  return difference.IsZero() ? 0 : difference.negative ? -1 : 1;
}

// a / b x 10^digits, rounded half away from zero.
inline Rational QuotientRounded(const Rational& a, const Rational& b, int digits) {
  const Digits above = TimesPowerOfTen(MultiplyDigits(a.above, b.below), digits);
  const Digits below = MultiplyDigits(a.below, b.above);
  Digits rest;
  Digits quotient = DivideDigits(above, below, &rest);
  if (CompareDigits(AddDigits(rest, rest), below) >= 0) quotient = AddDigits(quotient, {1});
  return {a.negative != b.negative && !quotient.empty(), quotient, {1}};
}

// a - b x trunc(a / b).
inline Rational RemainderOf(const Rational& a, const Rational& b) {
  Digits rest;
  const Digits whole = DivideDigits(MultiplyDigits(a.above, b.below),
                                    MultiplyDigits(a.below, b.above), &rest);
  const Rational times{a.negative != b.negative && !whole.empty(), whole, {1}};
  return a + -(b * times);
}

// Whether |a| < 2^127 x 10^-12: what a number may be.
inline bool IsInside(const Rational& a) {
  const Rational bound{false, DigitsOf(static_cast<unsigned __int128>(1) << 127), {1}};
  return CompareRationals(Rational{false, a.above, a.below}, bound.ScaledDown(12)) < 0;
}

}  // namespace vigla::test
