// From a checked expression to a flat program. Cold.
#pragma once

#include "absl/status/statusor.h"
#include "engine/rule/expression.h"
#include "engine/rule/program.h"
#include "engine/rule/rule_set.h"

namespace vigla {

// Equal subtrees are computed once where that is possible without changing what is unknown.
// InvalidArgument for a pattern that is not RE2 or over a limit (depth 32, 4,000 nodes).
absl::StatusOr<Program> Compile(const Expression& expression, const RateTable& rates);

}  // namespace vigla
