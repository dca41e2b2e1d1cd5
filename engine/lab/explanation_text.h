// Explanations as text for people: the same explanation always has the same bytes. Cold.
#pragma once

#include <string>

#include "engine/lab/explanation.h"

namespace vigla {

// Some lines: what became of the rule, the condition tree with PASS, FAIL or UNKNOWN at each
// part, exceptions, folding, and the entries behind the features.
std::string RenderTree(const RuleExplanation& explanation, CurrencyCode base);
// One line: the outcome, and for a rule that did not match the first condition that it failed.
std::string RenderVerdictLine(const RuleExplanation& explanation);

}  // namespace vigla
