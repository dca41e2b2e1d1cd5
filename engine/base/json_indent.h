// Canonical JSON as people read it. Cold.
#pragma once

#include <string>
#include <string_view>

namespace vigla {

// Two blanks a level, a line a member, a line end. `json` is whole and without white space, as
// JsonWriter writes it.
std::string IndentJson(std::string_view json);

}  // namespace vigla
