// The packs that some paths name, each with its tests, read and checked. Cold.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/base/diagnostic.h"
#include "engine/lab/rule_test.h"
#include "engine/lab/rule_test_run.h"
#include "engine/rule/loader.h"
#include "engine/rule/pack_text.h"

namespace vigla {

struct SuiteTest {
  RuleTest test;
  std::string file;
};

struct PackSuite {
  std::string path;                          // of the pack
  std::string pack;                          // its name
  std::shared_ptr<const RuleSet> rule_set;   // that pack alone
  std::vector<SuiteTest> tests;              // in the order of files and of tests in them
  bool has_tests = false;                    // … whether or not the filter takes any
};

struct TestSuite {
  Diagnostics diagnostics;  // of packs that don't load and tests that can't be read
  std::unique_ptr<const KeyedHasher> hasher;  // of the rule sets
  LoadOptions load;                           // what loads them again
  std::vector<PackSuite> packs;               // those that load
};

// Each path is a pack (*.yaml), a file of tests (*.test.yaml) or a folder, which is searched with
// its sub-folders. A pack's tests are those in it and in <pack>.test.yaml beside it, or in any
// test file there that names it by `pack:`. `filter` is a pattern (RE2) searched in "pack: name of
// the test"; "" takes all. NotFound if a path does not exist, InvalidArgument if the filter is no
// pattern; anything else wrong with packs or tests is among the diagnostics. Texts in `unsaved`
// count instead of their files'.
absl::StatusOr<TestSuite> ReadTestSuite(const std::vector<std::string>& paths,
                                        const RuleTestOptions& options, const std::string& filter,
                                        const UnsavedTexts& unsaved = {});

}  // namespace vigla
