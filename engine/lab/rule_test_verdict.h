// What came of a rule test against what was expected, difference by difference. Cold.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/lab/rule_test.h"
#include "engine/lab/rule_test_run.h"

namespace vigla {

// One thing that is not as the test says.
struct TestDifference {
  SourcePosition at;  // of the expectation, or of the row that should have been silent
  std::string text;
  // The row and rule that should have matched and did not; rule is "" for other differences.
  std::string silent_row;
  std::string silent_rule;
  // The observation, by its place, that no expectation names.
  std::optional<size_t> unexpected;
};

// Empty: the test holds. Every expectation must be met by an observation; every (transaction,
// rule) that no expectation names must be silent.
std::vector<TestDifference> JudgeRuleTest(const RuleTest& test,
                                          const std::vector<Observation>& observations);

}  // namespace vigla
