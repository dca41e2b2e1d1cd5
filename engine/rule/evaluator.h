// Runs programs: three-valued logic over values that may be unknown. Hot.
#pragma once

#include <string>

#include "engine/rule/program.h"
#include "engine/rule/rule_set.h"

namespace vigla {

// What a program reads. One virtual call a field would be too dear on the hot path, hence a
// template over the reader; a Reader has:
//   Value Field(FieldRef) const;      // kField
//   Value ThisField(FieldRef) const;  // kThisField; only in a where
//   Value Feature(int index);         // kFeature; may compute lazily
//   EventTime MoneyTime() const;      // the event time at which money constants convert
// Never allocates but for `lower` (into a scratch buffer of the evaluator).
// enum class Truth { kFalse, kTrue, kUnknown };
//
// template <class Reader> Value Evaluate(const Program&, const RuleSet&, Reader& reader);
// template <class Reader> Truth EvaluateTruth(const Program&, const RuleSet&, Reader& reader);
// template <class Reader> std::string RenderReason(const Rule&, const RuleSet&, Reader& reader);

}  // namespace vigla
