// Types' names, and values as people and JSON read them. Cold.
#include "engine/rule/value.h"

#include "engine/base/check.h"
#include "engine/model/time.h"
#include "engine/model/transaction.h"

namespace vigla {
namespace {

constexpr int kMoneyDigits = 6;
constexpr int kOtherDigits = 12;

std::string FormatNumber(const Number& number, int digits_min, int digits_max) {
  const std::optional<Number> rounded = Round(number, digits_max);
  // A number that exists is below 2^127 x 10^-12, so rounding one can only fail at that edge.
  if (!rounded) return "unknown";
  if (rounded->denominator != 1 || rounded->wide != 0) CHECK(false);
  return FormatDecimal(rounded->numerator, rounded->scale, digits_min, digits_max);
}

std::string AccountText(const Value& value) {
  if (!value.text.empty()) return std::string(value.text);
  std::string bytes;
  for (uint64_t half : {value.hash.high, value.hash.low}) {
    for (int shift = 56; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(half >> shift));
  }
  return "#" + HexOf(bytes);
}

std::string ItemsText(const Value& value) {
  std::string text;
  for (int64_t i = 0; i < value.integer; ++i) {
    if (i > 0) text += ", ";
    text += value.items[i];
  }
  return text;
}

}  // namespace

std::string_view ValueTypeName(ValueType type) {
  switch (type) {
    case ValueType::kBool: return "bool";
    case ValueType::kInt: return "int";
    case ValueType::kDecimal: return "decimal";
    case ValueType::kRatio: return "ratio";
    case ValueType::kMoney: return "money";
    case ValueType::kString: return "string";
    case ValueType::kTime: return "time";
    case ValueType::kDuration: return "duration";
    case ValueType::kAccount: return "account";
    case ValueType::kCountry: return "country";
    case ValueType::kChannel: return "channel";
    case ValueType::kCurrency: return "currency";
    case ValueType::kKind: return "kind";
    case ValueType::kStatus: return "status";
    case ValueType::kDirection: return "direction";
    case ValueType::kList: return "list";
  }
  return "";
}

std::string FormatValueBare(const Value& value, CurrencyCode base) {
  if (!value.known) return "unknown";
  switch (value.type) {
    case ValueType::kBool: return value.integer != 0 ? "true" : "false";
    case ValueType::kInt: return std::to_string(value.integer);
    case ValueType::kDecimal:
    case ValueType::kRatio: return FormatNumber(value.number, 0, kOtherDigits);
    case ValueType::kMoney: return FormatNumber(value.number, MinorUnits(base), kMoneyDigits);
    case ValueType::kString:
    case ValueType::kChannel: return std::string(value.text);
    case ValueType::kTime: return FormatTimeShort(EventTime{value.integer});
    case ValueType::kDuration: return FormatDuration(value.integer);
    case ValueType::kAccount: return AccountText(value);
    case ValueType::kCountry: return CountryCode{static_cast<uint16_t>(value.integer)}.Text();
    case ValueType::kCurrency: return CurrencyCode{static_cast<uint16_t>(value.integer)}.Text();
    case ValueType::kKind: return std::string(KindName(static_cast<Kind>(value.integer)));
    case ValueType::kStatus: return std::string(StatusName(static_cast<StatusCode>(value.integer)));
    case ValueType::kDirection:
      return std::string(DirectionName(static_cast<Direction>(value.integer)));
    case ValueType::kList: return ItemsText(value);
  }
  return "unknown";
}

std::string FormatValue(const Value& value, CurrencyCode base) {
  std::string text = FormatValueBare(value, base);
  if (value.known && value.type == ValueType::kMoney) text += " " + base.Text();
  return text;
}

}  // namespace vigla
