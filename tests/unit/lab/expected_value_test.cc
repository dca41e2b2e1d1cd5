// Expected values as tests write them, against the form that the audit trail shows.
#include "engine/lab/expected_value.h"

#include <gtest/gtest.h>

namespace vigla {
namespace {

std::string Canonical(std::string_view text, ValueType type) {
  std::string problem;
  const auto value = CanonicalValue(text, type, *CurrencyCode::Parse("EUR"), &problem);
  EXPECT_EQ(value.has_value(), problem.empty()) << text;
  return value ? *value : problem;
}

TEST(ExpectedValueTest, ValuesAreBroughtToTheirShownForm) {
  EXPECT_EQ(Canonical("27900 EUR", ValueType::kMoney), "27900.00");
  EXPECT_EQ(Canonical("4000.010000 EUR", ValueType::kMoney), "4000.01");
  EXPECT_EQ(Canonical("0.666667 EUR", ValueType::kMoney), "0.666667");
  EXPECT_EQ(Canonical("007", ValueType::kInt), "7");
  EXPECT_EQ(Canonical("0.850", ValueType::kRatio), "0.85");
  EXPECT_EQ(Canonical("72h", ValueType::kDuration), "3d");
  EXPECT_EQ(Canonical("1500us", ValueType::kDuration), "1500us");
  EXPECT_EQ(Canonical("2026-03-02T10:00:00+01:00", ValueType::kTime), "2026-03-02T09:00:00Z");
  EXPECT_EQ(Canonical("true", ValueType::kBool), "true");
  EXPECT_EQ(Canonical("atm", ValueType::kChannel), "atm");
  EXPECT_EQ(Canonical("unknown", ValueType::kMoney), "unknown");
}

TEST(ExpectedValueTest, WhatIsNoValueOfTheTypeIsSaid) {
  EXPECT_EQ(Canonical("5 USD", ValueType::kMoney), "figures are in the base currency, EUR");
  EXPECT_EQ(Canonical("0.1234567 EUR", ValueType::kMoney),
            "figures are shown with at most 6 fraction digits");
  EXPECT_EQ(Canonical("three", ValueType::kInt), "a whole number was expected");
  EXPECT_EQ(Canonical("yes", ValueType::kBool), "true or false was expected");
  EXPECT_EQ(Canonical("3 days", ValueType::kDuration), "a duration such as 180d was expected");
}

}  // namespace
}  // namespace vigla
