// Runs the back-test and writes its figures where they are wanted. Cold.
#include "engine/app/backtest_command.h"

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "engine/app/exit_code.h"
#include "engine/app/recorded_input.h"
#include "engine/app/rule_loading.h"
#include "engine/app/stop_signal.h"
#include "engine/base/status.h"
#include "engine/lab/backtest_collector.h"
#include "engine/lab/backtest_expectation.h"
#include "engine/lab/backtest_report.h"

namespace vigla {
namespace {

// Bodies as a live instance would publish them: alerts.ndjson and alerts.shadow.ndjson.
class AlertFiles {
 public:
  absl::Status Open(const std::filesystem::path& folder) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    live_.open(folder / "alerts.ndjson", std::ios::binary);
    shadow_.open(folder / "alerts.shadow.ndjson", std::ios::binary);
    return Check();
  }
  absl::Status Write(const OutputEpoch& epoch) {
    for (const OutputRecord& record : epoch.records) {
      if (record.topic == OutputTopic::kAlerts) live_ << record.value << '\n';
      if (record.topic == OutputTopic::kAlertsShadow) shadow_ << record.value << '\n';
    }
    return Check();
  }
  absl::Status Close() {
    live_.close();
    shadow_.close();
    return Check();
  }

 private:
  absl::Status Check() const {
    if (live_ && shadow_) return absl::OkStatus();
    return MakeError(absl::StatusCode::kPermissionDenied, "can't write the folder's alerts");
  }
  std::ofstream live_, shadow_;
};

absl::Status WriteFolder(const std::filesystem::path& folder, const BacktestFigures& figures) {
  RETURN_IF_ERROR(
      WriteWholeFile((folder / "backtest.json").string(), BacktestJson(figures)));
  RETURN_IF_ERROR(
      WriteWholeFile((folder / "backtest.html").string(), BacktestHtml(figures)));
  for (const NamedText& csv : BacktestCsv(figures)) {
    RETURN_IF_ERROR(WriteWholeFile((folder / csv.name).string(), csv.text));
  }
  return absl::OkStatus();
}

void Print(const BacktestFigures& figures, const std::string& format) {
  if (format == "json") {
    std::fputs(BacktestJson(figures).c_str(), stdout);
  } else if (format == "csv") {
    std::fputs(BacktestCsv(figures)[0].text.c_str(), stdout);
  } else {
    std::fputs(BacktestText(figures).c_str(), stdout);
  }
}

absl::StatusOr<int> Backtest(const Settings& settings, const BacktestCommandOptions& options) {
  std::vector<BacktestExpectation> expectations;
  if (!options.expect.empty()) {
    ASSIGN_OR_RETURN(const std::string text, ReadWholeFile(options.expect));
    ASSIGN_OR_RETURN(expectations, ParseExpectations(options.expect, text));
  }
  BacktestLabels labels;
  if (!options.labels.empty()) {
    ASSIGN_OR_RETURN(const std::string text, ReadWholeFile(options.labels));
    ASSIGN_OR_RETURN(labels, BacktestLabels::Parse(text));
  }
  ASSIGN_OR_RETURN(const RecordedRunOptions run, MakeRecordedRunOptions(settings));
  ASSIGN_OR_RETURN(const std::shared_ptr<const RuleSet> rule_set,
                   LoadRecordedRules(WithTuning(settings.List("rules.paths"), settings), run));
  ASSIGN_OR_RETURN(const RecordedInput input, OpenRecordedInput(settings, options.inputs));

  BacktestCollector collector(*rule_set, options.labels.empty() ? nullptr : &labels,
                              run.pipeline.identity_key, run.pipeline.lanes);
  RecordedRunPorts ports;
  ports.observer = &collector;
  AlertFiles alerts;
  if (!options.output.empty()) {
    RETURN_IF_ERROR(alerts.Open(options.output));
    ports.outputs = [&](const OutputEpoch& epoch) { return alerts.Write(epoch); };
  }
  ASSIGN_OR_RETURN(const RecordedRunTotals totals, JudgeRecorded(input, rule_set, run, ports));
  const BacktestFigures figures = collector.Finish(totals, input.source->topics());
  if (!options.output.empty()) {
    RETURN_IF_ERROR(alerts.Close());
    RETURN_IF_ERROR(WriteFolder(options.output, figures));
  }
  if (!options.html.empty()) {
    RETURN_IF_ERROR(WriteWholeFile(options.html, BacktestHtml(figures)));
  }
  Print(figures, options.format);
  const std::vector<std::string> missed = MissedExpectations(expectations, figures);
  for (const std::string& sentence : missed) {
    std::fprintf(stderr, "expectation missed: %s\n", sentence.c_str());
  }
  return missed.empty() ? static_cast<int>(kExitOk) : static_cast<int>(kExitFindings);
}

}  // namespace

int BacktestCommand(const Settings& settings, const BacktestCommandOptions& options) {
  CatchStopSignals();
  const absl::StatusOr<int> code = Backtest(settings, options);
  if (code.ok()) return *code;
  std::fprintf(stderr, "vigla backtest: %s\n", std::string(code.status().message()).c_str());
  return ExitCodeOf(code.status());
}

}  // namespace vigla
