// The checked conditions of a rule set, kept beside it for explanations. Cold.
#pragma once

#include <memory>
#include <vector>

#include "engine/rule/loader.h"

namespace vigla {

class ConditionTrees {
 public:
  struct OfRule {
    std::unique_ptr<Expression> when;
    std::vector<std::unique_ptr<Expression>> exceptions;  // parallel to Rule::exceptions
  };

  // From now on, whatever loads with these options leaves its trees here, which must outlive the
  // options. Only those of the set that was loaded last are kept.
  void KeepFrom(LoadOptions* options);

  // `rule` is one of the set that was loaded last.
  const OfRule& Of(const RuleSet& rule_set, const Rule& rule) const;

 private:
  std::vector<OfRule> rules_;  // by index
};

}  // namespace vigla
