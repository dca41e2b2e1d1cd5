// An expression from its text to its value, as a rule would have it. For tests only.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "engine/rule/checker.h"
#include "engine/rule/compiler.h"
#include "engine/rule/evaluator.h"
#include "engine/rule/pack_declarations.h"
#include "gtest/gtest.h"
#include "tests/unit/rule/expressions.h"
#include "tests/unit/rule/load_text.h"

namespace vigla {

// Checks and compiles `text` against the parameters, lists and macros of a pack.
class EvaluatedText {
 public:
  explicit EvaluatedText(const std::string& text, const std::string& declarations = "",
                         ExpressionPlace place = ExpressionPlace::kRule) {
    pack_.document =
        ReadYaml("p.yaml", "pack: p\nversion: 1\n" + declarations, {}, &diagnostics_);
    pack_.name = "p";
    scope_.pack = &pack_;
    rule_set_.rates = RateTable(*CurrencyCode::Parse("EUR"));
    rule_set_.rates.Seal();
    DeclareNames(TestHasher(), false, &scope_, &rule_set_, &diagnostics_);
    EXPECT_FALSE(diagnostics_.HasErrors());
    YamlNode node;
    node.text = text;
    Checker checker(&scope_, &rule_set_, &TestHasher(), false, &diagnostics_);
    expression_ = checker.CheckText(node, place, std::nullopt);
    EXPECT_EQ(expression_ == nullptr, diagnostics_.HasErrors()) << text;
    if (expression_ == nullptr) return;
    absl::StatusOr<Program> program = Compile(*expression_, rule_set_.rates);
    EXPECT_TRUE(program.ok()) << text << ": " << program.status();
    if (program.ok()) program_ = *std::move(program);
  }

  bool is_good() const { return expression_ != nullptr; }
  const Expression& expression() const { return *expression_; }
  std::string Meaning() const { return CanonicalText(*expression_, rule_set_); }
  Value Evaluate(test::FakeReader reader = {}) const {
    return vigla::Evaluate(program_, rule_set_, reader);
  }
  // The value, "unknown", or the codes of the errors.
  std::string Show(test::FakeReader reader = {}) const {
    if (is_good()) return FormatValue(Evaluate(std::move(reader)), rule_set_.rates.base());
    std::string codes;
    for (const Diagnostic& finding : diagnostics_.all()) {
      if (finding.severity == Severity::kError) codes += finding.code + " ";
    }
    return codes;
  }
  const std::string& advice() const { return diagnostics_.all().at(0).advice; }

 private:
  Diagnostics diagnostics_;
  Pack pack_;
  PackScope scope_;
  RuleSet rule_set_;
  std::unique_ptr<Expression> expression_;
  Program program_;
};

}  // namespace vigla
