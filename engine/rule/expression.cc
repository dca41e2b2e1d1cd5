// Copies of expressions, and their meaning as text. Cold.
#include "engine/rule/expression.h"

#include <algorithm>

#include "engine/base/check.h"
#include "engine/model/money.h"
#include "engine/rule/function_names.h"
#include "engine/rule/lexer.h"
#include "engine/rule/parser.h"
#include "engine/rule/rule_set.h"

namespace vigla {
namespace {

std::string ConstantText(const Expression& expression) {
  const Value& value = expression.constant;
  const std::string type(ValueTypeName(expression.type));
  switch (expression.type) {
    case ValueType::kString: return QuoteString(expression.text_storage);
    case ValueType::kAccount:
    case ValueType::kChannel: return type + QuoteString(expression.text_storage);
    case ValueType::kDecimal:
    case ValueType::kRatio:
      return FormatDecimal(value.number.numerator, value.number.scale, 1,
                           std::max(value.number.scale, 1));
    case ValueType::kDuration: return std::to_string(value.integer) + "us";
    default: return FormatValueBare(value, CurrencyCode{});
  }
}

std::string ListText(const NamedList& list) {
  return std::string(ValueTypeName(list.of)) + "s:" + list.digest.Hex();
}

std::string Joined(const Expression& expression, std::string_view separator,
                   const RuleSet& rule_set) {
  std::string text;
  for (const auto& operand : expression.operands) {
    if (operand != expression.operands.front()) text += separator;
    text += CanonicalText(*operand, rule_set);
  }
  return text;
}

}  // namespace

std::unique_ptr<Expression> CloneExpression(const Expression& expression) {
  auto copy = std::make_unique<Expression>();
  copy->kind = expression.kind;
  copy->type = expression.type;
  for (const auto& operand : expression.operands) {
    copy->operands.push_back(CloneExpression(*operand));
  }
  copy->constant = expression.constant;
  copy->text_storage = expression.text_storage;
  copy->constant.text = copy->text_storage;
  copy->money_amount = expression.money_amount;
  copy->money_currency = expression.money_currency;
  copy->field = expression.field;
  copy->index = expression.index;
  copy->function = expression.function;
  copy->parameter = expression.parameter;
  copy->text = expression.text;
  copy->at = expression.at;
  return copy;
}

std::string CanonicalText(const Expression& expression, const RuleSet& rule_set) {
  switch (expression.kind) {
    case ExpressionKind::kConstant: return ConstantText(expression);
    case ExpressionKind::kMoneyConstant:
      return FormatDecimal(expression.money_amount.ten_thousandths, 4, 0, 4) + " " +
             expression.money_currency.Text();
    case ExpressionKind::kField: return rule_set.FieldName(expression.field);
    case ExpressionKind::kThisField: return "this." + rule_set.FieldName(expression.field);
    case ExpressionKind::kFeature: CHECK(false);  // no feature is made of features
    case ExpressionKind::kList: return ListText(rule_set.lists[expression.index]);
    case ExpressionKind::kItem: return "item" + std::to_string(expression.index);
    case ExpressionKind::kExists:
    case ExpressionKind::kAll:
      return CanonicalText(*expression.operands[0], rule_set) +
             (expression.kind == ExpressionKind::kAll ? ".all(item" : ".exists(item") +
             std::to_string(expression.index) + ", " +
             CanonicalText(*expression.operands[1], rule_set) + ")";
    case ExpressionKind::kListLiteral: return "[" + Joined(expression, ", ", rule_set) + "]";
    case ExpressionKind::kCall:
      if (expression.function == Function::kItemAt) {
        return CanonicalText(*expression.operands[0], rule_set) + "[" +
               CanonicalText(*expression.operands[1], rule_set) + "]";
      }
      return std::string(FunctionName(expression.function)) + "(" +
             Joined(expression, ", ", rule_set) + ")";
    case ExpressionKind::kConditional:
      return "(" + CanonicalText(*expression.operands[0], rule_set) + " ? " +
             CanonicalText(*expression.operands[1], rule_set) + " : " +
             CanonicalText(*expression.operands[2], rule_set) + ")";
    case ExpressionKind::kNot:
    case ExpressionKind::kNegate:
      return std::string(OperatorText(expression.kind)) + "(" +
             CanonicalText(*expression.operands[0], rule_set) + ")";
    default:
      return "(" + Joined(expression, " " + std::string(OperatorText(expression.kind)) + " ",
                          rule_set) + ")";
  }
}

}  // namespace vigla
