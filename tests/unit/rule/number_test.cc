// Exact numbers against schoolbook fractions, over random operands of every size.
#include "engine/rule/number.h"

#include <gtest/gtest.h>

#include <random>

#include "engine/rule/big_integer.h"
#include "tests/unit/rule/big_rational.h"

namespace vigla {
namespace {

using test::CompareRationals;
using test::Rational;

constexpr int kRounds = 3000;

Rational RationalOf(const Number& number) {
  return Rational::Of(number.numerator, number.denominator).ScaledDown(number.scale);
}

// The exact number of a fraction whose denominator is a power of ten times an int64: summed from
// pieces that fit 128 bits.
Number NumberOf(const Rational& value) {
  test::Digits below = value.below;
  int scale = 0;
  while (below.size() > 1 && below[0] == 0) {
    below.erase(below.begin());
    ++scale;
  }
  int64_t denominator = 0;
  for (size_t i = below.size(); i-- > 0;) denominator = denominator * 10 + below[i];
  Number sum;
  constexpr size_t kPiece = 20;
  for (size_t at = 0; at < value.above.size(); at += kPiece) {
    Int128 piece = 0;
    const size_t end = std::min(at + kPiece, value.above.size());
    for (size_t i = end; i-- > at;) piece = piece * 10 + value.above[i];
    if (value.negative) piece = -piece;
    const int shift = scale - static_cast<int>(at);
    Number part = Number::Fraction(piece, std::max(shift, 0), denominator);
    for (int i = shift; i < 0; ++i) part = *Multiply(part, Number::Scaled(10, 0));
    sum = *Add(sum, part);
  }
  return sum;
}

int Sign(std::strong_ordering order) { return order < 0 ? -1 : order > 0 ? 1 : 0; }

class NumberTest : public ::testing::Test {
 protected:
  Int128 RandomNumerator() {
    const int bits = static_cast<int>(random_() % 127);
    Int128 value = (static_cast<Int128>(random_() >> 1) << 64) | random_();
    value >>= 126 - bits;
    return random_() % 2 == 0 ? value : -value;
  }
  // Inside the magnitude that a number may have, as all operands are.
  Number RandomNumber() {
    while (true) {
      const int64_t denominator =
          random_() % 3 == 0 ? static_cast<int64_t>(random_() >> (1 + random_() % 60)) + 1 : 1;
      const Number number =
          Number::Fraction(RandomNumerator(), static_cast<int>(random_() % 25), denominator);
      if (test::IsInside(RationalOf(number))) return number;
    }
  }
  void ExpectExactly(const std::optional<Number>& actual, const Rational& expected) {
    ASSERT_EQ(actual.has_value(), test::IsInside(expected));
    if (!actual) return;
    if (actual->wide == 0) {
      EXPECT_EQ(CompareRationals(RationalOf(*actual), expected), 0);
    } else {
      ++wide_results_;
    }
  }

