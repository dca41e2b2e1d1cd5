// An instance's own outputs as logs, from its folder or its topics, beside it. Cold.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "engine/app/setting.h"
#include "engine/audit/verifier.h"
#include "engine/pipeline/ports.h"

namespace vigla {

// The NDJSON file of a topic in a folder of outputs; nullptr if there is none.
std::unique_ptr<LogReader> OpenFolderLog(const std::string& folder, OutputTopic topic);
// The log of the instance that the settings configure; nullptr if they name no folder and no
// broker, or the folder has no such file.
absl::StatusOr<std::unique_ptr<LogReader>> OpenOutputLog(const Settings& settings,
                                                         OutputTopic topic);

}  // namespace vigla
