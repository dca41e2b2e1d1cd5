// A condition as an "or" of "and"s of what it asks for: the form in which it can be indexed. Cold.
#pragma once

#include <vector>

#include "engine/rule/expression.h"

namespace vigla {

// A part of a condition that is taken as a whole, or its negation.
struct ConditionLiteral {
  const Expression* expression = nullptr;
  bool negated = false;
};
using ConditionTerm = std::vector<ConditionLiteral>;

inline constexpr size_t kConditionTermsMax = 8;

// At most kConditionTermsMax terms; parts that would need more stay whole. The condition's truth
// is the largest over the terms of the smallest over a term's literals, with false < unknown <
// true: three-valued && and || distribute over each other, and ! turns one into the other.
std::vector<ConditionTerm> TermsOf(const Expression& condition);

}  // namespace vigla
