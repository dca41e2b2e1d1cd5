// An expression from its text to its checked tree, as a rule would have it. For tests only.
#pragma once

#include <memory>
#include <string>

#include "engine/rule/checker.h"
#include "engine/rule/pack_declarations.h"
#include "gtest/gtest.h"
#include "tests/unit/rule/load_text.h"

namespace vigla {

// Checks `text` against the parameters, lists and macros of a pack.
class CheckedText {
 public:
  explicit CheckedText(const std::string& text, const std::string& declarations = "",
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
  }

  bool is_good() const { return expression_ != nullptr; }
  const Expression& expression() const { return *expression_; }
  const RuleSet& rule_set() const { return rule_set_; }
  // What it means to the engine, or the codes of the errors.
  std::string Meaning() const {
    return is_good() ? CanonicalText(*expression_, rule_set_) : Codes();
  }
  // Of the errors, each with a blank behind it.
  std::string Codes() const {
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
};

}  // namespace vigla
