// Expression trees as the checker would hand them over, written down in C++. For tests only.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/rule/expression.h"
#include "engine/rule/field.h"

namespace vigla::test {

using Node = std::unique_ptr<Expression>;

template <typename... Operands>
Node Make(ExpressionKind kind, ValueType type, Operands... operands) {
  auto node = std::make_unique<Expression>();
  node->kind = kind;
  node->type = type;
  (node->operands.push_back(std::move(operands)), ...);
  return node;
}

inline Node Constant(Value value) {
  auto node = Make(ExpressionKind::kConstant, value.type);
  node->text_storage = value.text;
  node->constant = value;
  node->constant.text = node->text_storage;
  return node;
}
inline Node Int(int64_t value) { return Constant(Value::Int(value)); }
inline Node Bool(bool value) { return Constant(Value::Bool(value)); }
inline Node String(std::string_view text) {
  return Constant(Value::Text(ValueType::kString, text));
}
inline Node Decimal(Int128 digits, int scale, ValueType type = ValueType::kDecimal) {
  return Constant(Value::Numeric(type, Number::Scaled(digits, scale)));
}
inline Node Money(int64_t units, std::string_view currency) {
  auto node = Make(ExpressionKind::kMoneyConstant, ValueType::kMoney);
  node->money_amount.ten_thousandths = units * 10000;
  node->money_currency = *CurrencyCode::Parse(currency);
  return node;
}
inline Node Field(std::string_view name) {
  const FieldId id = *FindField(name);
  auto node = Make(ExpressionKind::kField, FieldTable()[id].type);
  node->field.id = id;
  return node;
}
inline Node ThisField(std::string_view name) {
  Node node = Field(name);
  node->kind = ExpressionKind::kThisField;
  return node;
}
inline Node FeatureAt(int index, ValueType type) {
  auto node = Make(ExpressionKind::kFeature, type);
  node->index = index;
  return node;
}
inline Node And(Node a, Node b) {
  return Make(ExpressionKind::kAnd, ValueType::kBool, std::move(a), std::move(b));
}
inline Node Or(Node a, Node b) {
  return Make(ExpressionKind::kOr, ValueType::kBool, std::move(a), std::move(b));
}
inline Node Not(Node a) { return Make(ExpressionKind::kNot, ValueType::kBool, std::move(a)); }
inline Node Compare(ExpressionKind kind, Node a, Node b) {
  return Make(kind, ValueType::kBool, std::move(a), std::move(b));
}
inline Node Equal(Node a, Node b) {
  return Compare(ExpressionKind::kEqual, std::move(a), std::move(b));
}
inline Node Arithmetic(ExpressionKind kind, Node a, Node b) {
  const ValueType type = a->type == ValueType::kInt ? b->type : a->type;
  return Make(kind, type, std::move(a), std::move(b));
}
template <typename... Operands>
Node Call(Function function, ValueType type, Operands... operands) {
  auto node = Make(ExpressionKind::kCall, type, std::move(operands)...);
  node->function = function;
  return node;
}
template <typename... Items>
Node Literals(Items... items) {
  return Make(ExpressionKind::kListLiteral, ValueType::kList, std::move(items)...);
}
inline Node In(Node value, Node list) {
  return Make(ExpressionKind::kIn, ValueType::kBool, std::move(value), std::move(list));
}

// Fields and features by number, and how often each feature was asked for.
struct FakeReader {
  std::map<FieldId, Value> fields;
  std::map<FieldId, Value> this_fields;
  std::vector<Value> features;
  std::vector<int> loads;
  EventTime time;

  Value Field(FieldRef ref) { return Find(fields, ref); }
  Value ThisField(FieldRef ref) { return Find(this_fields, ref); }
  const Value& Feature(int index) {
    loads.resize(features.size());
    ++loads[static_cast<size_t>(index)];
    return features[static_cast<size_t>(index)];
  }
  EventTime MoneyTime() { return time; }

  static Value Find(const std::map<FieldId, Value>& values, FieldRef ref) {
    const auto found = values.find(ref.id);
    return found == values.end() ? Value::Unknown(FieldTable()[ref.id].type) : found->second;
  }
};

}  // namespace vigla::test
