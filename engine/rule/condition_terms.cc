// A condition as an "or" of "and"s of what it asks for. Cold.
#include "engine/rule/condition_terms.h"

#include "engine/rule/subexpression.h"

namespace vigla {
namespace {

std::vector<ConditionTerm> Terms(const Expression& expression, bool negated);

std::vector<ConditionTerm> Whole(const Expression& expression, bool negated) {
  return {{ConditionLiteral{&expression, negated}}};
}

std::vector<ConditionTerm> Conjunction(const Expression& expression, bool negated) {
  std::vector<const Expression*> operands;
  FlattenChain(expression, &operands);
  std::vector<ConditionTerm> product = {{}};
  for (const Expression* operand : operands) {
    std::vector<ConditionTerm> terms = Terms(*operand, negated);
    if (product.size() * terms.size() > kConditionTermsMax) terms = Whole(*operand, negated);
    std::vector<ConditionTerm> next;
    for (const ConditionTerm& left : product) {
      for (const ConditionTerm& right : terms) {
        next.push_back(left);
        next.back().insert(next.back().end(), right.begin(), right.end());
      }
    }
    product = std::move(next);
  }
  return product;
}

std::vector<ConditionTerm> Disjunction(const Expression& expression, bool negated) {
  std::vector<const Expression*> operands;
  FlattenChain(expression, &operands);
  std::vector<ConditionTerm> sum;
  for (const Expression* operand : operands) {
    for (ConditionTerm& term : Terms(*operand, negated)) sum.push_back(std::move(term));
    if (sum.size() > kConditionTermsMax) return Whole(expression, negated);
  }
  return sum;
}

std::vector<ConditionTerm> Terms(const Expression& expression, bool negated) {
  switch (expression.kind) {
    case ExpressionKind::kNot: return Terms(*expression.operands[0], !negated);
    case ExpressionKind::kAnd:
      return negated ? Disjunction(expression, true) : Conjunction(expression, false);
    case ExpressionKind::kOr:
      return negated ? Conjunction(expression, true) : Disjunction(expression, false);
    default: return Whole(expression, negated);
  }
}

}  // namespace

std::vector<ConditionTerm> TermsOf(const Expression& condition) { return Terms(condition, false); }

}  // namespace vigla
