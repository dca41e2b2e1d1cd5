// `vigla check`: every finding about packs, without broker, secret or network. Cold.
#pragma once

#include <string>
#include <vector>

#include "engine/app/setting.h"

namespace vigla {

struct CheckOptions {
  std::vector<std::string> paths;  // packs, or folders of them
  std::string format = "text";     // text, json, sarif or github
  bool deny_warnings = false;
  bool fix = false;                // make the safe changes, in place
  std::string explain;             // a code: print what it means, and check nothing
  std::string today;               // YYYY-MM-DD; today if empty
  int64_t budget_bytes = 0;        // most memory an account may need; 0: whatever it does
  double entries_per_day = 2;      // per account; what the estimate assumes
};

// `before`: findings of the configuration, shown with the others. Exit 0: clean; 1: warnings that
// are denied; 78: errors; 66: no such file.
int CheckCommand(const Settings& settings, const CheckOptions& options, Diagnostics before);

// `vigla help VG2103`, or `vigla help codes` for all of them. Exit 64: no such code.
int HelpCommand(const std::string& topic);

}  // namespace vigla
