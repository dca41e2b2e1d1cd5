// `vigla compare`: which alerts appear, vanish or change between two rule sets. Cold.
#pragma once

#include <string>
#include <vector>

#include "engine/app/setting.h"

namespace vigla {

struct CompareCommandOptions {
  std::string before, after;        // packs, or folders of them
  // Tuning files, or folders of them, of one side; empty: the settings' are for it, too. An empty
  // text stands for none.
  std::vector<std::string> before_tuning, after_tuning;
  std::vector<std::string> inputs;  // files, or kafka:TOPIC@FROM..TO
  int examples = 3;                 // of each rule and kind of change
  std::string output, html;         // folder for everything; file for the page; "": none
  std::string format = "table";     // of stdout: table, json, csv
};

// Exit 0 whatever differs.
int CompareCommand(const Settings& settings, const CompareCommandOptions& options);

}  // namespace vigla
