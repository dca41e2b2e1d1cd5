// The lab's reports, printed. Cold.
#include "engine/app/test_command.h"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <thread>

#include "engine/app/exit_code.h"
#include "engine/app/pipeline_settings.h"
#include "engine/app/rule_loading.h"
#include "engine/base/status.h"
#include "engine/lab/mutation_run.h"
#include "engine/lab/pack_tests.h"
#include "engine/lab/test_update.h"

namespace vigla {
namespace {

int Fail(const absl::Status& status) {
  std::fprintf(stderr, "vigla test: %s\n", std::string(status.message()).c_str());
  return absl::IsInvalidArgument(status) ? static_cast<int>(kExitUsage) : ExitCodeOf(status);
}

int JobsOf(const TestCommandOptions& options) {
  if (options.jobs > 0) return options.jobs;
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

int Mutate(const RuleTestOptions& run, const TestCommandOptions& options) {
  MutationOptions mutation;
  mutation.run = run;
  mutation.jobs = JobsOf(options);
  mutation.search_max = options.search;
  const auto report = RunMutation(options.paths, mutation);
  if (!report.ok()) return Fail(report.status());
  PrintDiagnostics(report->diagnostics);
  const std::string text = options.format == "json"
                               ? FormatMutationReportJson(*report, options.min_mutation)
                               : FormatMutationReport(*report, options.min_mutation);
  std::fputs(text.c_str(), stdout);
  if (report->diagnostics.HasErrors()) return kExitConfiguration;
  return IsMutationGoodEnough(*report, options.min_mutation) ? kExitOk : kExitFindings;
}

// Shows what changes, and changes it.
int Update(const TestOptions& test_options, const TestCommandOptions& options) {
  const auto updates = UpdateExpectations(options.paths, test_options);
  if (absl::IsFailedPrecondition(updates.status())) return kExitOk;  // the run says what is wrong
  if (!updates.ok()) return Fail(updates.status());
  for (const TestFileUpdate& update : *updates) {
    std::FILE* out = options.format == "json" ? stderr : stdout;
    std::fputs(update.diff.c_str(), out);
    std::ofstream file(update.file, std::ios::binary);
    file << update.text;
    if (!file.flush()) {
      std::fprintf(stderr, "vigla test: can't write %s\n", update.file.c_str());
      return kExitInputOutput;
    }
  }
  return kExitOk;
}

}  // namespace

int TestCommand(const Settings& settings, const TestCommandOptions& options) {
  const KeyedHasher hasher(settings.Text("engine.identity_key"));
  const auto load_options = MakeLoadOptions(settings, &hasher);
  if (!load_options.ok()) {
    std::fprintf(stderr, "vigla test: %s\n",
                 std::string(load_options.status().message()).c_str());
    return ExitCodeOf(load_options.status());
  }
  TestOptions test_options;
  test_options.filter = options.filter;
  test_options.jobs = JobsOf(options);
  test_options.run.load = *load_options;
  test_options.run.load.tuning = settings.List("rules.tuning");
  if (options.mutate) return Mutate(test_options.run, options);
  if (options.update) {
    if (!test_options.run.load.tuning.empty()) {
      return Fail(MakeError(absl::StatusCode::kInvalidArgument,
                            "--update writes what packs say as they are: leave out the tuning"));
    }
    if (const int code = Update(test_options, options); code != kExitOk) return code;
  }
  const auto report = RunPackTests(options.paths, test_options);
  if (!report.ok()) return Fail(report.status());
  PrintDiagnostics(report->diagnostics);
  const std::string text =
      options.format == "json" ? FormatTestReportJson(*report) : FormatTestReport(*report);
  std::fputs(text.c_str(), stdout);
  if (!options.junit.empty()) {
    std::ofstream file(options.junit);
    file << FormatTestReportJunit(*report);
    if (!file.flush()) {
      std::fprintf(stderr, "vigla test: can't write %s\n", options.junit.c_str());
      return kExitInputOutput;
    }
  }
  if (report->diagnostics.HasErrors()) return kExitConfiguration;
  return report->AllHold() ? kExitOk : kExitFindings;
}

}  // namespace vigla
