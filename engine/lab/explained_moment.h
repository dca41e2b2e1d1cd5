// One record judged on a state by the engine's own stages, outside of any pipeline. Cold.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "engine/pipeline/leg_observer.h"
#include "engine/pipeline/options.h"
#include "engine/pipeline/ports.h"

namespace vigla {

// A moment in the total order: everything before `sequence` was taken, the record is next.
struct ExplainedMoment {
  PipelineOptions options;
  const KeyedHasher* hasher = nullptr;
  std::vector<std::string> topics;  // the source's names, by index
  std::shared_ptr<const RuleSet> rule_set;
  RecordedSince since;
  Sequence sequence;
  InputRecord record;  // its bytes must outlive the call
  // The ledgers, with no effect of a record at or after `sequence`. It is not written to.
  Store* store = nullptr;
  // Called for each leg before any is applied, so that `store` may be filled by then; optional.
  std::function<absl::Status(const Leg& leg)> prepare;
};

struct MomentVerdict {
  AuditVerdict verdict = AuditVerdict::kValid;
  std::vector<std::string> deciding_rules;
  std::string rejection;  // of an unreadable record: what is wrong with it
};

// Intake, then every leg before the rules, in leg order; `observer` sees each leg as a lane's
// would. A rejected transaction's legs are shown too: they enter no ledger.
absl::StatusOr<MomentVerdict> JudgeAtMoment(const ExplainedMoment& moment, LegObserver* observer);

}  // namespace vigla
