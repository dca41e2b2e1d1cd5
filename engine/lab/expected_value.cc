// An expected value of a test, brought to the form that the audit trail shows. Cold.
#include "engine/lab/expected_value.h"

#include "absl/strings/numbers.h"
#include "engine/base/status.h"
#include "engine/model/time.h"

namespace vigla {
namespace {

constexpr int kIntegerDigitsMax = 26;

std::optional<Value> NumberValue(std::string_view text, ValueType type, int digits_max,
                                 std::string* problem) {
  const ParsedDecimal parsed = ParseDecimal(text, kIntegerDigitsMax, digits_max);
  switch (parsed.error) {
    case DecimalError::kNone:
      return Value::Numeric(type, Number::Scaled(parsed.value, digits_max));
    case DecimalError::kTooManyFractionDigits:
      *problem = "figures are shown with at most " + std::to_string(digits_max) +
                 " fraction digits";
      return std::nullopt;
    default: *problem = "a decimal such as 0.85 was expected"; return std::nullopt;
  }
}

std::optional<Value> MoneyValue(std::string_view text, CurrencyCode base, std::string* problem) {
  const size_t space = text.find(' ');
  if (space != std::string_view::npos) {
    if (text.substr(text.find_last_of(' ') + 1) != base.Text()) {
      *problem = "figures are in the base currency, " + base.Text();
      return std::nullopt;
    }
    text = text.substr(0, space);
  }
  return NumberValue(text, ValueType::kMoney, 6, problem);
}

std::optional<Value> ValueOf(std::string_view text, ValueType type, CurrencyCode base,
                             std::string* problem) {
  switch (type) {
    case ValueType::kMoney: return MoneyValue(text, base, problem);
    case ValueType::kDecimal:
    case ValueType::kRatio: return NumberValue(text, type, 12, problem);
    case ValueType::kInt: {
      int64_t number = 0;
      if (absl::SimpleAtoi(ToAbsl(text), &number)) return Value::Int(number);
      *problem = "a whole number was expected";
      return std::nullopt;
    }
    case ValueType::kBool:
      if (text == "true" || text == "false") return Value::Bool(text == "true");
      *problem = "true or false was expected";
      return std::nullopt;
    case ValueType::kDuration: {
      const std::optional<DurationUs> duration = ParseDuration(text);
      if (duration) return Value::Integer(type, *duration);
      int64_t us = 0;  // people write no microseconds, but figures may show them
      if (text.ends_with("us") && absl::SimpleAtoi(ToAbsl(text.substr(0, text.size() - 2)), &us)) {
        return Value::Integer(type, us);
      }
      *problem = "a duration such as 180d was expected";
      return std::nullopt;
    }
    case ValueType::kTime: {
      const std::optional<ParsedTime> time = ParseTime(text);
      if (time) return Value::Integer(type, time->time.us);
      *problem = "a time such as 2026-03-02T09:00:00Z was expected";
      return std::nullopt;
    }
    default: {
      // Words and texts are shown as they are.
      Value value = Value::Text(ValueType::kString, text);
      value.known = true;
      return value;
    }
  }
}

}  // namespace

std::optional<std::string> CanonicalValue(std::string_view text, ValueType type,
                                          CurrencyCode base, std::string* problem) {
  if (text == "unknown") return std::string(text);
  const std::optional<Value> value = ValueOf(text, type, base, problem);
  if (!value) return std::nullopt;
  return FormatValueBare(*value, base);
}

}  // namespace vigla
