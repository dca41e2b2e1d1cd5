// One rule test on the live path: intake, lanes and epochs as in production, ports in memory. Cold.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/lab/rule_test.h"
#include "engine/pipeline/leg_observer.h"
#include "engine/rule/loader.h"

namespace vigla {

// What came of a rule on a leg of a transaction, or at intake, as the audit trail says it.
struct Observation {
  size_t row = 0;            // of the table
  std::string rule;          // or, of a transaction that was refused, the reject code
  TestOutcome outcome = TestOutcome::kAlert;
  std::string role;          // "" at intake
  std::string into;          // kFolded: id of the row
  std::string exception;
  std::map<std::string, std::string> values;  // by feature
};

struct RuleTestOptions {
  LoadOptions load;          // its hasher is replaced by one of identity_key
  std::string identity_key = "vigla";
  int lanes = 1;
};

// Everything the rule set said about the test's transactions, in the order of the audit trail.
// Legs that are too late for a rule are not among it. `observer`, if any, sees each judged leg.
// Statuses are the pipeline's own. Any thread.
absl::StatusOr<std::vector<Observation>> RunRuleTest(const RuleTest& test,
                                                     std::shared_ptr<const RuleSet> rule_set,
                                                     const RuleTestOptions& options,
                                                     LegObserver* observer = nullptr);

}  // namespace vigla
