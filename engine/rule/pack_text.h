// Packs as an editor has them, before they are saved. Cold.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/rule/loader.h"

namespace vigla {

// As LoadRuleSet, but the text of a file named in `unsaved` (by the path that the loader finds it
// under) is taken from there, whether the file is there or not. The findings are the same to the
// byte that LoadRuleSet would have once the texts were saved.
std::shared_ptr<const RuleSet> LoadUnsavedRuleSet(const std::vector<std::string>& paths,
                                                  const std::map<std::string, std::string>& unsaved,
                                                  const LoadOptions& options,
                                                  Diagnostics* diagnostics);

}  // namespace vigla
