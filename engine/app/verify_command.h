// `vigla verify audit`: proves an audit trail from the published logs alone. Cold.
#pragma once

#include <string>

#include "engine/app/setting.h"

namespace vigla {

// `folder`: of NDJSON outputs; empty: the topics of the settings. Exit 0: proved; 76: not.
int VerifyAuditCommand(const Settings& settings, const std::string& folder, bool as_json);

}  // namespace vigla
