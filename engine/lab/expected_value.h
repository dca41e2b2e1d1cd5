// An expected value of a test, brought to the form that the audit trail shows. Cold.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/model/money.h"
#include "engine/rule/value.h"

namespace vigla {

// "27900.00 EUR" of money is "27900.00", "180d" of a duration "180d", "unknown" of any type
// itself. Empty, with *problem, if the text is no value of the type.
std::optional<std::string> CanonicalValue(std::string_view text, ValueType type,
                                          CurrencyCode base, std::string* problem);

}  // namespace vigla
