// What the compiler asks about a part of an expression before it emits code for it. Cold.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "engine/rule/expression.h"

namespace vigla {

// InvalidArgument over kExpressionDepthMax or kExpressionNodesMax (compiler.h).
absl::Status CheckLimits(const Expression& expression);

// Sets *status if the constant network of an ip_in is none.
void CheckNetwork(const Expression& network, absl::Status* status);

// The value of a kConstant. An empty string is a known one, unlike an empty field.
Value PlainConstant(const Expression& expression);

// The operands of a chain of one logical operator, in order: a && (b && c) has three.
void FlattenChain(const Expression& expression, std::vector<const Expression*>* operands);

// What evaluating it costs, roughly: the fields, then functions, patterns, and features last,
// since they may have to be computed.
int CostOf(const Expression& expression);

// Whether its value is the same on every leg. Asks `is_fixed` about money constants.
bool IsMadeOfConstants(const Expression& expression,
                       const std::function<bool(const Expression&)>& is_fixed);

// Whether computing it twice is worth avoiding.
bool IsWorthSharing(const Expression& expression);
// Equal for subtrees that always have the same value.
std::string SubexpressionKey(const Expression& expression);

// Whether the function reads the time zone of the leg or entry.
bool ReadsTimeZone(Function function);

}  // namespace vigla
