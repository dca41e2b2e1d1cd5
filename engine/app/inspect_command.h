// `vigla inspect account ID`: a subject's totals from the state. Cold.
#pragma once

#include <string>

#include "engine/app/setting.h"

namespace vigla {

// `kind` is a subject kind's name. Reads a stopped or a running instance's state, read-only.
// `as_json`: one object; otherwise a table. Exit 66 if the subject is unknown.
int InspectCommand(const Settings& settings, const std::string& kind, const std::string& id,
                   const std::string& tenant, bool as_json);

}  // namespace vigla
