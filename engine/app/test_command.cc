// The lab's report, printed. Cold.
#include "engine/app/test_command.h"

#include <cstdio>
#include <fstream>

#include "engine/app/exit_code.h"
#include "engine/app/pipeline_settings.h"
#include "engine/app/rule_loading.h"
#include "engine/lab/pack_tests.h"

namespace vigla {

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
  test_options.run.load = *load_options;
  const auto report = RunPackTests(options.paths, test_options);
  if (!report.ok()) {
    std::fprintf(stderr, "vigla test: %s\n", std::string(report.status().message()).c_str());
    return absl::IsInvalidArgument(report.status()) ? static_cast<int>(kExitUsage)
                                                    : ExitCodeOf(report.status());
  }
  PrintDiagnostics(report->diagnostics);
  std::fputs(FormatTestReport(*report).c_str(), stdout);
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
