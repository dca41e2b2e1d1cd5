// The JSON Schema of the configuration, made from the table of settings. Cold.
#pragma once

#include <string>

namespace vigla {

// JSON Schema 2020-12, indented, with a line end.
std::string ConfigSchema();

}  // namespace vigla
