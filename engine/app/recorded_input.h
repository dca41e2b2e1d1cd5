// What lab commands read and judge by: files or a Kafka range, rules, and options of a run. Cold.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/app/setting.h"
#include "engine/lab/recorded_run.h"

namespace vigla {

struct RecordedInput {
  std::unique_ptr<Source> source;
  uint64_t bytes = 0;  // of files, for progress; 0: unknown
};

// NDJSON files, read one after the other, or one `kafka:TOPIC@FROM..TO` by the settings' broker.
absl::StatusOr<RecordedInput> OpenRecordedInput(const Settings& settings,
                                                const std::vector<std::string>& inputs);

// Lanes, cache and ledger bounds of the settings; lanes as cores allow where none are set.
absl::StatusOr<RecordedRunOptions> MakeRecordedRunOptions(const Settings& settings);

// Findings go to stderr; InvalidArgument if the rules are refused.
absl::StatusOr<std::shared_ptr<const RuleSet>> LoadRecordedRules(
    const std::vector<std::string>& paths, const RecordedRunOptions& options);

// Judges the input with the rules, showing progress and heeding SIGINT and SIGTERM; then says on
// stderr how fast it was.
absl::StatusOr<RecordedRunTotals> JudgeRecorded(const RecordedInput& input,
                                                std::shared_ptr<const RuleSet> rule_set,
                                                const RecordedRunOptions& options,
                                                RecordedRunPorts ports);

// A whole file, or NotFound.
absl::StatusOr<std::string> ReadWholeFile(const std::string& path);
absl::Status WriteWholeFile(const std::string& path, std::string_view text);

}  // namespace vigla
