// Whether two compiled conditions are one and the same question. Cold.
#pragma once

#include "engine/rule/program.h"

namespace vigla {

// False where it would be hard to tell: then the two are asked apart.
bool IsSameProgram(const Program& a, const Program& b);

}  // namespace vigla