  std::mt19937_64 random_{20260302};
  int wide_results_ = 0;
};

TEST_F(NumberTest, SumsAndProductsAreExact) {
  for (int i = 0; i < kRounds; ++i) {
    const ExactScope scope;
    const Number a = RandomNumber(), b = RandomNumber();
    const Rational x = RationalOf(a), y = RationalOf(b);
    ExpectExactly(Add(a, b), x + y);
    ExpectExactly(Subtract(a, b), x + -y);
    ExpectExactly(Multiply(a, b), x * y);
    EXPECT_EQ(Sign(Compare(a, b)), CompareRationals(x, y));
  }
  EXPECT_GT(wide_results_, 0);
}

// What 128 bits don't hold keeps every digit: it equals its own digits added up piece by piece,
// and is told from a neighbour far behind the point.
TEST_F(NumberTest, WideProductsKeepEveryDigit) {
  int wide = 0;
  for (int i = 0; i < kRounds / 10; ++i) {
    const ExactScope scope;
    Number product = Number::Scaled(1, 0);
    Rational expected = Rational::Of(1, 1);
    for (int factor = 0; factor < 5; ++factor) {
      const Int128 digits = static_cast<Int128>(random_() % 2'000'000'000'000);
      const std::optional<Number> next = Multiply(product, Number::Scaled(digits, 12));
      ASSERT_TRUE(next);
      product = *next;
      expected = expected * Rational::Of(digits, 1).ScaledDown(12);
    }
    wide += product.wide != 0;
    EXPECT_EQ(Compare(product, NumberOf(expected)), std::strong_ordering::equal);
    const Number neighbour = NumberOf(expected + Rational::Of(1, 1).ScaledDown(70));
    EXPECT_EQ(Compare(product, neighbour), std::strong_ordering::less);
    for (int digits : {0, 6, 12}) {
      const Rational rounded = test::QuotientRounded(expected, Rational::Of(1, 1), digits);
      ExpectExactly(Round(product, digits), rounded.ScaledDown(digits));
      EXPECT_EQ(Compare(*Round(Narrow(product), digits), *Round(product, digits)),
                std::strong_ordering::equal);
    }
  }
  EXPECT_GT(wide, kRounds / 20);
}

TEST_F(NumberTest, QuotientsHaveTwelveDigits) {
  for (int i = 0; i < kRounds; ++i) {
    const Number a = RandomNumber(), b = RandomNumber();
    if (IsZero(b)) continue;
    const Rational expected =
        test::QuotientRounded(RationalOf(a), RationalOf(b), 12).ScaledDown(12);
    ExpectExactly(Divide(a, b), expected);
  }
}

TEST_F(NumberTest, RemaindersTakeTheDividendsSign) {
  for (int i = 0; i < kRounds / 3; ++i) {
    const ExactScope scope;
    const Number a = RandomNumber(), b = RandomNumber();
    if (IsZero(b)) continue;
    ExpectExactly(Remainder(a, b), test::RemainderOf(RationalOf(a), RationalOf(b)));
  }
  EXPECT_EQ(Remainder(Number::Scaled(-75, 1), Number::Scaled(2, 0))->numerator, -15);
}

TEST_F(NumberTest, RoundsHalfAwayFromZero) {
  for (int i = 0; i < kRounds; ++i) {
    const Number a = RandomNumber();
    const int digits = static_cast<int>(random_() % 13);
    const Rational expected =
        test::QuotientRounded(RationalOf(a), Rational::Of(1, 1), digits).ScaledDown(digits);
    ExpectExactly(Round(a, digits), expected);
  }
  EXPECT_EQ(Round(Number::Scaled(25, 1), 0)->numerator, 3);
  EXPECT_EQ(Round(Number::Scaled(-25, 1), 0)->numerator, -3);
}

TEST_F(NumberTest, NothingIsDividedByZero) {
  EXPECT_FALSE(Divide(Number::Scaled(1, 0), Number::Scaled(0, 6)));
  EXPECT_FALSE(Remainder(Number::Scaled(1, 0), Number::Scaled(0, 6)));
}

TEST_F(NumberTest, OnlyMagnitudeMakesAResultUnknown) {
  const Number near_limit = Number::Scaled(static_cast<Int128>(170'000'000'000'000) *
                                               1'000'000'000'000, 0);
  EXPECT_TRUE(Add(near_limit, Number::Scaled(1, 12)));
  EXPECT_FALSE(Add(near_limit, near_limit));
  EXPECT_FALSE(Multiply(near_limit, near_limit));
  EXPECT_TRUE(Multiply(near_limit, Number::Scaled(999'999'999'999, 12)));
}

TEST_F(NumberTest, MeansAreComparedAndMultipliedAsFractions) {
  const Number third = Number::Fraction(10, 0, 3);
  EXPECT_EQ(Compare(*Multiply(third, Number::Scaled(3, 0)), Number::Scaled(10, 0)),
            std::strong_ordering::equal);
  EXPECT_EQ(Compare(third, Number::Scaled(3'333'333'333'333, 12)), std::strong_ordering::greater);
}

TEST_F(NumberTest, ScopesGiveTheirWideNumbersBack) {
  const Number factor = Number::Scaled(1'234'567'890'123, 12);
  const ExactScope outer;
  const Number wide =
      *Multiply(*Multiply(*Multiply(factor, factor), factor), *Multiply(factor, factor));
  ASSERT_NE(wide.wide, 0u);
  for (int i = 0; i < 10; ++i) {
    const ExactScope inner;
    EXPECT_EQ(Multiply(wide, factor)->wide, wide.wide + 1);
  }
  EXPECT_EQ(Compare(wide, wide), std::strong_ordering::equal);
}

TEST(BigIntegerTest, DivisionGivesBackTheDividend) {
  std::mt19937_64 random(7);
  const auto number = [&random](int words) {
    BigInteger value;
    for (int i = 0; i < words; ++i) {
      // Words of ones and zeros reach the corrections of the division.
      const uint64_t pick = random() % 4;
      const uint64_t word = pick == 0 ? 0 : pick == 1 ? ~uint64_t{0} : random();
      value = value * (BigInteger(Int128{1} << 64)) + BigInteger(static_cast<Int128>(word));
    }
    return random() % 2 == 0 ? value : value.Negated();
  };
  for (int i = 0; i < 20000; ++i) {
    const BigInteger dividend = number(1 + static_cast<int>(random() % 6));
    const BigInteger divisor = number(1 + static_cast<int>(random() % 4));
    if (divisor.IsZero()) continue;
    BigInteger remainder;
    const BigInteger quotient = BigInteger::Divide(dividend, divisor, &remainder);
    EXPECT_TRUE(quotient * divisor + remainder == dividend);
    EXPECT_TRUE(remainder.Magnitude() < divisor.Magnitude());
    EXPECT_TRUE(remainder.IsZero() || remainder.IsNegative() == dividend.IsNegative());
  }
}

}  // namespace
}  // namespace vigla
