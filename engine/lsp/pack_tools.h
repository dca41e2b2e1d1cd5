// What the language server lets others do: it knows texts and the protocol, they know packs. Cold.
// Whoever starts a server hands in the functions that its commands call, so that an editor is told
// what the commands say.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "engine/base/diagnostic.h"
#include "engine/rule/pack_text.h"
#include "engine/rule/rule_set.h"

namespace vigla {

struct PackTestRun {
  int64_t held = 0, failed = 0;
  std::string report;  // for people: what differs, and what can't be read
};

struct PackTools {
  // Required. All that can be said about a pack and its tests, as they will be once the texts are
  // saved, sorted. nullptr if the pack has an error.
  std::function<std::shared_ptr<const RuleSet>(const std::string& pack,
                                               const UnsavedTexts& unsaved,
                                               Diagnostics* findings)>
      check;
  // Runs the tests of a pack or of a file of tests: those of that name, or all if it is "".
  // nullptr: nobody offers it.
  std::function<PackTestRun(const std::string& path, const UnsavedTexts& unsaved,
                            const std::string& name)>
      run_tests;
};

}  // namespace vigla
