// Values as people and JSON read them.
#include "engine/rule/value.h"

#include <gtest/gtest.h>

#include "engine/model/time.h"
#include "engine/model/transaction.h"

namespace vigla {
namespace {

CurrencyCode Currency(std::string_view text) { return *CurrencyCode::Parse(text); }

std::string Money(Int128 digits, int scale, std::string_view base) {
  return FormatValue(Value::Numeric(ValueType::kMoney, Number::Scaled(digits, scale)),
                     Currency(base));
}

TEST(ValueTest, MoneyHasItsCurrencysMinorUnitsAndAtMostSixDigits) {
  EXPECT_EQ(Money(27'900'000'000, 6, "EUR"), "27900.00 EUR");
  EXPECT_EQ(Money(500'000'000, 6, "JPY"), "500 JPY");
  EXPECT_EQ(Money(1'500'000, 6, "BHD"), "1.500 BHD");
  EXPECT_EQ(Money(-12'345'600, 6, "EUR"), "-12.3456 EUR");
  EXPECT_EQ(Money(12'345'678'5, 7, "EUR"), "12.345679 EUR");
  EXPECT_EQ(Money(-12'345'678'5, 7, "EUR"), "-12.345679 EUR");
}

TEST(ValueTest, MeansAreRoundedForTheEyeOnly) {
  const Value mean = Value::Numeric(ValueType::kMoney, Number::Fraction(10'000'000, 6, 3));
  EXPECT_EQ(FormatValue(mean, Currency("EUR")), "3.333333 EUR");
  const Value ratio = Value::Numeric(ValueType::kRatio, Number::Fraction(2, 0, 3));
  EXPECT_EQ(FormatValue(ratio, Currency("EUR")), "0.666666666667");
}

TEST(ValueTest, OtherTypesReadAsTheyAreWritten) {
  const CurrencyCode euro = Currency("EUR");
  EXPECT_EQ(FormatValue(Value::Int(-3), euro), "-3");
  EXPECT_EQ(FormatValue(Value::Bool(true), euro), "true");
  EXPECT_EQ(FormatValue(Value::Numeric(ValueType::kRatio, Number::Scaled(8500, 4)), euro), "0.85");
  EXPECT_EQ(FormatValue(Value::Integer(ValueType::kDuration, 3 * kDayUs), euro), "3d");
  EXPECT_EQ(FormatValue(Value::Integer(ValueType::kDuration, -90 * kMinuteUs), euro), "-90m");
  EXPECT_EQ(FormatValue(Value::Integer(ValueType::kTime, 0), euro), "1970-01-01T00:00:00Z");
  EXPECT_EQ(FormatValue(Value::Integer(ValueType::kKind, static_cast<int>(Kind::kCashDeposit)),
                        euro), "cash_deposit");
  EXPECT_EQ(FormatValue(Value::Integer(ValueType::kCountry, CountryCode::Parse("DE")->packed),
                        euro), "DE");
  EXPECT_EQ(FormatValue(Value::Integer(ValueType::kDirection, 1), euro), "credit");
  EXPECT_EQ(FormatValue(Value::Account(Hash128{1, 2}, "DE02"), euro), "DE02");
  const std::string_view names[] = {"ann", "bob"};
  EXPECT_EQ(FormatValue(Value::Items(names), euro), "ann, bob");
}

TEST(ValueTest, UnknownSaysSoAndTheBareFormHasNoUnit) {
  const CurrencyCode euro = Currency("EUR");
  EXPECT_EQ(FormatValue(Value::Unknown(ValueType::kMoney), euro), "unknown");
  EXPECT_EQ(FormatValueBare(Value::Money(BaseAmount{27'900'000'000}), euro), "27900.00");
  EXPECT_FALSE(Value::Text(ValueType::kString, "").known);
  EXPECT_FALSE(Value::Account(Hash128{}, "").known);
}

}  // namespace
}  // namespace vigla
