// The reason text of an alert: a rule's words with its figures in them. Warm.
#pragma once

#include <string>

#include "engine/rule/evaluator.h"
#include "engine/rule/rule_set.h"

namespace vigla {

// Appends what stands at a hole: the value as people read it, or the fallback where it is unknown
// ("unknown" if the hole has none).
void AppendHole(const ReasonPart& part, const Value& value, CurrencyCode base, std::string* out);

// Each part is its literal, then its hole. `reader` as for Evaluate.
template <class Reader>
std::string RenderReason(const Rule& rule, const RuleSet& rule_set, Reader& reader,
                         CurrencyCode base) {
  std::string text;
  for (const ReasonPart& part : rule.reason) {
    text += part.literal;
    if (part.hole) AppendHole(part, Evaluate(*part.hole, rule_set, reader), base, &text);
  }
  return text;
}

}  // namespace vigla
