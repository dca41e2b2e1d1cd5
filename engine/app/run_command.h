// `vigla run`: from settings to a pipeline at work, through every restart, to an exit code. Cold.
#pragma once

#include "engine/app/setting.h"

namespace vigla {

// `until_end`: stop at the input's end as found at the start (files: always).
int RunCommand(const Settings& settings, bool until_end);

}  // namespace vigla
