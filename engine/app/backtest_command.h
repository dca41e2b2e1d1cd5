// `vigla backtest`: what rules would have done over recorded input. Cold.
#pragma once

#include <string>
#include <vector>

#include "engine/app/setting.h"

namespace vigla {

struct BacktestCommandOptions {
  std::vector<std::string> inputs;  // files, or kafka:TOPIC@FROM..TO
  std::string labels;               // a file; "": none
  std::string expect;               // a file; "": none
  std::string output;               // folder for everything, alerts' bodies included; "": none
  std::string html;                 // a file; "": none
  std::string format = "table";     // of stdout: table, json, csv
};

// Exit 0; 1: an expectation was missed; else as exit_code.h has it.
int BacktestCommand(const Settings& settings, const BacktestCommandOptions& options);

}  // namespace vigla
