// Explanations as JSON (schema vigla.explanation.v1). Cold.
#pragma once

#include <string>

#include "engine/lab/explanation.h"

namespace vigla {

// Appends one rule's explanation: an element of the document's `rules`.
void AppendExplanationJson(const RuleExplanation& explanation, CurrencyCode base,
                           std::string* out);

}  // namespace vigla
