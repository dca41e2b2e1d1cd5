// `vigla test`: the tests of packs, run on the live path, and a report of what differs. Cold.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/base/diagnostic.h"
#include "engine/lab/rule_test_run.h"
#include "engine/lab/rule_test_verdict.h"
#include "engine/rule/pack_text.h"

namespace vigla {

struct TestOptions {
  RuleTestOptions run;
  // A pattern (RE2) searched in "pack: name of the test"; "" runs all.
  std::string filter;
  std::string name;      // "" runs all, too: otherwise tests of this very name
  UnsavedTexts unsaved;  // count instead of their files'
  int jobs = 1;  // tests that run at the same time; the report is the same for any number
};

struct TestResult {
  std::string pack;
  std::string name;
  SourcePosition at;
  int64_t transactions = 0;
  std::vector<TestDifference> differences;  // empty: it holds
  // Where a rule should have matched and did not: its conditions on that transaction.
  std::vector<std::string> figures;         // parallel to differences; lines, or ""
  std::string reproduce;                    // a command line that runs this test alone
};

struct TestReport {
  Diagnostics diagnostics;           // of packs that don't load and tests that can't be read
  std::vector<TestResult> results;   // in the order of files and of tests in them
  std::vector<std::string> without_tests;  // packs
  int64_t failed = 0;

  bool AllHold() const { return failed == 0 && !diagnostics.HasErrors(); }
};

// The tests of the packs that the paths name (test_suite.h), each against its pack alone. NotFound
// if a path does not exist, InvalidArgument if the filter is no pattern; anything else wrong with
// packs or tests is in the report.
absl::StatusOr<TestReport> RunPackTests(const std::vector<std::string>& paths,
                                        const TestOptions& options);

// Quoted for a POSIX shell where it needs to be.
std::string ShellWord(std::string_view text);

// For people: one line a failing test with its differences and how to reproduce it, then a sum.
std::string FormatTestReport(const TestReport& report);
// The same as a JSON object, vigla.test.v1.
std::string FormatTestReportJson(const TestReport& report);
// The same for build servers, as JUnit's XML.
std::string FormatTestReportJunit(const TestReport& report);

}  // namespace vigla
