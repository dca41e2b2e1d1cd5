// `vigla lsp`: the language server over stdin and stdout. Cold.
#include "engine/app/lsp_command.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <thread>

#include "engine/app/exit_code.h"
#include "engine/app/rule_loading.h"
#include "engine/lab/pack_check.h"
#include "engine/lab/pack_tests.h"
#include "engine/lsp/language_server.h"
#include "engine/lsp/message_reader.h"

namespace vigla {
namespace {

bool WriteAll(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(STDOUT_FILENO, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

int Serve(LanguageServer* server) {
  MessageReader reader;
  std::string body;
  char bytes[64 << 10];
  while (!server->is_over()) {
    const absl::StatusOr<bool> more = reader.Next(&body);
    if (!more.ok()) {
      std::fprintf(stderr, "vigla lsp: %s\n", std::string(more.status().message()).c_str());
      return kExitInputData;
    }
    if (*more) {
      for (const std::string& answer : server->Handle(body)) {
        if (!WriteAll(FrameMessage(answer))) return kExitInputOutput;
      }
      continue;
    }
    const ssize_t got = read(STDIN_FILENO, bytes, sizeof(bytes));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;  // the editor is gone
    reader.Append({bytes, static_cast<size_t>(got)});
  }
  return server->exit_code();
}

// As `vigla check PACK` finds them, on the day on which it is asked.
PackTools MakePackTools(const LoadOptions& options, const std::string& today) {
  PackTools tools;
  tools.check = [options, today](const std::string& pack, const UnsavedTexts& unsaved,
                                 Diagnostics* findings) {
    LoadOptions of_day = options;
    of_day.today_utc_day = DayOrToday(today);
    return CheckUnsavedPacks({pack}, unsaved, of_day, findings);
  };
  tools.run_tests = [options](const std::string& path, const UnsavedTexts& unsaved,
                              const std::string& name) {
    TestOptions test_options;
    test_options.run.load = options;
    test_options.name = name;
    test_options.unsaved = unsaved;
    test_options.jobs = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
    PackTestRun run;
    const auto report = RunPackTests({path}, test_options);
    if (!report.ok()) {
      run.report = std::string(report.status().message());
      return run;
    }
    run.failed = report->failed;
    run.held = static_cast<int64_t>(report->results.size()) - report->failed;
    for (const Diagnostic& finding : report->diagnostics.all()) {
      run.report += FormatDiagnostic(finding) + "\n";
    }
    run.report += FormatTestReport(*report);
    return run;
  };
  return tools;
}

}  // namespace

int LspCommand(const Settings& settings, const std::string& today) {
  const KeyedHasher hasher(settings.Text("engine.identity_key"));
  const auto options = MakeLoadOptions(settings, &hasher);
  if (!options.ok()) {
    std::fprintf(stderr, "vigla lsp: %s\n", std::string(options.status().message()).c_str());
    return ExitCodeOf(options.status());
  }
  if (!DayOrToday(today)) {
    std::fprintf(stderr, "vigla lsp: --today takes a date such as 2026-03-31\n");
    return kExitUsage;
  }
  LanguageServer server(MakePackTools(*options, today));
  return Serve(&server);
}

}  // namespace vigla
