// `vigla test`: the tests of packs, judged by the live path. Cold.
#pragma once

#include <string>
#include <vector>

#include "engine/app/setting.h"

namespace vigla {

struct TestCommandOptions {
  std::vector<std::string> paths;  // packs, or folders of them
  std::string filter;              // RE2 over "pack: name"; empty: all
  std::string junit;               // a file for JUnit's XML; empty: none
};

// Exit 0: all passed; 1: some failed; 78: the packs or tests can't be read.
int TestCommand(const Settings& settings, const TestCommandOptions& options);

}  // namespace vigla
