// A checked expression: what the parser and checker hand to the compiler. Cold.
// Every node has its static type; names are resolved; macros are expanded; constants are typed.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/base/diagnostic.h"
#include "engine/rule/field.h"
#include "engine/rule/value.h"

namespace vigla {

struct RuleSet;

enum class ExpressionKind : uint8_t {
  kConstant,  // value (text in text_storage)
  kMoneyConstant,  // amount and currency, converted at the event date (rules.md, 9)
  kField,     // field of the leg being judged; inside a where, of the entry
  kThisField,  // inside a where: field of the leg being judged
  kFeature,   // index into RuleSet::features
  kList,      // index into RuleSet::lists
  kListLiteral,  // operands are constants; other lists' `in` is written out as ==
  kNot,
  kNegate,
  kAnd,
  kOr,
  kConditional,  // operands: condition, then, else
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kIn,  // operands: value, list
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kRemainder,
  kCall,  // function, operands
  kExists,  // operands: a list that is a field, a condition on its items
  kAll,     // the same; over other lists both are written out as || and &&
  kItem,    // the item at hand, of the loop at nesting level `index`
};

enum class Function : uint8_t {
  kKnown,
  kStartsWith,
  kEndsWith,
  kContains,
  kMatches,  // pattern is the constant operand 1
  kLower,
  kSize,
  kAbs,
  kMin,
  kMax,
  kRound,
  kDayOfWeek,
  kHour,
  kLocalDate,
  kIpIn,
  kIsRound,
  kIbanValid,
  kBicValid,
  kLeiValid,
  kCountryOfIban,
  kSimilarity,
  kItemAt,  // list[index], which has no name
};

struct Expression {
  ExpressionKind kind = ExpressionKind::kConstant;
  ValueType type = ValueType::kBool;
  std::vector<std::unique_ptr<Expression>> operands;
  Value constant;            // kConstant; its text points to text_storage
  std::string text_storage;
  OriginalAmount money_amount;  // kMoneyConstant
  CurrencyCode money_currency;
  FieldRef field;            // kField, kThisField
  int index = 0;             // kFeature, kList, kItem
  Function function = Function::kKnown;
  std::string parameter;     // kConstant, kMoneyConstant: whose value it is; "" of a literal
  std::string text;          // canonical source text of this node, macros by name
  SourcePosition at;
};

// A deep copy; constants point into the copy's own text.
std::unique_ptr<Expression> CloneExpression(const Expression& expression);

// What the expression means, as text: parameters and macros resolved, every operator in
// parentheses, lists by the digest of their content. Equal texts mean the same in any pack.
std::string CanonicalText(const Expression& expression, const RuleSet& rule_set);

// The tree's nodes, parents first.
template <typename Visitor>
void VisitExpression(const Expression& expression, const Visitor& visit) {
  visit(expression);
  for (const auto& operand : expression.operands) VisitExpression(*operand, visit);
}

}  // namespace vigla
