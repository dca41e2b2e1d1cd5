// What the compiler asks about a part of an expression before it emits code for it. Cold.
#include "engine/rule/subexpression.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "engine/base/status.h"
#include "engine/rule/compiler.h"
#include "engine/rule/function.h"

namespace vigla {
namespace {

bool IsChain(const Expression& expression) {
  switch (expression.kind) {
    case ExpressionKind::kAnd:
    case ExpressionKind::kOr:
    case ExpressionKind::kAdd:
    case ExpressionKind::kSubtract:
    case ExpressionKind::kMultiply:
    case ExpressionKind::kDivide:
    case ExpressionKind::kRemainder: return true;
    default: return false;
  }
}

// A left operand of the same operator is no deeper than its parent: a && b && c is one level.
int DepthOf(const Expression& expression) {
  int depth = 0;
  for (size_t i = 0; i < expression.operands.size(); ++i) {
    const Expression& operand = *expression.operands[i];
    const bool continues = IsChain(expression) && operand.kind == expression.kind;
    depth = std::max(depth, DepthOf(operand) - (continues ? 1 : 0));
  }
  return depth + 1;
}

int NodesOf(const Expression& expression) {
  int nodes = 1;
  for (const auto& operand : expression.operands) nodes += NodesOf(*operand);
  return nodes;
}

void AppendKey(const Expression& expression, std::string* key) {
  absl::StrAppend(key, "(", static_cast<int>(expression.kind), ",",
                  static_cast<int>(expression.type), ",");
  switch (expression.kind) {
    case ExpressionKind::kConstant: {
      const Value value = PlainConstant(expression);
      absl::StrAppend(key, value.known, ",", value.integer, ",", value.text.size(), ":",
                      ToAbsl(value.text), ",", static_cast<int64_t>(value.number.numerator >> 64),
                      ",", static_cast<uint64_t>(value.number.numerator), ",",
                      value.number.denominator, ",", value.number.scale);
      break;
    }
    case ExpressionKind::kMoneyConstant:
      absl::StrAppend(key, expression.money_amount.ten_thousandths, ",",
                      expression.money_currency.packed);
      break;
    case ExpressionKind::kField:
    case ExpressionKind::kThisField:
      absl::StrAppend(key, expression.field.id, ",", expression.field.attribute);
      break;
    case ExpressionKind::kFeature:
    case ExpressionKind::kItem:
    case ExpressionKind::kExists:
    case ExpressionKind::kAll:
    case ExpressionKind::kList: absl::StrAppend(key, expression.index); break;
    case ExpressionKind::kCall:
      absl::StrAppend(key, static_cast<int>(expression.function));
      break;
    default: break;
  }
  for (const auto& operand : expression.operands) AppendKey(*operand, key);
  key->push_back(')');
}

bool ReadsItem(const Expression& expression) {
  return expression.kind == ExpressionKind::kItem ||
         std::any_of(expression.operands.begin(), expression.operands.end(),
                     [](const auto& operand) { return ReadsItem(*operand); });
}

}  // namespace

absl::Status CheckLimits(const Expression& expression) {
  const int nodes = NodesOf(expression);
  if (nodes > kExpressionNodesMax) {
    return MakeError(absl::StatusCode::kInvalidArgument,
                     absl::StrCat("the expression has ", nodes, " nodes; at most ",
                                  kExpressionNodesMax, " are allowed: use a list or split it"));
  }
  const int depth = DepthOf(expression);
  if (depth > kExpressionDepthMax) {
    return MakeError(absl::StatusCode::kInvalidArgument,
                     absl::StrCat("the expression nests ", depth, " deep; at most ",
                                  kExpressionDepthMax, " levels are allowed: split it"));
  }
  return absl::OkStatus();
}

void CheckNetwork(const Expression& network, absl::Status* status) {
  if (network.kind != ExpressionKind::kConstant || !status->ok()) return;
  if (IsAddressIn("0.0.0.0", PlainConstant(network).text).has_value()) return;
  *status = MakeError(absl::StatusCode::kInvalidArgument,
                      absl::StrCat("\"", ToAbsl(PlainConstant(network).text),
                                   "\" is no network: write one such as \"10.0.0.0/8\""));
}

Value PlainConstant(const Expression& expression) {
  Value value = expression.constant;
  if (!expression.text_storage.empty()) value.text = expression.text_storage;
  if (value.type == ValueType::kString) value.known = true;
  return value;
}

void FlattenChain(const Expression& expression, std::vector<const Expression*>* operands) {
  for (const auto& operand : expression.operands) {
    if (operand->kind == expression.kind) {
      FlattenChain(*operand, operands);
    } else {
      operands->push_back(operand.get());
    }
  }
}

int CostOf(const Expression& expression) {
  int cost = 0;
  if (expression.kind == ExpressionKind::kFeature) {
    cost = 3;
  } else if (expression.kind == ExpressionKind::kCall) {
    cost = expression.function == Function::kMatches ||
                   expression.function == Function::kSimilarity
               ? 2
           : expression.function == Function::kKnown ? 0
                                                     : 1;
  } else if (expression.kind == ExpressionKind::kList) {
    cost = 1;
  }
  for (const auto& operand : expression.operands) cost = std::max(cost, CostOf(*operand));
  return cost;
}

bool IsMadeOfConstants(const Expression& expression,
                       const std::function<bool(const Expression&)>& is_fixed) {
  switch (expression.kind) {
    case ExpressionKind::kField:
    case ExpressionKind::kThisField:
    case ExpressionKind::kFeature:
    case ExpressionKind::kItem:
    case ExpressionKind::kList: return false;
    case ExpressionKind::kMoneyConstant: return is_fixed(expression);
    case ExpressionKind::kCall:
      if (ReadsTimeZone(expression.function)) return false;
      break;
    default: break;
  }
  return std::all_of(expression.operands.begin(), expression.operands.end(),
                     [&](const auto& operand) { return IsMadeOfConstants(*operand, is_fixed); });
}

bool IsWorthSharing(const Expression& expression) {
  if (ReadsItem(expression)) return false;  // another value each time round
  switch (expression.kind) {
    case ExpressionKind::kCall:
      return expression.function != Function::kKnown;
    case ExpressionKind::kMoneyConstant:
    case ExpressionKind::kAdd:
    case ExpressionKind::kSubtract:
    case ExpressionKind::kMultiply:
    case ExpressionKind::kDivide:
    case ExpressionKind::kRemainder: return true;
    default: return false;
  }
}

std::string SubexpressionKey(const Expression& expression) {
  std::string key;
  AppendKey(expression, &key);
  return key;
}

bool ReadsTimeZone(Function function) {
  return function == Function::kDayOfWeek || function == Function::kHour ||
         function == Function::kLocalDate;
}

}  // namespace vigla
