// CloudEvents headers, so that routers need not read bodies (interfaces.md, 3). Warm.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/pipeline/alert_body.h"

namespace vigla {

using RecordHeaders = std::vector<std::pair<std::string, std::string>>;

// For records about an epoch as a whole; `schema` such as "audit.v1".
RecordHeaders OutputHeaders(std::string_view schema, std::string_view rule_set, uint64_t epoch,
                            std::string_view instance);
// For an alert: also its id, time, severity and the trace of its transaction. Replaces *headers,
// in the memory of what they were.
void SetAlertHeaders(const LegResult& result, const AlertSummary& summary,
                     std::string_view instance, RecordHeaders* headers);

}  // namespace vigla
