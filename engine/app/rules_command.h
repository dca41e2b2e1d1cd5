// `vigla rules`: the rules of packs as a list, what they cost, and the fields they may name. Cold.
#pragma once

#include <string>
#include <vector>

#include "engine/app/setting.h"

namespace vigla {

struct RulesOptions {
  std::vector<std::string> paths;  // packs, or folders of them; rules.paths if empty
  std::string format = "table";    // table, json or md
  bool cost = false;
  bool fields = false;
  double entries_per_day = 2;      // of one subject; what costs are estimated for
};

// Exit 0; 78: the packs have errors, which go to stderr; 66: no such file.
int RulesCommand(const Settings& settings, const RulesOptions& options);

}  // namespace vigla
