// Plans, runs and prints a tuning. Cold.
#include "engine/app/tune_command.h"

#include <cstdio>
#include <optional>
#include <string_view>

#include "absl/strings/str_split.h"
#include "engine/app/exit_code.h"
#include "engine/app/progress_bar.h"
#include "engine/app/recorded_input.h"
#include "engine/app/rule_loading.h"
#include "engine/app/stop_signal.h"
#include "engine/base/status.h"
#include "engine/lab/backtest_labels.h"
#include "engine/lab/tuning_plan.h"
#include "engine/lab/tuning_report.h"

namespace vigla {
namespace {

absl::Status Invalid(std::string_view message) {
  return MakeError(absl::StatusCode::kInvalidArgument, message);
}

int Fail(const absl::Status& status) {
  std::fprintf(stderr, "vigla tune: %s\n", std::string(status.message()).c_str());
  if (absl::IsInvalidArgument(status)) return kExitUsage;
  return absl::IsFailedPrecondition(status) ? static_cast<int>(kExitConfiguration)
                                            : ExitCodeOf(status);
}

absl::StatusOr<std::optional<BacktestLabels>> ReadLabels(const std::string& path) {
  if (path.empty()) return std::optional<BacktestLabels>();
  ASSIGN_OR_RETURN(const std::string text, ReadWholeFile(path));
  ASSIGN_OR_RETURN(BacktestLabels labels, BacktestLabels::Parse(text));
  return std::optional(std::move(labels));
}

absl::StatusOr<TuningOptions> MakeOptions(const TuneCommandOptions& options,
                                          const std::optional<BacktestLabels>& labels) {
  TuningOptions tuning;
  tuning.rule = options.rule;
  tuning.parameter = options.parameter;
  tuning.values = options.values;
  tuning.samples = options.samples;
  if (!options.from.empty()) tuning.least = options.from;
  if (!options.to.empty()) tuning.greatest = options.to;
  for (const std::string& window : options.windows) {
    const size_t equals = window.find('=');
    if (equals == std::string::npos) {
      return Invalid("--window takes FEATURE=LENGTH,LENGTH…, such as spent=1h,6h,24h");
    }
    tuning.windows.emplace_back(
        window.substr(0, equals),
        std::vector<std::string>(absl::StrSplit(window.substr(equals + 1), ',')));
  }
  if (labels) tuning.labels = &*labels;
  return tuning;
}

absl::StatusOr<TuningReport> Run(const Settings& settings, const TuningPlan& plan,
                                 const std::vector<std::string>& inputs) {
  ASSIGN_OR_RETURN(const RecordedInput input, OpenRecordedInput(settings, inputs));
  ASSIGN_OR_RETURN(const RecordedRunOptions run, MakeRecordedRunOptions(settings));
  RecordedRunPorts ports;
  ports.source = input.source.get();
  ports.is_stopped = StopRequested;
  ProgressBar bar;
  ports.progress = [&](const RecordedRunProgress& progress) {
    bar.Show(progress.records, progress.bytes, input.bytes, progress.alerts);
  };
  return RunTuning(plan, run, ports);
}

int Print(const TuningReport& report, const TuneCommandOptions& options) {
  const std::string text = options.format == "json"  ? TuningJson(report)
                           : options.format == "csv" ? TuningCsv(report)
                                                     : TuningText(report);
  std::fwrite(text.data(), 1, text.size(), stdout);
  if (options.html.empty()) return kExitOk;
  const absl::Status written = WriteWholeFile(options.html, TuningHtml(report));
  return written.ok() ? static_cast<int>(kExitOk) : Fail(written);
}

}  // namespace

int TuneCommand(const Settings& settings, const TuneCommandOptions& options) {
  if (settings.List("rules.paths").empty()) return Fail(Invalid("name packs with --rules"));
  const KeyedHasher hasher(settings.Text("engine.identity_key"));
  const auto load = MakeLoadOptions(settings, &hasher);
  if (!load.ok()) return Fail(load.status());
  const auto labels = ReadLabels(options.labels);
  if (!labels.ok()) return Fail(labels.status());
  const auto tuning = MakeOptions(options, *labels);
  if (!tuning.ok()) return Fail(tuning.status());
  Diagnostics diagnostics;
  const auto plan =
      PlanTuning(WithTuning(settings.List("rules.paths"), settings), *load, *tuning, &diagnostics);
  if (diagnostics.HasErrors()) PrintDiagnostics(diagnostics);
  if (!plan.ok()) return Fail(plan.status());
  const auto report = Run(settings, **plan, options.inputs);
  if (!report.ok()) return Fail(report.status());
  std::fprintf(stderr, "%.1f s, %.0f records/s\n", report->totals.seconds,
               static_cast<double>(report->totals.records) / report->totals.seconds);
  return Print(*report, options);
}

}  // namespace vigla
