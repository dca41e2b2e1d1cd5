// Sources for lab commands, and the run with its progress. Cold.
#include "engine/app/recorded_input.h"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "connectors/file/file_source.h"
#include "connectors/kafka/range_source.h"
#include "engine/app/kafka_hooks.h"
#include "engine/app/pipeline_settings.h"
#include "engine/app/progress_bar.h"
#include "engine/app/rule_loading.h"
#include "engine/app/stop_signal.h"
#include "engine/base/status.h"

namespace vigla {
namespace {

constexpr std::string_view kKafkaPrefix = "kafka:";

}  // namespace

absl::StatusOr<RecordedInput> OpenRecordedInput(const Settings& settings,
                                                const std::vector<std::string>& inputs) {
  RecordedInput input;
  if (inputs.empty()) {
    return MakeError(absl::StatusCode::kInvalidArgument, "no input: name it with --input");
  }
  if (inputs[0].starts_with(kKafkaPrefix)) {
    if (inputs.size() > 1) {
      return MakeError(absl::StatusCode::kInvalidArgument, "one Kafka range at a time");
    }
    ASSIGN_OR_RETURN(KafkaRange range,
                     ParseKafkaRange(std::string_view(inputs[0]).substr(kKafkaPrefix.size())));
    ASSIGN_OR_RETURN(const KafkaSettings kafka,
                     KafkaSettings::Create(settings.kafka(), settings.Text("output.prefix")));
    input.source = OpenKafkaRange(kafka, std::move(range), MakeKafkaHooks());
    return input;
  }
  ASSIGN_OR_RETURN(input.source, FileSource::Open(inputs));
  for (const std::string& path : inputs) {
    std::error_code error;
    const auto bytes = std::filesystem::file_size(path, error);
    if (!error) input.bytes += bytes;
  }
  return input;
}

absl::StatusOr<RecordedRunOptions> MakeRecordedRunOptions(const Settings& settings) {
  RecordedRunOptions options;
  options.pipeline = MakePipelineOptions(settings);
  // Whoever loads brings a hasher of the same key.
  ASSIGN_OR_RETURN(options.load, MakeLoadOptions(settings, nullptr));
  return options;
}

absl::StatusOr<std::shared_ptr<const RuleSet>> LoadRecordedRules(
    const std::vector<std::string>& paths, const RecordedRunOptions& options) {
  if (paths.empty()) {
    return MakeError(absl::StatusCode::kInvalidArgument, "no rules: name packs with --rules");
  }
  const KeyedHasher hasher(options.pipeline.identity_key);
  LoadOptions load = options.load;
  load.hasher = &hasher;
  Diagnostics diagnostics;
  std::shared_ptr<const RuleSet> rule_set = LoadRuleSet(paths, load, &diagnostics);
  diagnostics.Sort();
  PrintDiagnostics(diagnostics);
  if (rule_set == nullptr) {
    return MakeError(absl::StatusCode::kInvalidArgument, "the rules were refused");
  }
  return rule_set;
}

absl::StatusOr<RecordedRunTotals> JudgeRecorded(const RecordedInput& input,
                                                std::shared_ptr<const RuleSet> rule_set,
                                                const RecordedRunOptions& options,
                                                RecordedRunPorts ports) {
  ProgressBar bar;
  ports.source = input.source.get();
  ports.is_stopped = StopRequested;
  ports.progress = [&](const RecordedRunProgress& progress) {
    bar.Show(progress.records, progress.bytes, input.bytes, progress.alerts);
  };
  ASSIGN_OR_RETURN(RecordedRunTotals totals, RunRecorded(std::move(rule_set), options, ports));
  std::fprintf(stderr, "judged %llu records in %.2f s: %.0f a second\n",
               static_cast<unsigned long long>(totals.records), totals.seconds,
               totals.seconds > 0 ? static_cast<double>(totals.records) / totals.seconds : 0.0);
  return totals;
}

absl::StatusOr<std::string> ReadWholeFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (!file || !(text << file.rdbuf())) {
    // An empty file sets failbit too.
    std::error_code error;
    if (std::filesystem::is_regular_file(path, error) &&
        std::filesystem::file_size(path, error) == 0) {
      return std::string();
    }
    return MakeError(absl::StatusCode::kNotFound, "can't read " + path);
  }
  return text.str();
}

absl::Status WriteWholeFile(const std::string& path, std::string_view text) {
  std::ofstream file(path, std::ios::binary);
  file.write(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.flush()) return absl::OkStatus();
  return MakeError(absl::StatusCode::kPermissionDenied, "can't write " + path);
}

}  // namespace vigla
