// An instance's state brought up to the end of its journal, beside it, by its own recovery. Cold.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "engine/ledger/store.h"
#include "engine/pipeline/options.h"
#include "engine/pipeline/ports.h"
#include "engine/rule/loader.h"

namespace vigla {

struct RecoveryInputs {
  // Read by ReadRun alone: no group is joined, no position moved.
  Source* source = nullptr;
  // Not opened: its logs are read, and nothing is fenced, settled or committed.
  Output* outputs = nullptr;
  // Has the state as it was at some moment; written to, so an overlay where it must stay.
  Store* store = nullptr;
  std::function<void(std::string_view message)> log;
};

// Judges again, muted and held against the audit trail, what `store` lacks of the journal as it is
// now; afterwards it has all of that. The number of records that took. `rule_set` is
// one of the instance's own. FailedPrecondition where what was published is not what comes out.
absl::StatusOr<uint64_t> RecoverBeside(const RecoveryInputs& inputs,
                                       std::shared_ptr<const RuleSet> rule_set,
                                       const PipelineOptions& options,
                                       const LoadOptions& load_options);

}  // namespace vigla
