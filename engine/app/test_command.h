// `vigla test`: the tests of packs, judged by the live path, and what they would miss. Cold.
#pragma once

#include <string>
#include <vector>

#include "engine/app/setting.h"

namespace vigla {

struct TestCommandOptions {
  std::vector<std::string> paths;  // packs, or folders of them
  std::string filter;              // RE2 over "pack: name"; empty: all
  std::string junit;               // a file for JUnit's XML; empty: none
  std::string format = "text";     // or json
  int jobs = 0;                    // tests or mutants at a time; 0: one a core
  bool update = false;             // rewrite what failing tests expect, first
  bool mutate = false;             // run the tests on mutants of their packs instead
  double min_mutation = 80;        // percent of mutants that each pack's tests must kill
  int search = 1000;               // tables tried for a test that kills a survivor
};

// Exit 0: all passed; 1: some failed, or a mutation score is too low; 78: the packs or tests can't
// be read.
int TestCommand(const Settings& settings, const TestCommandOptions& options);

}  // namespace vigla
