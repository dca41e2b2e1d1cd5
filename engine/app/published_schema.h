// The files of schema/ that are written by hand, as they were when this was built. Cold.
#pragma once

#include <span>
#include <string_view>

namespace vigla {

struct PublishedSchema {
  std::string_view name;  // "alert" of schema/alert.v1.json
  std::string_view text;
};

// By name. Made by CMake from the files (CMakeLists.txt).
std::span<const PublishedSchema> PublishedSchemas();

}  // namespace vigla
