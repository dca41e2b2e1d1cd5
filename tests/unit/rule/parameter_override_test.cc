// A parameter set from elsewhere counts as if the pack had said it, and errs where it was written.
#include "engine/rule/parameter_override.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/rule/load_text.h"

namespace vigla {
namespace {

using testing::HasSubstr;

std::string PackAt(const std::string& limit) {
  return PackWith("amount > limit && seen_before",
                  "parameters:\n  limit: {type: money, value: " + limit +
                      ", min: 10 EUR, max: 500 EUR}\n"
                      "features:\n  seen_before: {seen: debits, over: 1h, prior: true}\n");
}

LoadOptions With(const std::string& parameter, const std::string& value) {
  LoadOptions options = TestLoadOptions();
  options.overrides = {{parameter, value, {"site.yaml", 3, 7}}};
  return options;
}

std::vector<Diagnostic> ErrorsOf(const LoadedText& loaded) {
  std::vector<Diagnostic> errors;
  for (const Diagnostic& finding : loaded.diagnostics.all()) {
    if (finding.severity == Severity::kError) errors.push_back(finding);
  }
  return errors;
}

TEST(ParameterOverride, IsAsIfThePackHadSaidIt) {
  const LoadedText set = LoadTexts({PackAt("100 EUR")}, With("p.limit", "250.5 EUR"));
  const LoadedText written = LoadTexts({PackAt("250.5 EUR")});
  ASSERT_NE(set.rule_set, nullptr) << set.Findings();
  ASSERT_NE(written.rule_set, nullptr) << written.Findings();
  EXPECT_EQ(set.rule_set->body, written.rule_set->body);
  EXPECT_EQ(set.rule_set->fingerprint, written.rule_set->fingerprint);
}

TEST(ParameterOverride, SurvivesPublication) {
  const LoadOptions options = With("p.limit", "42 EUR");
  const LoadedText set = LoadTexts({PackAt("100 EUR")}, options);
  ASSERT_NE(set.rule_set, nullptr) << set.Findings();
  // The body holds the value; whoever reads it need not know what set it.
  const auto read = LoadRuleSetBody(set.rule_set->body, options);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ((*read)->fingerprint, set.rule_set->fingerprint);
}

TEST(ParameterOverride, OutsideItsRangeIsAnErrorWhereItWasWritten) {
  const LoadedText set = LoadTexts({PackAt("100 EUR")}, With("p.limit", "500.01 EUR"));
  EXPECT_EQ(set.rule_set, nullptr);
  const auto errors = ErrorsOf(set);
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].code, "VG2302");
  EXPECT_EQ(errors[0].at.file, "site.yaml");
  EXPECT_EQ(errors[0].at.line, 3);
  EXPECT_EQ(errors[0].at.column, 7);
}

TEST(ParameterOverride, OfAnotherTypeIsAnError) {
  const auto errors = ErrorsOf(LoadTexts({PackAt("100 EUR")}, With("p.limit", "many")));
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].code, "VG2301");
}

TEST(ParameterOverride, NeedsAParameterOfThatName) {
  for (const std::string name : {"p.limits", "q.limit", "limit", "p.r"}) {
    const auto errors = ErrorsOf(LoadTexts({PackAt("100 EUR")}, With(name, "20 EUR")));
    ASSERT_EQ(errors.size(), 1u) << name;
    EXPECT_EQ(errors[0].code, "VG2308") << name;
    EXPECT_THAT(errors[0].advice, HasSubstr(name == "p.r" ? "pack" : "p.limit"));
  }
}

TEST(ParameterOverride, TwiceIsAnError) {
  LoadOptions options = With("p.limit", "20 EUR");
  options.overrides.push_back({"p.limit", "30 EUR", {"other.yaml", 1, 1}});
  const auto errors = ErrorsOf(LoadTexts({PackAt("100 EUR")}, options));
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].code, "VG2308");
  EXPECT_EQ(errors[0].at.file, "other.yaml");
}

}  // namespace
}  // namespace vigla
