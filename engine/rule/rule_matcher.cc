// Where a matcher gets its memory. Warm.
#include "engine/rule/rule_matcher.h"

#include "engine/base/check.h"

namespace vigla {

void RuleMatcher::SetRuleSet(const RuleSet& rule_set) {
  CHECK(rule_set.index != nullptr);
  index_ = rule_set.index.get();
  answers_.SetRuleSet(rule_set);
  found_.assign((static_cast<size_t>(index_->rules) + 63) / 64, {});
}

}  // namespace vigla
