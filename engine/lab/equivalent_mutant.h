// What can be shown about a mutant without running it. Cold.
#pragma once

#include <string>
#include <vector>

#include "engine/rule/expression.h"
#include "engine/rule/rule_set.h"

namespace vigla {

// Why a condition that is one side of `chain` (&& or ||) decides nothing, or "". `conjuncts` are
// the conditions that must all hold, itself among them; empty where more than the truth of their
// chain matters. Sound, not complete: a chain is true only where each of them is, so one that the
// others imply (or, for known(x), that can't be true while x is unknown) is needless.
std::string WhyOperandIsNeedless(const Expression& operand, ExpressionKind chain,
                                 const std::vector<const Expression*>& conjuncts);

// Why `prior` means nothing to a feature, or "": where its window ends before the leg that is
// judged, or where that leg is of the other direction in each of the rules that use it. `subjects`
// are theirs.
std::string WhyPriorIsNeedless(const Feature& feature, const std::vector<RuleSubject>& subjects);

}  // namespace vigla
