// A whole pipeline on the caller's thread, from the source's first record to its last. Cold.
#pragma once

#include <memory>

#include "absl/status/status.h"
#include "engine/pipeline/options.h"
#include "engine/pipeline/pipeline.h"
#include "engine/rule/loader.h"

namespace vigla {

// `ports.clock` and `ports.log` are overridden: time matters to nobody, and there is nobody to
// tell. The source must end. Statuses are the pipeline's own; Internal if it gave up.
absl::Status RunHere(const PipelineOptions& options, const LoadOptions& load, PipelinePorts ports,
                     std::shared_ptr<const RuleSet> rule_set);

}  // namespace vigla
