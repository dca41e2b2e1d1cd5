// `vigla test --mutate`: which mistakes in a pack its tests would notice. Cold.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/base/diagnostic.h"
#include "engine/lab/mutant.h"
#include "engine/lab/rule_test_run.h"

namespace vigla {

struct MutationOptions {
  RuleTestOptions run;
  int jobs = 1;
  // Tables that are tried for a mutant that no test kills; 0: none.
  int search_max = 1000;
};

enum class MutantFate : uint8_t {
  kKilled,      // a test fails on it
  kSurvived,    // no test does
  kEquivalent,  // it can be shown to match what the original matches
  kInvalid,     // it does not load: no mistake that could be made
};

struct MutantResult {
  MutantKind kind = MutantKind::kComparison;
  SourcePosition at;
  std::string what;
  std::vector<std::string> rules;
  MutantFate fate = MutantFate::kSurvived;
  std::string why;        // kEquivalent: why; kInvalid: the error
  std::string killed_by;  // kKilled: the first test that fails
  std::string test;       // kSurvived: a test that kills it, as YAML to paste; "" if none was found
  int tried = 0;          // kSurvived: tables that were tried
};

struct PackMutation {
  std::string path;
  std::string pack;
  int failing_tests = 0;  // not 0: nothing was tried, since the tests must hold first
  std::vector<MutantResult> mutants;

  int Count(MutantFate fate) const;
  // Killed in percent of those that are neither equivalent nor invalid; 100 where there are none.
  double Score() const;
};

struct MutationReport {
  Diagnostics diagnostics;          // as TestReport's
  std::vector<PackMutation> packs;  // in the order of files
};

// For each pack that the paths name (test_suite.h): every mutant, until the first test kills it.
// NotFound if a path does not exist. The report is the same for any number of jobs.
absl::StatusOr<MutationReport> RunMutation(const std::vector<std::string>& paths,
                                           const MutationOptions& options);

// For people: per pack the score, what survives, and tests to paste.
std::string FormatMutationReport(const MutationReport& report, double min_score);
// The same as a JSON object, vigla.mutation.v1.
std::string FormatMutationReportJson(const MutationReport& report, double min_score);
// Whether every pack's tests hold and its score is at least that.
bool IsMutationGoodEnough(const MutationReport& report, double min_score);

}  // namespace vigla
