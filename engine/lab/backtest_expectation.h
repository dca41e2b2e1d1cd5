// What somebody expects of a back-test, and where it is missed. Cold.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/lab/backtest.h"

namespace vigla {

// Of a rule's alerts (shadow alerts, if its state is shadow).
struct BacktestExpectation {
  std::string rule;
  std::optional<uint64_t> exactly, at_least, at_most;
};

// YAML: `rule.id: {exactly: 3}`, `{at_least: 1, at_most: 20}`. InvalidArgument with every finding.
absl::StatusOr<std::vector<BacktestExpectation>> ParseExpectations(const std::string& file,
                                                                   const std::string& text);

// A sentence for each one that is missed; a rule that is not in the set is missed too.
std::vector<std::string> MissedExpectations(const std::vector<BacktestExpectation>& expected,
                                            const BacktestFigures& figures);

}  // namespace vigla
