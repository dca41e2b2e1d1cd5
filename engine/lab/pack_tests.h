// `vigla test`: the tests of packs, run on the live path, and a report of what differs. Cold.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/base/diagnostic.h"
#include "engine/lab/rule_test_run.h"
#include "engine/lab/rule_test_verdict.h"

namespace vigla {

struct TestOptions {
  RuleTestOptions run;
  // A pattern (RE2) searched in "pack: name of the test"; "" runs all.
  std::string filter;
};

struct TestResult {
  std::string pack;
  std::string name;
  SourcePosition at;
  int64_t transactions = 0;
  std::vector<TestDifference> differences;  // empty: it holds
  std::string reproduce;                    // a command line that runs this test alone
};

struct TestReport {
  Diagnostics diagnostics;           // of packs that don't load and tests that can't be read
  std::vector<TestResult> results;   // in the order of files and of tests in them
  std::vector<std::string> without_tests;  // packs
  int64_t failed = 0;

  bool AllHold() const { return failed == 0 && !diagnostics.HasErrors(); }
};

// Each path is a pack (*.yaml), a file of tests (*.test.yaml) or a folder, which is searched with
// its sub-folders. A pack's tests are those in it and in <pack>.test.yaml beside it, or in any
// test file there that names it by `pack:`; they run against that pack alone. NotFound if a path
// does not exist, InvalidArgument if the filter is no pattern; anything else wrong with packs or
// tests is in the report.
absl::StatusOr<TestReport> RunPackTests(const std::vector<std::string>& paths,
                                        const TestOptions& options);

// For people: one line a failing test with its differences and how to reproduce it, then a sum.
std::string FormatTestReport(const TestReport& report);
// The same for build servers, as JUnit's XML.
std::string FormatTestReportJunit(const TestReport& report);

}  // namespace vigla
