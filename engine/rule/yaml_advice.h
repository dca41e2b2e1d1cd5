// What a person most likely did where a file is not YAML. Cold.
#pragma once

#include <string>
#include <string_view>

#include "engine/rule/yaml_tree.h"

namespace vigla {

// What to do about the line, from itself, the one above it, and what libyaml says of it.
std::string AdviceForYaml(const YamlDocument& document, int line, std::string_view problem);

}  // namespace vigla
