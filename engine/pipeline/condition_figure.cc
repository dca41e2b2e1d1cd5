// Conditions as canonical JSON members. Warm.
#include "engine/pipeline/condition_figure.h"

namespace vigla {

std::optional<Value> MarginOf(const Value& value, const Value& limit) {
  if (!value.known || !limit.known) return std::nullopt;
  if (value.type == ValueType::kInt && limit.type == ValueType::kInt) {
    int64_t difference = 0;
    if (__builtin_sub_overflow(value.integer, limit.integer, &difference)) return std::nullopt;
    return Value::Int(difference);
  }
  if (value.type == ValueType::kDuration && limit.type == ValueType::kDuration) {
    return Value::Integer(ValueType::kDuration, value.integer - limit.integer);
  }
  if (IsNumeric(value.type) && IsNumeric(limit.type)) {
    const auto difference = Subtract(value.number, limit.number);
    if (difference) return Value::Numeric(value.type, *difference);
  }
  return std::nullopt;
}

void WriteValue(const Value& value, CurrencyCode base, JsonWriter* json) {
  constexpr int64_t kExactInDouble = int64_t{1} << 53;
  if (value.type == ValueType::kBool && value.known) {
    json->Bool(value.integer != 0);
  } else if (value.type == ValueType::kInt && value.known && value.integer <= kExactInDouble &&
             value.integer >= -kExactInDouble) {
    json->Int(value.integer);
  } else {
    json->String(FormatValueBare(value, base));
  }
}

std::string UnitOf(ValueType type, CurrencyCode base) {
  return type == ValueType::kMoney ? base.Text() : std::string();
}

ConditionFigure MakeConditionFigure(const Condition& condition, const RuleSet& rule_set,
                                    LegReader& reader) {
  ConditionFigure figure;
  figure.text = condition.text;
  if (!condition.value || !condition.limit) return figure;
  const CurrencyCode base = rule_set.rates.base();
  // A value's text lives until the next Evaluate: it is written before the limit is computed.
  auto append = [&](std::string_view key, const Value& written) {
    figure.json.append(figure.json.empty() ? "\"" : ",\"").append(key).append("\":");
    JsonWriter json(&figure.json);
    WriteValue(written, base, &json);
  };
  const Value value = Evaluate(*condition.value, rule_set, reader);
  append("value", value);
  const Value limit = Evaluate(*condition.limit, rule_set, reader);
  append("limit", limit);
  if (const auto margin = MarginOf(value, limit)) append("margin", *margin);
  const std::string unit = UnitOf(value.type, base);
  if (!unit.empty()) figure.json += ",\"unit\":\"" + unit + "\"";
  return figure;
}

}  // namespace vigla
