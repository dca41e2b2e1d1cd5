// Variants of a rule side by side in one rule set: other windows, other values. Cold.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/lab/threshold_rule.h"
#include "engine/rule/loader.h"

namespace vigla {

struct TuningVariant {
  std::vector<std::pair<std::string, std::string>> windows;  // feature, its `over`
  std::optional<std::string> value;                          // of the parameter
};

// What is known of a rule and its parameter before anything is changed.
struct TunedRule {
  std::string rule, pack, parameter;
  std::string type, value, least, greatest;          // of the parameter; "": not said
  std::map<std::string, std::string> windows;        // its pack's features, and their `over`
  std::string fingerprint;                           // of the set as it is
};

// InvalidArgument if there is no such rule or parameter; FailedPrecondition, and *diagnostics,
// if the packs don't load.
absl::StatusOr<TunedRule> FindTunedRule(const std::vector<std::string>& paths,
                                        const LoadOptions& load, const std::string& rule,
                                        const std::string& parameter, Diagnostics* diagnostics);

struct LoadedVariants {
  std::shared_ptr<const RuleSet> rule_set;
  std::vector<int> rules;                   // by variant: index into rule_set->rules
  std::vector<RuleConditions> conditions;   // by variant
  // A rule that rejects transactions names the parameter: at another value other transactions
  // would have entered the ledgers.
  std::string rejecting_rule;
};

// The tuned rule once per variant, live, and of the others only those that reject transactions:
// what they do decides what ledgers hold.
absl::StatusOr<LoadedVariants> LoadVariants(const std::vector<std::string>& paths,
                                            const LoadOptions& load, const TunedRule& tuned,
                                            const std::vector<TuningVariant>& variants,
                                            Diagnostics* diagnostics);

}  // namespace vigla
