// Amounts are exact: what is read is what was written, and rounding happens once.
#include "engine/model/money.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>
#include <string>
#include <string_view>

namespace vigla {
namespace {

struct DecimalCase {
  std::string_view text;
  DecimalError error;
  int64_t value;  // at 4 fraction digits
  int fraction_digits;
};

TEST(ParseDecimal, ReadsPlainDecimalsAndRefusesTheRest) {
  constexpr auto kNone = DecimalError::kNone;
  constexpr auto kSyntax = DecimalError::kSyntax;
  constexpr auto kInteger = DecimalError::kTooManyIntegerDigits;
  constexpr auto kFraction = DecimalError::kTooManyFractionDigits;
  constexpr DecimalCase kCases[] = {
      {"0", kNone, 0, 0},
      {"-0", kNone, 0, 0},
      {"0.0001", kNone, 1, 4},
      {"-0.0001", kNone, -1, 4},
      {"9200.00", kNone, 92'000'000, 2},
      {"10.0", kNone, 100'000, 1},
      {"007", kNone, 70'000, 0},
      {"00000000000000000000000000000000000000000000001.5", kNone, 15'000, 1},
      {"99999999999999.9999", kNone, 999'999'999'999'999'999, 4},
      {"-99999999999999.9999", kNone, -999'999'999'999'999'999, 4},
      {"099999999999999", kNone, 999'999'999'999'990'000, 0},
      {"100000000000000", kInteger, 0, 0},
      {"340282366920938463463374607431768211456", kInteger, 0, 0},
      {"1.00000", kFraction, 0, 0},
      {"0.00001", kFraction, 0, 0},
      {"1.23456789012345678901234567890123456789012", kFraction, 0, 0},
      {"", kSyntax, 0, 0},
      {"-", kSyntax, 0, 0},
      {".5", kSyntax, 0, 0},
      {"5.", kSyntax, 0, 0},
      {"-.5", kSyntax, 0, 0},
      {"+5", kSyntax, 0, 0},
      {"--5", kSyntax, 0, 0},
      {"1e3", kSyntax, 0, 0},
      {"1E3", kSyntax, 0, 0},
      {"1,000", kSyntax, 0, 0},
      {"1.2.3", kSyntax, 0, 0},
      {" 1", kSyntax, 0, 0},
      {"1 ", kSyntax, 0, 0},
      {"0x10", kSyntax, 0, 0},
      {"NaN", kSyntax, 0, 0},
      {"Infinity", kSyntax, 0, 0},
      {"१२", kSyntax, 0, 0},
      {"100000000000000x", kSyntax, 0, 0},
  };
  for (const DecimalCase& c : kCases) {
    const ParsedDecimal parsed = ParseDecimal(c.text, 14, 4);
    EXPECT_EQ(parsed.error, c.error) << c.text;
    EXPECT_EQ(static_cast<int64_t>(parsed.value), c.value) << c.text;
    EXPECT_EQ(parsed.fraction_digits, c.fraction_digits) << c.text;
  }
}

TEST(ParseDecimal, ReadsWhatFormatDecimalWrote) {
  std::mt19937_64 random(3);
  for (int round = 0; round < 100'000; ++round) {
    const auto value = static_cast<int64_t>(random()) >> (random() % 63);
    const int scale = static_cast<int>(random() % 13);
    const int least = static_cast<int>(random() % 13);
    const std::string text = FormatDecimal(value, scale, least, 12);
    const ParsedDecimal parsed = ParseDecimal(text, 19, 12);
    ASSERT_EQ(parsed.error, DecimalError::kNone) << text;
    Int128 expected = value;
    for (int i = scale; i < 12; ++i) expected *= 10;
    ASSERT_TRUE(parsed.value == expected) << text;
    ASSERT_GE(parsed.fraction_digits, least) << text;
    ASSERT_TRUE(parsed.fraction_digits <= least || text.back() != '0') << text;
  }
}

TEST(FormatDecimal, DropsTrailingZerosAndRoundsHalfAwayFromZero) {
  EXPECT_EQ(FormatDecimal(279'000'000, 4, 2, 6), "27900.00");
  EXPECT_EQ(FormatDecimal(5, 0, 0, 6), "5");
  EXPECT_EQ(FormatDecimal(0, 6, 0, 6), "0");
  EXPECT_EQ(FormatDecimal(0, 6, 2, 6), "0.00");
  EXPECT_EQ(FormatDecimal(-1, 6, 2, 6), "-0.000001");
  EXPECT_EQ(FormatDecimal(1'234'500, 6, 2, 6), "1.2345");
  EXPECT_EQ(FormatDecimal(15, 1, 0, 0), "2");
  EXPECT_EQ(FormatDecimal(-15, 1, 0, 0), "-2");
  EXPECT_EQ(FormatDecimal(14, 1, 0, 0), "1");
  EXPECT_EQ(FormatDecimal(9'999'995, 7, 2, 6), "1.00");
  EXPECT_EQ(FormatDecimal(-4, 1, 0, 0), "0") << "no minus before nothing";
  const Int128 greatest = ~(Int128{1} << 127);
  EXPECT_EQ(FormatDecimal(greatest, 0, 0, 0), "170141183460469231731687303715884105727");
  EXPECT_EQ(FormatDecimal(-greatest - 1, 38, 0, 38), "-1.70141183460469231731687303715884105728");
}

TEST(DivideRounded, RoundsHalvesAwayFromZero) {
  for (int numerator = -50; numerator <= 50; ++numerator) {
    for (int denominator = 1; denominator <= 12; ++denominator) {
      const int magnitude = (2 * std::abs(numerator) + denominator) / (2 * denominator);
      ASSERT_EQ(static_cast<int>(DivideRounded(numerator, denominator)),
                numerator < 0 ? -magnitude : magnitude)
          << numerator << "/" << denominator;
    }
  }
  const Int128 greatest = ~(Int128{1} << 127);
  EXPECT_TRUE(DivideRounded(greatest, greatest) == 1);
  EXPECT_TRUE(DivideRounded(greatest - 1, greatest) == 1) << "must not overflow on the way";
  EXPECT_TRUE(DivideRounded(-greatest - 1, greatest) == -1);
}

TEST(CurrencyCode, EveryThreeCapitalsAreACodeOfTheirOwn) {
  std::string text = "AAA";
  uint16_t last = 0;
  for (text[0] = 'A'; text[0] <= 'Z'; ++text[0]) {
    for (text[1] = 'A'; text[1] <= 'Z'; ++text[1]) {
      for (text[2] = 'A'; text[2] <= 'Z'; ++text[2]) {
        const std::optional<CurrencyCode> code = CurrencyCode::Parse(text);
        ASSERT_TRUE(code && code->IsKnown() && code->packed > last) << text;
        ASSERT_EQ(code->Text(), text);
        last = code->packed;
      }
    }
  }
  for (const std::string_view refused : {"", "EU", "EURO", "eur", "EuR", "E R", "E1R", "ÄÖ"}) {
    EXPECT_FALSE(CurrencyCode::Parse(refused)) << refused;
  }
  EXPECT_EQ(CurrencyCode().Text(), "");
}

TEST(CountryCode, IsTwoCapitals) {
  EXPECT_EQ(CountryCode::Parse("AA")->Text(), "AA");
  EXPECT_EQ(CountryCode::Parse("ZZ")->Text(), "ZZ");
  EXPECT_NE(CountryCode::Parse("DE"), CountryCode::Parse("ED"));
  for (const std::string_view refused : {"", "D", "DEU", "de", "D ", "D1"}) {
    EXPECT_FALSE(CountryCode::Parse(refused)) << refused;
  }
}

TEST(MinorUnits, FollowsIso4217) {
  const auto minor = [](std::string_view code) { return MinorUnits(*CurrencyCode::Parse(code)); };
  EXPECT_EQ(minor("EUR"), 2);
  EXPECT_EQ(minor("JPY"), 0);
  EXPECT_EQ(minor("BHD"), 3);
  EXPECT_EQ(minor("CLF"), 4);
  EXPECT_EQ(minor("QQQ"), 2) << "not in the standard";
  EXPECT_EQ(MinorUnits(CurrencyCode()), 2);
  const auto listed = [](std::string_view code) {
    return IsListedCurrency(*CurrencyCode::Parse(code));
  };
  EXPECT_TRUE(listed("EUR") && listed("AED") && listed("ZWG") && listed("XAU") && listed("UYW"));
  EXPECT_FALSE(listed("QQQ") || listed("DEM") || listed("AAA"));
  EXPECT_FALSE(IsListedCurrency(CurrencyCode()));
}

TEST(FormatAmounts, ShowAtLeastTheMinorUnits) {
  const CurrencyCode euro = *CurrencyCode::Parse("EUR");
  const CurrencyCode yen = *CurrencyCode::Parse("JPY");
  EXPECT_EQ(FormatOriginal({92'000'000}, euro), "9200.00");
  EXPECT_EQ(FormatOriginal({5'000'000}, yen), "500");
  EXPECT_EQ(FormatOriginal({1}, yen), "0.0001");
  EXPECT_EQ(FormatBase({27'900'000'000}, euro), "27900.00");
  EXPECT_EQ(FormatBase({1}, euro), "0.000001");
  EXPECT_EQ(FormatBase({std::numeric_limits<int64_t>::min()}, euro), "-9223372036854.775808");
}

}  // namespace
}  // namespace vigla
