// Two runs over one input. Cold.
#include "engine/app/compare_command.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <iterator>

#include "engine/app/exit_code.h"
#include "engine/app/recorded_input.h"
#include "engine/app/rule_loading.h"
#include "engine/app/stop_signal.h"
#include "engine/base/status.h"
#include "engine/lab/comparison.h"

namespace vigla {
namespace {

using AddAlert = absl::Status (Comparer::*)(std::string_view body);

// One of the two rule sets, by the files it is of.
struct Side {
  std::vector<std::string> paths;
  AddAlert add;
};

Side MakeSide(const Settings& settings, const std::string& rules,
              const std::vector<std::string>& tuning, AddAlert add) {
  if (tuning.empty()) return {WithTuning({rules}, settings), add};
  Side side = {{rules}, add};
  std::copy_if(tuning.begin(), tuning.end(), std::back_inserter(side.paths),
               [](const std::string& path) { return !path.empty(); });
  return side;
}

absl::StatusOr<std::string> JudgeInto(const Settings& settings,
                                      const std::vector<std::string>& inputs, const Side& side,
                                      Comparer* comparer, uint64_t* records) {
  ASSIGN_OR_RETURN(const RecordedRunOptions run, MakeRecordedRunOptions(settings));
  ASSIGN_OR_RETURN(const std::shared_ptr<const RuleSet> rule_set,
                   LoadRecordedRules(side.paths, run));
  ASSIGN_OR_RETURN(const RecordedInput input, OpenRecordedInput(settings, inputs));
  RecordedRunPorts ports;
  ports.outputs = [&](const OutputEpoch& epoch) -> absl::Status {
    for (const OutputRecord& record : epoch.records) {
      if (record.topic != OutputTopic::kAlerts) continue;
      RETURN_IF_ERROR((comparer->*side.add)(record.value));
    }
    return absl::OkStatus();
  };
  ASSIGN_OR_RETURN(const RecordedRunTotals totals, JudgeRecorded(input, rule_set, run, ports));
  *records = totals.records;
  return rule_set->FingerprintText();
}

absl::Status Compare(const Settings& settings, const CompareCommandOptions& options) {
  Comparer comparer(static_cast<size_t>(options.examples));
  uint64_t before_records = 0, after_records = 0;
  ASSIGN_OR_RETURN(
      std::string before,
      JudgeInto(settings, options.inputs,
                MakeSide(settings, options.before, options.before_tuning, &Comparer::AddBefore),
                &comparer, &before_records));
  ASSIGN_OR_RETURN(std::string after, JudgeInto(settings, options.inputs,
                                                MakeSide(settings, options.after,
                                                         options.after_tuning, &Comparer::AddAfter),
                                                &comparer, &after_records));
  if (before_records != after_records) {
    return MakeError(absl::StatusCode::kUnavailable,
                     "the input has grown between the two runs; give it an end");
  }
  Comparison comparison = comparer.Finish();
  comparison.before_rule_set = std::move(before);
  comparison.after_rule_set = std::move(after);
  comparison.records = after_records;
  if (!options.output.empty()) {
    const std::filesystem::path folder(options.output);
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    const std::pair<const char*, std::string> files[] = {
        {"comparison.json", ComparisonJson(comparison)},
        {"comparison.html", ComparisonHtml(comparison)},
        {"rules.csv", ComparisonCsv(comparison)},
        {"examples.csv", ComparisonExamplesCsv(comparison)}};
    for (const auto& [name, text] : files) {
      RETURN_IF_ERROR(WriteWholeFile((folder / name).string(), text));
    }
  }
  if (!options.html.empty()) {
    RETURN_IF_ERROR(WriteWholeFile(options.html, ComparisonHtml(comparison)));
  }
  const std::string text = options.format == "json"  ? ComparisonJson(comparison)
                           : options.format == "csv" ? ComparisonCsv(comparison)
                                                     : ComparisonText(comparison);
  std::fputs(text.c_str(), stdout);
  return absl::OkStatus();
}

}  // namespace

int CompareCommand(const Settings& settings, const CompareCommandOptions& options) {
  CatchStopSignals();
  const absl::Status status = Compare(settings, options);
  if (status.ok()) return kExitOk;
  std::fprintf(stderr, "vigla compare: %s\n", std::string(status.message()).c_str());
  return ExitCodeOf(status);
}

}  // namespace vigla
