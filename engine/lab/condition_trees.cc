// The checked conditions of a rule set, kept beside it for explanations. Cold.
#include "engine/lab/condition_trees.h"

#include "engine/base/check.h"
#include "engine/rule/rule_reader.h"

namespace vigla {

void ConditionTrees::KeepFrom(LoadOptions* options) {
  options->on_rule = [this](const RuleDraft& draft, int rule_index) {
    // Rules come in the order of their indices: the first is the beginning of another set.
    rules_.resize(static_cast<size_t>(rule_index));
    OfRule& kept = rules_.emplace_back();
    kept.when = CloneExpression(*draft.when);
    for (const auto& condition : draft.exceptions) {
      kept.exceptions.push_back(CloneExpression(*condition));
    }
  };
}

const ConditionTrees::OfRule& ConditionTrees::Of(const RuleSet& rule_set,
                                                 const Rule& rule) const {
  const auto index = static_cast<size_t>(&rule - rule_set.rules.data());
  CHECK(index < rules_.size() && rules_.size() == rule_set.rules.size());
  return rules_[index];
}

}  // namespace vigla
