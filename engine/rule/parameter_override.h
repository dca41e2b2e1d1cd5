// Values of parameters that come from elsewhere than their pack: a site's tuning, a sweep. Cold.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/base/diagnostic.h"
#include "engine/rule/pack.h"

namespace vigla {

// Takes the place of a parameter's `value`, as if the pack had said it: the same checks, in
// particular its min and max, and the same trace in the canonical body.
struct ParameterOverride {
  std::string parameter;  // "pack.parameter"
  std::string value;      // as YAML has it: "9000 EUR", "0.85", "3"
  SourcePosition at;      // where it was written: what is wrong with it is reported there
};

// Sets the values in the packs' trees. What is unknown, or set twice, is an error.
void ApplyOverrides(const std::vector<ParameterOverride>& overrides,
                    const std::vector<std::unique_ptr<Pack>>& packs, Diagnostics* diagnostics);

}  // namespace vigla
