// An expression from its text to its value, as a rule would have it. For tests only.
#pragma once

#include <string>
#include <utility>

#include "engine/rule/compiler.h"
#include "engine/rule/evaluator.h"
#include "tests/unit/rule/checked_text.h"
#include "tests/unit/rule/expressions.h"

namespace vigla {

// Checks and compiles `text` against the parameters, lists and macros of a pack.
class EvaluatedText : public CheckedText {
 public:
  explicit EvaluatedText(const std::string& text, const std::string& declarations = "",
                         ExpressionPlace place = ExpressionPlace::kRule)
      : CheckedText(text, declarations, place) {
    if (!is_good()) return;
    absl::StatusOr<Program> program = Compile(expression(), rule_set().rates);
    EXPECT_TRUE(program.ok()) << text << ": " << program.status();
    if (program.ok()) program_ = *std::move(program);
  }

  Value Evaluate(test::FakeReader reader = {}) const {
    return vigla::Evaluate(program_, rule_set(), reader);
  }
  // The value, "unknown", or the codes of the errors.
  std::string Show(test::FakeReader reader = {}) const {
    return is_good() ? FormatValue(Evaluate(std::move(reader)), rule_set().rates.base()) : Codes();
  }

 private:
  Program program_;
};

}  // namespace vigla
