// Where a leg's answers get their memory, and start afresh. Warm.
#include "engine/rule/leg_answers.h"

#include <algorithm>

namespace vigla {

void LegAnswers::SetRuleSet(const RuleSet& rule_set) {
  rule_set_ = &rule_set;
  leg_ = 1;
  figures_.assign(rule_set.index->slots.size(), {});
  remembered_.assign(rule_set.index->predicates.size(), {});
}

void LegAnswers::NextLeg() {
  if (++leg_ != 0) return;
  std::fill(figures_.begin(), figures_.end(), Figure{});
  std::fill(remembered_.begin(), remembered_.end(), Remembered{});
  leg_ = 1;
}

}  // namespace vigla
