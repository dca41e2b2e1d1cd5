// What an expression yields: a typed value that may be unknown. Hot.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "engine/base/hash.h"
#include "engine/model/money.h"
#include "engine/rule/number.h"

namespace vigla {

enum class ValueType : uint8_t {
  kBool,
  kInt,
  kDecimal,
  kRatio,
  kMoney,
  kString,
  kTime,
  kDuration,
  kAccount,
  kCountry,
  kChannel,
  kCurrency,
  kKind,
  kStatus,
  kDirection,
  kList,  // only as the right side of `in`, or an argument
};
std::string_view ValueTypeName(ValueType type);  // "money", as people write it

// A plain value: no allocation, `text` points into the batch, the ledger or the rule set.
// Which member holds it depends on the type:
//   bool, int, time (us), duration (us), country, currency (packed), kind, status, direction
//                                     -> integer
//   decimal, ratio, money (units of base currency, exact) -> number
//   string, channel                   -> text
//   account                           -> hash, text where it is at hand
//   list (only of strings: `approvers`) -> items, integer of them
struct Value {
  ValueType type = ValueType::kBool;
  bool known = false;
  int64_t integer = 0;
  Number number;
  std::string_view text;
  union {
    Hash128 hash = {};
    const std::string_view* items;
  };

  static Value Unknown(ValueType type) {
    Value value;
    value.type = type;
    return value;
  }
  static Value Bool(bool b) { return Integer(ValueType::kBool, b ? 1 : 0); }
  static Value Int(int64_t i) { return Integer(ValueType::kInt, i); }
  static Value Integer(ValueType type, int64_t i) {
    Value value;
    value.type = type;
    value.known = true;
    value.integer = i;
    return value;
  }
  static Value Numeric(ValueType type, const Number& number) {
    Value value;
    value.type = type;
    value.known = true;
    value.number = number;
    return value;
  }
  static Value Money(BaseAmount amount) {
    return Numeric(ValueType::kMoney, Number::Scaled(amount.micros, 6));
  }
  // Unknown if `text` is empty.
  static Value Text(ValueType type, std::string_view text) {
    Value value;
    value.type = type;
    value.known = !text.empty();
    value.text = text;
    return value;
  }
  // Unknown if empty, as any absent field is.
  static Value Items(std::span<const std::string_view> items) {
    Value value;
    value.type = ValueType::kList;
    value.known = !items.empty();
    value.integer = static_cast<int64_t>(items.size());
    value.items = items.data();
    return value;
  }
  static Value Account(const Hash128& hash, std::string_view text) {
    Value value;
    value.type = ValueType::kAccount;
    value.known = !hash.IsZero();
    value.hash = hash;
    value.text = text;
    return value;
  }
};

static_assert(sizeof(Value) == 80, "values are copied on the hot path");

// By text where both have it: two accounts are never one, whatever they hash to.
inline bool IsSameAccount(const Value& a, const Value& b) {
  if (!a.text.empty() && !b.text.empty()) return a.text == b.text;
  return a.hash == b.hash;
}

// As people read it in messages: money with its currency ("27900.00 EUR"), 6 digits for money
// and 12 otherwise at most, half away from zero (rules.md, 9). Unknown is "unknown".
std::string FormatValue(const Value& value, CurrencyCode base);
// As it stands in JSON: the same without the unit.
std::string FormatValueBare(const Value& value, CurrencyCode base);

}  // namespace vigla
