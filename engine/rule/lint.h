// Warns of what is allowed but probably not meant. Cold.
#pragma once

#include <cstdint>
#include <optional>

#include "engine/base/diagnostic.h"
#include "engine/rule/pack_scope.h"
#include "engine/rule/rule_reader.h"

namespace vigla {

// After all rules of the pack have been read: declarations that nothing uses.
void LintScope(const PackScope& scope, Diagnostics* diagnostics);

// A rule without errors. Without `today`, nothing is said about dates.
void LintRule(const RuleDraft& draft, const PackScope& scope, std::optional<int32_t> today,
              Diagnostics* diagnostics);

}  // namespace vigla
