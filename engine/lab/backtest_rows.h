// Rows of a small table that a person or another system wrote: CSV with a header, or NDJSON. Cold.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace vigla {

// By column name. Of NDJSON the members that are text, numbers (as written) or true/false; what
// is nested is left out.
using NamedRow = std::map<std::string, std::string, std::less<>>;

// Visits every row with the number of the line it begins on. NDJSON if the first character that
// is no white space is a brace. InvalidArgument names the line that can't be read; any status of
// `visit` but OK ends the reading.
absl::Status ForEachRow(std::string_view text,
                        const std::function<absl::Status(const NamedRow&, size_t line)>& visit);

}  // namespace vigla
