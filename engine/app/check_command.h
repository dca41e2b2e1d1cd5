// `vigla check`: every finding about packs, without broker, secret or network. Cold.
#pragma once

#include <string>
#include <vector>

#include "engine/app/setting.h"

namespace vigla {

struct CheckOptions {
  std::vector<std::string> paths;  // packs, or folders of them
  bool as_json = false;
  bool deny_warnings = false;
  std::string today;  // YYYY-MM-DD; warns of exceptions that have expired by then
};

// Exit 0: clean; 1: warnings that are denied; 78: errors; 66: no such file.
int CheckCommand(const Settings& settings, const CheckOptions& options);

}  // namespace vigla
