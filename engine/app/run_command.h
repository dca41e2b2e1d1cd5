// `vigla run`: from settings to a pipeline at work, through every restart, to an exit code. Cold.
#pragma once

#include "engine/app/instance_ports.h"
#include "engine/app/setting.h"

namespace vigla {

// `until_end`: stop at the input's end as found at the start (files: always). `exchange` may be
// empty.
int RunCommand(const Settings& settings, bool until_end, const ExchangePorts& exchange);

}  // namespace vigla
