// All that can be said about packs and their tests without running them. Cold.
// What it finds in packs is what the loader finds, to the byte: there is one validation.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/base/diagnostic.h"
#include "engine/rule/loader.h"

namespace vigla {

// The loader's findings, those of the tests in the packs and beside them, and warnings of rules
// that no test proves; sorted, each once. nullptr if a pack has an error.
std::shared_ptr<const RuleSet> CheckPacks(const std::vector<std::string>& paths,
                                          const LoadOptions& options, Diagnostics* diagnostics);

// The file of tests beside a pack, if there is one; "" otherwise.
std::string TestFileBeside(const std::string& pack);

}  // namespace vigla
