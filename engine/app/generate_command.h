// `vigla generate`: the reference stream to a file or stdout, its labels beside it. Cold.
#pragma once

#include <string>

#include "engine/lab/workload.h"

namespace vigla {

// `output` and `labels` are paths; an empty `output` is stdout, an empty `labels` drops them.
int GenerateCommand(const WorkloadOptions& options, const std::string& output,
                    const std::string& labels);

}  // namespace vigla
