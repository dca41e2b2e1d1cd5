// Warns of what is allowed but probably not meant. Cold.
// Nothing here changes what a rule set is or does; one finding is an error, because the plan
// forbids it: a laundering typology that holds payments.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/base/diagnostic.h"
#include "engine/rule/pack_scope.h"
#include "engine/rule/rule_reader.h"

namespace vigla {

// What the rules of one pack are judged by. Without `today`, nothing is said about dates.
struct LintInput {
  const PackScope* scope = nullptr;
  const RuleSet* rule_set = nullptr;
  const std::vector<FeatureDraft>* features = nullptr;
  std::optional<int32_t> today;
};

// After all rules of the pack have been read: declarations that nothing uses, overdue reviews.
void LintScope(const LintInput& input, Diagnostics* diagnostics);

// A feature without errors, as it stands in the pack: a `where` that is never or always true.
void LintFeature(const YamlEntry& entry, const FeatureDraft& draft, const LintInput& input,
                 Diagnostics* diagnostics);

// A rule without errors: its exceptions, reviews, and what it may silently not know.
void LintRule(const RuleDraft& draft, const LintInput& input, Diagnostics* diagnostics);

// Parts of it: conditions that can't be true or false, and figures that the reason hides.
void LintCondition(const RuleDraft& draft, const LintInput& input, Diagnostics* diagnostics);
void LintReason(const RuleDraft& draft, const LintInput& input, Diagnostics* diagnostics);

// All rules of a set: the same rule twice, scores against severities, windows too long.
void LintRules(const std::vector<RuleDraft>& rules, const LintInput& input,
               Diagnostics* diagnostics);

}  // namespace vigla
