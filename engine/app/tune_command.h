// `vigla tune`: what a rule would do at every value of one of its parameters. Cold.
#pragma once

#include <string>
#include <vector>

#include "engine/app/setting.h"

namespace vigla {

struct TuneCommandOptions {
  std::string rule, parameter;
  std::vector<std::string> inputs;   // as backtest takes them
  std::vector<std::string> windows;  // "feature=1h,6h"
  std::vector<std::string> values;   // to be tried instead of every one
  std::string from, to;              // "": the parameter's min and max
  std::string labels;                // a file
  int samples = 5;
  std::string format = "table";      // table, json, csv
  std::string html;                  // a file
};

// Rules are those of the settings.
int TuneCommand(const Settings& settings, const TuneCommandOptions& options);

}  // namespace vigla
