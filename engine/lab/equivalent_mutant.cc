// Shows that some mutants match what the original matches. Cold.
#include "engine/lab/equivalent_mutant.h"

#include <algorithm>
#include <optional>

#include "engine/rule/constant.h"
#include "engine/rule/subexpression.h"

namespace vigla {
namespace {

// Whether the condition can't be true while the value with this key is unknown.
bool NeedsToBeKnown(const Expression& condition, const std::string& key) {
  if (SubexpressionKey(condition) == key) return true;
  const auto needs = [&key](const auto& operand) { return NeedsToBeKnown(*operand, key); };
  switch (condition.kind) {
    case ExpressionKind::kAnd:
      return std::any_of(condition.operands.begin(), condition.operands.end(), needs);
    case ExpressionKind::kOr:
      return std::all_of(condition.operands.begin(), condition.operands.end(), needs);
    case ExpressionKind::kNot:
      // `!(a && b)` is true where a is false, whatever b is.
      switch (condition.operands[0]->kind) {
        case ExpressionKind::kAnd:
        case ExpressionKind::kOr:
        case ExpressionKind::kNot:
        case ExpressionKind::kConditional: return false;
        default: return needs(condition.operands[0]);
      }
    case ExpressionKind::kConditional: return false;
    case ExpressionKind::kCall:
      if (condition.function == Function::kKnown) return false;
      return std::any_of(condition.operands.begin(), condition.operands.end(), needs);
    case ExpressionKind::kNegate:
    case ExpressionKind::kEqual:
    case ExpressionKind::kNotEqual:
    case ExpressionKind::kLess:
    case ExpressionKind::kLessEqual:
    case ExpressionKind::kGreater:
    case ExpressionKind::kGreaterEqual:
    case ExpressionKind::kAdd:
    case ExpressionKind::kSubtract:
    case ExpressionKind::kMultiply:
    case ExpressionKind::kDivide:
    case ExpressionKind::kRemainder:
      return std::any_of(condition.operands.begin(), condition.operands.end(), needs);
    case ExpressionKind::kIn: return needs(condition.operands[0]);
    default: return false;
  }
}

bool IsLowerBound(ExpressionKind kind) {
  return kind == ExpressionKind::kGreater || kind == ExpressionKind::kGreaterEqual;
}
bool IsUpperBound(ExpressionKind kind) {
  return kind == ExpressionKind::kLess || kind == ExpressionKind::kLessEqual;
}

// Both bound the same value by constants, on the same side, and the stronger is no wider.
bool Implies(const Expression& stronger, const Expression& weaker) {
  const bool lower = IsLowerBound(stronger.kind) && IsLowerBound(weaker.kind);
  const bool upper = IsUpperBound(stronger.kind) && IsUpperBound(weaker.kind);
  if (!lower && !upper) return false;
  if (SubexpressionKey(*stronger.operands[0]) != SubexpressionKey(*weaker.operands[0])) {
    return false;
  }
  const auto is_constant = [](const Expression& node) {
    return node.kind == ExpressionKind::kConstant || node.kind == ExpressionKind::kMoneyConstant;
  };
  if (!is_constant(*stronger.operands[1]) || !is_constant(*weaker.operands[1])) return false;
  if (stronger.operands[1]->type != weaker.operands[1]->type) return false;
  const std::optional<int> order = CompareConstants(*stronger.operands[1], *weaker.operands[1]);
  if (!order) return false;
  if (*order != 0) return lower ? *order > 0 : *order < 0;
  const bool weaker_is_closed = weaker.kind == ExpressionKind::kGreaterEqual ||
                                weaker.kind == ExpressionKind::kLessEqual;
  return weaker_is_closed || stronger.kind == weaker.kind;
}

}  // namespace

std::string WhyOperandIsNeedless(const Expression& operand, ExpressionKind chain,
                                 const std::vector<const Expression*>& conjuncts) {
  if (chain != ExpressionKind::kAnd) return "";
  for (const Expression* other : conjuncts) {
    if (other == &operand) continue;
    if (operand.kind == ExpressionKind::kCall && operand.function == Function::kKnown &&
        NeedsToBeKnown(*other, SubexpressionKey(*operand.operands[0]))) {
      return "`" + other->text + "` is true only where that is known";
    }
    if (Implies(*other, operand)) return "`" + other->text + "` is the stronger condition";
  }
  return "";
}

std::string WhyPriorIsNeedless(const Feature& feature, const std::vector<RuleSubject>& subjects) {
  // The current leg lies after a window that ends earlier.
  if (feature.skip_us > 0) {
    return "with `skip` the window ends before the current leg, so `prior` means nothing";
  }
  const auto all_are = [&subjects](RuleSubject subject) {
    return std::all_of(subjects.begin(), subjects.end(),
                       [subject](RuleSubject other) { return other == subject; });
  };
  // The other leg of the judged transaction may be on the same account: `prior` keeps it anyway.
  if (feature.directions == DirectionSet::kCredits && all_are(RuleSubject::kDebtor)) {
    return "the leg that is judged is a debit, and never among credits";
  }
  if (feature.directions == DirectionSet::kDebits && all_are(RuleSubject::kCreditor)) {
    return "the leg that is judged is a credit, and never among debits";
  }
  return "";
}

}  // namespace vigla
