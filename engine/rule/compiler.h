// From a checked expression to a flat program. Cold.
#pragma once

#include "absl/status/statusor.h"
#include "engine/rule/expression.h"
#include "engine/rule/program.h"
#include "engine/rule/rule_set.h"

namespace vigla {

// Limits of design.md and rules.md, 2. A chain of one operator counts as one level.
inline constexpr int kExpressionDepthMax = 32;
inline constexpr int kExpressionNodesMax = 4000;

// Equal subtrees are computed once where that is possible without changing what is unknown, and
// the operands of && and || in the order of their cost (neither changes a result: both are
// commutative and nothing has side effects). Money constants are converted here where `rates` is
// fixed for their currency.
// InvalidArgument for a pattern that is not RE2 or over a limit (depth 32, 4,000 nodes).
absl::StatusOr<Program> Compile(const Expression& expression, const RateTable& rates);

}  // namespace vigla
