// Where a matcher gets its memory. Warm.
#include "engine/rule/rule_matcher.h"

#include <algorithm>

#include "engine/base/check.h"

namespace vigla {

void RuleMatcher::SetRuleSet(const RuleSet& rule_set) {
  CHECK(rule_set.index != nullptr);
  index_ = rule_set.index.get();
  answers_.SetRuleSet(rule_set);
  found_.SetIndex(*index_);
  int32_t words = 0;
  for (const PredicateIndex::Table& table : index_->tables) words = std::max(words, table.words);
  for (std::vector<uint64_t>* bitmap : {&bitmaps_.left, &bitmaps_.unknown, &bitmaps_.flipped}) {
    bitmap->assign(static_cast<size_t>(words), 0);
  }
  bitmaps_.lines.assign(static_cast<size_t>(words / PredicateIndex::kLine), 0);
}

}  // namespace vigla
