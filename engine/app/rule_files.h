// Rule files read as one set: never a set of which somebody has replaced a half. Cold.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/diagnostic.h"
#include "engine/rule/loader.h"

namespace vigla {

struct RuleFileSet {
  std::vector<std::string> paths;  // packs, or folders of them
  LoadOptions options;
};

// As LoadRuleSet. A set that loads counts only if its manifest (names and digests of all files,
// folders' times) is the same after loading; else, and where it does not load, it is read again
// after a pause, a few times. nullptr, and the last reading's findings, if none was sound.
// `keep_on` is asked before each further reading.
std::shared_ptr<const RuleSet> LoadSettledRuleSet(const RuleFileSet& files,
                                                  const std::function<bool()>& keep_on,
                                                  Diagnostics* diagnostics);

}  // namespace vigla
