// Pipeline options from settings. Cold.
#pragma once

#include "engine/app/setting.h"
#include "engine/pipeline/options.h"

namespace vigla {

PipelineOptions MakePipelineOptions(const Settings& settings);

}  // namespace vigla
