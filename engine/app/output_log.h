// An instance's own outputs as logs, from its folder, beside it. Cold.
#pragma once

#include <memory>
#include <string>

#include "engine/audit/verifier.h"
#include "engine/pipeline/ports.h"

namespace vigla {

// The NDJSON file of a topic in a folder of outputs; nullptr if there is none.
std::unique_ptr<LogReader> OpenFolderLog(const std::string& folder, OutputTopic topic);

}  // namespace vigla
