// Which types an operator takes, and which one it gives. Cold.
#include <optional>
#include <tuple>

#include "engine/base/check.h"
#include "engine/rule/calculation.h"
#include "engine/rule/checker.h"

namespace vigla {
namespace {

bool IsNumber(ValueType type) {
  return type == ValueType::kInt || type == ValueType::kDecimal || type == ValueType::kRatio;
}

// What literals are constants of where they stand beside it.
bool IsTyped(ValueType type) {
  switch (type) {
    case ValueType::kAccount:
    case ValueType::kCountry:
    case ValueType::kChannel:
    case ValueType::kCurrency:
    case ValueType::kKind:
    case ValueType::kStatus:
    case ValueType::kDirection: return true;
    default: return false;
  }
}

bool HasOrder(ValueType type) {
  return IsQuantity(type) || type == ValueType::kString;
}

ValueType Promoted(ValueType a, ValueType b) { return a == b ? a : ValueType::kDecimal; }

std::optional<ValueType> SumType(bool is_add, ValueType a, ValueType b) {
  using enum ValueType;
  if (IsNumber(a) && IsNumber(b)) return Promoted(a, b);
  if (a == kMoney && b == kMoney) return kMoney;
  if (a == kDuration && b == kDuration) return kDuration;
  if (a == kTime && b == kDuration) return kTime;
  if (is_add && a == kDuration && b == kTime) return kTime;
  if (!is_add && a == kTime && b == kTime) return kDuration;
  return std::nullopt;
}

std::optional<ValueType> ProductType(ValueType a, ValueType b) {
  using enum ValueType;
  if (IsNumber(a) && IsNumber(b)) return Promoted(a, b);
  if (IsNumber(b) && (a == kMoney || a == kDuration)) return a;
  if (IsNumber(a) && (b == kMoney || b == kDuration)) return b;
  return std::nullopt;
}

std::optional<ValueType> QuotientType(ValueType a, ValueType b) {
  using enum ValueType;
  if (a == kInt && b == kInt) return kInt;
  if (IsNumber(a) && IsNumber(b)) return kDecimal;
  if (a == b && (a == kMoney || a == kDuration)) return kDecimal;
  if (IsNumber(b) && (a == kMoney || a == kDuration)) return a;
  return std::nullopt;
}

std::optional<ValueType> ResultType(ExpressionKind operation, ValueType a, ValueType b) {
  switch (operation) {
    case ExpressionKind::kAdd: return SumType(true, a, b);
    case ExpressionKind::kSubtract: return SumType(false, a, b);
    case ExpressionKind::kMultiply: return ProductType(a, b);
    case ExpressionKind::kDivide: return QuotientType(a, b);
    case ExpressionKind::kRemainder:
      if (!IsNumber(a) || !IsNumber(b)) return std::nullopt;
      if (a == ValueType::kRatio || b == ValueType::kRatio) return std::nullopt;
      return Promoted(a, b);
    default: CHECK(false);
  }
}

std::string Described(const Expression& expression) {
  std::string name(ValueTypeName(expression.type));
  if (expression.text.empty() || expression.text.size() > 60) return name;
  return "`" + expression.text + "` (" + name + ")";
}

bool IsConstant(const Expression& expression) {
  return expression.kind == ExpressionKind::kConstant;
}

std::string MoneyAdvice(const Expression& number) {
  if (number.kind == ExpressionKind::kField && number.field.id == field::kAmountOriginal) {
    return "amount.original has no unit; compare `amount`, which is in the base currency";
  }
  if (IsConstant(number) && !number.text.empty()) {
    return "give it a currency: money(\"" + number.text + " EUR\")";
  }
  return "give the number a currency, or divide the money by another amount";
}

}  // namespace

bool AreComparable(ValueType a, ValueType b) {
  return (a == b && a != ValueType::kList) || (IsNumber(a) && IsNumber(b));
}

// Both are checked, the untyped one last, so that the other can lend it its type.
Checker::Pair Checker::CheckPair(const Syntax& left, const Syntax& right) {
  const bool left_untyped = IsUntyped(left);
  const bool right_untyped = IsUntyped(right);
  if (left_untyped && !right_untyped) {
    ExpressionPointer second = Check(right);
    if (second == nullptr) return {};
    ExpressionPointer first = Check(left, second->type);
    return {std::move(first), std::move(second)};
  }
  ExpressionPointer first = Check(left);
  if (first == nullptr && right_untyped) return {};
  ExpressionPointer second =
      Check(right, first != nullptr ? Wanted(first->type) : Wanted());
  return {std::move(first), std::move(second)};
}

Checker::ExpressionPointer Checker::Mismatch(const Syntax& syntax, const Expression& left,
                                             const Expression& right) {
  const std::string operation(OperatorText(syntax.operation));
  const std::string sides = Described(left) + " " + operation + " " + Described(right);
  const bool is_money = left.type == ValueType::kMoney || right.type == ValueType::kMoney;
  if (is_money && (IsNumber(left.type) || IsNumber(right.type))) {
    return Error(diagnostic::kMoneyWithNumber, syntax, "money and a number: " + sides,
                 MoneyAdvice(IsNumber(left.type) ? left : right));
  }
  if (left.type == ValueType::kMoney && right.type == ValueType::kMoney) {
    return Error(diagnostic::kMoneyTimesMoney, syntax, "money and money: " + sides,
                 "multiply money by a number or a ratio");
  }
  const bool left_string = left.type == ValueType::kString && IsTyped(right.type);
  const bool right_string = right.type == ValueType::kString && IsTyped(left.type);
  if (left_string || right_string) {
    const std::string type(ValueTypeName(left_string ? right.type : left.type));
    return Error(diagnostic::kStringWithType, syntax, "a string and a typed value: " + sides,
                 "compare it with a literal, or with a field, parameter or list of type " + type);
  }
  const bool one_is_list = syntax.operation == ExpressionKind::kEqual &&
                           (left.type == ValueType::kList || right.type == ValueType::kList);
  return Error(diagnostic::kTypeMismatch, syntax, "the sides don't fit together: " + sides,
               left.type == right.type
                   ? "`" + operation + "` is not defined for " +
                         std::string(ValueTypeName(left.type))
                   : one_is_list ? "ask whether it is in the list: write `in`"
                                 : "both sides have to be of one type");
}

bool Checker::ExpectBool(const Syntax& syntax, const Expression* operand) {
  if (operand == nullptr) return false;
  if (operand->type == ValueType::kBool) return true;
  Error(diagnostic::kNotBool, syntax, "a bool was expected, not " + Described(*operand),
        "compare it with something");
  return false;
}

Checker::ExpressionPointer Checker::CheckOperator(const Syntax& syntax, Wanted wanted) {
  switch (syntax.operation) {
    case ExpressionKind::kNot:
    case ExpressionKind::kAnd:
    case ExpressionKind::kOr: return CheckLogic(syntax);
    case ExpressionKind::kNegate: return CheckNegate(syntax, wanted);
    case ExpressionKind::kConditional: return CheckConditional(syntax, wanted);
    case ExpressionKind::kIn: return CheckIn(syntax);
    case ExpressionKind::kAdd:
    case ExpressionKind::kSubtract:
    case ExpressionKind::kMultiply:
    case ExpressionKind::kDivide:
    case ExpressionKind::kRemainder: return CheckArithmetic(syntax);
    default: return CheckComparison(syntax);
  }
}

Checker::ExpressionPointer Checker::CheckLogic(const Syntax& syntax) {
  ExpressionPointer node = Make(syntax.operation, ValueType::kBool, syntax);
  bool good = true;
  for (const auto& operand : syntax.operands) {
    ExpressionPointer checked = Check(*operand);
    good = ExpectBool(*operand, checked.get()) && good;
    node->operands.push_back(std::move(checked));
  }
  return good ? std::move(node) : nullptr;
}

Checker::ExpressionPointer Checker::CheckComparison(const Syntax& syntax) {
  auto [left, right] = CheckPair(*syntax.operands[0], *syntax.operands[1]);
  if (left == nullptr || right == nullptr) return nullptr;
  if (!AreComparable(left->type, right->type)) return Mismatch(syntax, *left, *right);
  const bool is_order = syntax.operation != ExpressionKind::kEqual &&
                        syntax.operation != ExpressionKind::kNotEqual;
  if (is_order && !HasOrder(left->type)) {
    return Error(diagnostic::kNoOrder, syntax,
                 "values of type " + std::string(ValueTypeName(left->type)) + " have no order",
                 "compare with == or !=");
  }
  ExpressionPointer node = Make(syntax.operation, ValueType::kBool, syntax);
  node->operands.push_back(std::move(left));
  node->operands.push_back(std::move(right));
  return node;
}

Checker::ExpressionPointer Checker::CheckListLiteral(const Syntax& syntax, Wanted wanted) {
  std::vector<ExpressionPointer> items;
  for (const auto& operand : syntax.operands) items.push_back(Check(*operand, wanted));
  return MakeListLiteral(syntax, wanted, std::move(items));
}

Checker::ExpressionPointer Checker::MakeListLiteral(const Syntax& syntax, Wanted wanted,
                                                    std::vector<ExpressionPointer> items) {
  ExpressionPointer list = Make(ExpressionKind::kListLiteral, ValueType::kList, syntax);
  bool good = true;
  for (size_t i = 0; i < items.size(); ++i) {
    ExpressionPointer& item = items[i];
    good = good && item != nullptr;
    if (item == nullptr) continue;
    if (!IsConstant(*item)) {
      Error(diagnostic::kNotConstant, *syntax.operands[i], "a list's items have to be constants",
            "look into it by `in`, exists or all, whose items may be fields");
      good = false;
      continue;
    }
    const ValueType of = wanted ? *wanted : list->operands.empty()
                                                ? item->type
                                                : list->operands.front()->type;
    if (!AreComparable(of, item->type)) {
      Error(diagnostic::kListType, *syntax.operands[i],
            Described(*item) + " in a list of " + std::string(ValueTypeName(of)),
            "a list's items are of one type, that of what is looked for");
      good = false;
      continue;
    }
    list->operands.push_back(std::move(item));
  }
  return good ? std::move(list) : nullptr;
}

// A typed item lends its type to a literal that is looked for, and the other way round.
Checker::ExpressionPointer Checker::CheckInLiteral(const Syntax& syntax, const Syntax& literal,
                                                   const TextPositions* positions) {
  const TextPositions* const outer = positions_;
  std::vector<ExpressionPointer> items(literal.operands.size());
  Wanted wanted;
  positions_ = positions;
  for (size_t i = 0; i < items.size() && IsUntyped(*syntax.operands[0]) && !wanted; ++i) {
    if (IsUntyped(*literal.operands[i])) continue;
    items[i] = Check(*literal.operands[i]);
    if (items[i] == nullptr) return nullptr;
    wanted = items[i]->type;
  }
  positions_ = outer;
  ExpressionPointer value = Check(*syntax.operands[0], wanted);
  if (value == nullptr) return nullptr;
  bool all_constant = true;
  bool good = true;
  positions_ = positions;
  for (size_t i = 0; i < items.size(); ++i) {
    if (items[i] == nullptr) items[i] = Check(*literal.operands[i], value->type);
    good = good && items[i] != nullptr;
    all_constant = all_constant && items[i] != nullptr && IsConstant(*items[i]);
  }
  ExpressionPointer list;
  if (good && all_constant) list = MakeListLiteral(literal, value->type, std::move(items));
  positions_ = outer;
  if (good && !all_constant) return WriteOutIn(syntax, std::move(value), std::move(items));
  if (list == nullptr) return nullptr;
  ExpressionPointer node = Make(ExpressionKind::kIn, ValueType::kBool, syntax);
  node->operands.push_back(std::move(value));
  node->operands.push_back(std::move(list));
  return node;
}

Checker::ExpressionPointer Checker::CheckIn(const Syntax& syntax) {
  const Syntax& value_syntax = *syntax.operands[0];
  const Syntax& list_syntax = *syntax.operands[1];
  const TextPositions* positions = nullptr;
  if (const Syntax* literal = LiteralOf(list_syntax, &positions)) {
    return CheckInLiteral(syntax, *literal, positions);
  }
  ExpressionPointer list = Check(list_syntax);
  if (list == nullptr) return nullptr;
  if (list->type != ValueType::kList) {
    return Error(diagnostic::kListType, list_syntax, "a list was expected, not " +
                 Described(*list), "name a list of this pack, or write [a, b]");
  }
  ValueType of = ValueType::kString;  // lists that are fields hold strings
  if (list->kind == ExpressionKind::kList) of = rule_set_->lists[list->index].of;
  ExpressionPointer value = Check(value_syntax, of);
  if (value == nullptr) return nullptr;
  if (!AreComparable(value->type, of)) {
    return Error(diagnostic::kListType, syntax,
                 Described(*value) + " in a list of " + std::string(ValueTypeName(of)),
                 "declare the list `of: " + std::string(ValueTypeName(value->type)) + "`");
  }
  ExpressionPointer node = Make(ExpressionKind::kIn, ValueType::kBool, syntax);
  node->operands.push_back(std::move(value));
  node->operands.push_back(std::move(list));
  return node;
}

Checker::ExpressionPointer Checker::CheckArithmetic(const Syntax& syntax) {
  auto [left, right] = CheckPair(*syntax.operands[0], *syntax.operands[1]);
  if (left == nullptr || right == nullptr) return nullptr;
  const std::optional<ValueType> type = ResultType(syntax.operation, left->type, right->type);
  if (!type) return Mismatch(syntax, *left, *right);
  if (syntax.operation == ExpressionKind::kDivide && *type == ValueType::kInt) {
    diagnostics_->Warning(diagnostic::kIntegerDivision.code, At(syntax.begin),
                          "int / int leaves out what is behind the point",
                          "multiply one side by 1.0 if a fraction is meant");
  }
  ExpressionPointer node = Make(syntax.operation, *type, syntax);
  node->operands.push_back(std::move(left));
  node->operands.push_back(std::move(right));
  return node;
}

Checker::ExpressionPointer Checker::CheckNegate(const Syntax& syntax, Wanted wanted) {
  ExpressionPointer operand = Check(*syntax.operands[0], wanted);
  if (operand == nullptr) return nullptr;
  const ValueType type = operand->type;
  if (!IsNumber(type) && type != ValueType::kMoney && type != ValueType::kDuration) {
    return Error(diagnostic::kTypeMismatch, syntax, "there is no -" + Described(*operand),
                 "write ! for `not`");
  }
  ExpressionPointer node = Make(ExpressionKind::kNegate, type, syntax);
  node->operands.push_back(std::move(operand));
  return node;
}

Checker::ExpressionPointer Checker::CheckConditional(const Syntax& syntax, Wanted wanted) {
  const Syntax& yes_syntax = *syntax.operands[1];
  const Syntax& no_syntax = *syntax.operands[2];
  ExpressionPointer condition = Check(*syntax.operands[0]);
  ExpressionPointer yes, no;
  if (wanted && IsUntyped(yes_syntax) && IsUntyped(no_syntax)) {
    yes = Check(yes_syntax, wanted);
    no = Check(no_syntax, wanted);
  } else {
    std::tie(yes, no) = CheckPair(yes_syntax, no_syntax);
  }
  if (!ExpectBool(*syntax.operands[0], condition.get())) return nullptr;
  if (yes == nullptr || no == nullptr) return nullptr;
  if (!AreComparable(yes->type, no->type)) {
    return Error(diagnostic::kTypeMismatch, syntax,
                 "the two outcomes differ: " + Described(*yes) + " and " + Described(*no),
                 "both have to be of one type");
  }
  ExpressionPointer node =
      Make(ExpressionKind::kConditional, Promoted(yes->type, no->type), syntax);
  node->operands.push_back(std::move(condition));
  node->operands.push_back(std::move(yes));
  node->operands.push_back(std::move(no));
  return node;
}

}  // namespace vigla
