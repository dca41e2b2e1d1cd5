// A comparison of a rule as an alert shows it: value, limit, and the distance between. Warm.
#pragma once

#include <optional>
#include <string>

#include "engine/base/json_writer.h"
#include "engine/pipeline/leg_reader.h"
#include "engine/pipeline/messages.h"

namespace vigla {

// `reader` is the leg at which the condition's rule matched.
ConditionFigure MakeConditionFigure(const Condition& condition, const RuleSet& rule_set,
                                    LegReader& reader);

// value - limit, where the difference means something.
std::optional<Value> MarginOf(const Value& value, const Value& limit);
// Writes `value`: integers and truth values bare, everything else as a string.
void WriteValue(const Value& value, CurrencyCode base, JsonWriter* json);
// "EUR" for money, "" where a unit means nothing.
std::string UnitOf(ValueType type, CurrencyCode base);

}  // namespace vigla
