// Stages in turn, until all is committed. Cold.
#include "engine/lab/run_here.h"

#include <string_view>
#include <utility>

#include "engine/base/clock.h"
#include "engine/base/status.h"

namespace vigla {

absl::Status RunHere(const PipelineOptions& options, const LoadOptions& load, PipelinePorts ports,
                     std::shared_ptr<const RuleSet> rule_set) {
  const SystemClock clock;
  ports.clock = &clock;
  ports.log = [](std::string_view) {};
  Pipeline pipeline(options, load, std::move(ports), std::move(rule_set));
  RETURN_IF_ERROR(pipeline.Open());
  size_t turn = 0;
  ASSIGN_OR_RETURN(const PipelineOutcome outcome,
                   pipeline.RunStepwise([&turn](size_t stages) { return turn++ % stages; }));
  if (outcome == PipelineOutcome::kFinished) return absl::OkStatus();
  return MakeError(absl::StatusCode::kInternal, "the pipeline gave up half-way");
}

}  // namespace vigla
