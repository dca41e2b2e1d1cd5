// The group's committed offsets, read when no transaction hangs over them. Cold.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "connectors/kafka/client.h"
#include "engine/pipeline/ports.h"

namespace vigla {

// Partitions without a committed offset are left out. Unavailable if the offsets stay unstable, or
// no coordinator answers, for `patience_ms`.
absl::StatusOr<std::vector<InputPosition>> ReadCommittedOffsets(
    std::shared_ptr<const ClientContext> context, const std::vector<std::string>& topics,
    int patience_ms);

}  // namespace vigla
