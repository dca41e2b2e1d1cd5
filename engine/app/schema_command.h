// `vigla schema`: the JSON Schemas of everything that is read or written. Cold.
#pragma once

#include <string>
#include <vector>

namespace vigla {

// Names for SchemaCommand: pack, tests, config, alert, …
std::vector<std::string> SchemaNames();

// Prints one of them.
int SchemaCommand(const std::string& name);

}  // namespace vigla
