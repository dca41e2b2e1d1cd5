// The codes of findings in rule tests: in the one table of all codes. Cold.
#pragma once

#include "engine/rule/diagnostic_codes.h"
