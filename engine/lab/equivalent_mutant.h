// What can be shown about a mutant without running it. Cold.
#pragma once

#include <string>
#include <vector>

#include "engine/rule/expression.h"

namespace vigla {

// Why a condition that is one side of `chain` (&& or ||) decides nothing, or "". `conjuncts` are
// the conditions that must all hold, itself among them; empty where something else than && stands
// above it. Sound, not complete: a condition is true only where each of them is, so one that the
// others imply (or, for known(x), that can't be true while x is unknown) is needless.
std::string WhyOperandIsNeedless(const Expression& operand, ExpressionKind chain,
                                 const std::vector<const Expression*>& conjuncts);

}  // namespace vigla
