// The text of a reason with its figures in it.
#include "engine/rule/reason.h"

#include <gtest/gtest.h>

#include "engine/rule/compiler.h"
#include "tests/unit/rule/expressions.h"

namespace vigla {
namespace {

using test::FakeReader;
using test::Node;

const CurrencyCode kEuro = *CurrencyCode::Parse("EUR");

TEST(ReasonTest, HolesShowValuesFallbacksAndUnknowns) {
  using namespace test;
  RuleSet rule_set;
  FakeReader reader;
  reader.features = {Value::Int(3), Value::Money(BaseAmount{27'900'000'000}),
                     Value::Unknown(ValueType::kMoney),
                     Value::Integer(ValueType::kDuration, 3 * kDayUs)};
  Rule rule;
  const auto add = [&rule](std::string literal, Node hole, std::optional<std::string> fallback) {
    rule.reason.push_back(
        {std::move(literal), *Compile(*hole, RateTable(kEuro)), std::move(fallback)});
  };
  add("", FeatureAt(0, ValueType::kInt), std::nullopt);
  add(" deposits, ", FeatureAt(1, ValueType::kMoney), std::nullopt);
  add(" in all; usual: ", FeatureAt(2, ValueType::kMoney), "none");
  add(", ", FeatureAt(2, ValueType::kMoney), std::nullopt);
  add("; within ", FeatureAt(3, ValueType::kDuration), std::nullopt);
  rule.reason.push_back({".", std::nullopt, std::nullopt});
  EXPECT_EQ(RenderReason(rule, rule_set, reader, kEuro),
            "3 deposits, 27900.00 EUR in all; usual: none, unknown; within 3d.");
}
}  // namespace
}  // namespace vigla
