// A field's value as the text that an extra column keeps, and back. Warm.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/rule/value.h"

namespace vigla {

// Appends the canonical text of a known value; never nothing. Equal values give equal texts.
void AppendStoredValue(const Value& value, std::string* out);

// The value that `text` was made of; unknown if `text` is empty or of another type (a field may
// change its type from version to version). Text points into `text`; the items of a list into
// *items, which must outlive the value.
Value ReadStoredValue(ValueType type, std::string_view text, std::vector<std::string_view>* items);

}  // namespace vigla
