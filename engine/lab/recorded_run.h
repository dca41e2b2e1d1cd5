// A rule set over recorded input on the live path: the pipeline itself, with nothing behind it.
// Cold; what it drives is hot.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "engine/pipeline/leg_observer.h"
#include "engine/pipeline/options.h"
#include "engine/pipeline/ports.h"
#include "engine/rule/loader.h"

namespace vigla {

struct RecordedRunProgress {
  uint64_t records = 0;
  uint64_t bytes = 0;
  uint64_t alerts = 0;
};

struct RecordedRunOptions {
  // Lanes, cache, identity key and ledger bounds as of a live instance. What concerns commits
  // (interval, write-back delay, disk gate) is overridden: nobody waits for them.
  PipelineOptions pipeline;
  LoadOptions load;
  // The state's own folder is made in here and removed at the end; "": the system's folder for
  // temporary files. Memory is bounded by `pipeline.cache_bytes` whatever the input.
  std::string scratch_folder;
};

// Only the source is required.
struct RecordedRunPorts {
  Source* source = nullptr;         // must end (PollState::kEnd); outlives the run
  LegObserver* observer = nullptr;  // called on the lanes' threads
  // Every epoch's outputs, in order, on one thread: the very bytes that a live instance would
  // have published. A status other than OK ends the run with it.
  std::function<absl::Status(const OutputEpoch&)> outputs;
  // About ten times a second, on a thread of its own, and once at the end.
  std::function<void(const RecordedRunProgress&)> progress;
  // Asked as often as progress is shown; true ends the run early, with Cancelled.
  std::function<bool()> is_stopped;
};

// Records that were refused for one reason.
struct RefusedRecords {
  uint64_t records = 0;
  std::string first;  // where the first of them came from: input, partition and offset
};

struct RecordedRunTotals {
  uint64_t records = 0;
  uint64_t bytes = 0;
  uint64_t valid = 0, flagged = 0, rejected = 0, unreadable = 0;  // records by verdict
  uint64_t legs = 0;
  uint64_t alerts = 0, shadow_alerts = 0;
  std::map<std::string, uint64_t> unknown;  // rule -> legs on which its condition was unknown
  std::map<std::string, RefusedRecords> refused;  // by what their sender would read
  double seconds = 0;                       // from the first poll to the last result
};

// How many records were refused and why, a line a reason, most first; "" if none was.
std::string RefusedText(const RecordedRunTotals& totals);

// Judges the whole source from its earliest record on. Statuses are the source's, the store's
// and the pipeline's own.
absl::StatusOr<RecordedRunTotals> RunRecorded(std::shared_ptr<const RuleSet> rule_set,
                                              const RecordedRunOptions& options,
                                              const RecordedRunPorts& ports);

}  // namespace vigla
