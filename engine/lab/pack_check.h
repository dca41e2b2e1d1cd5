// All that can be said about packs and their tests without running them. Cold.
// What it finds in packs is what the loader finds, to the byte: there is one validation.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/base/diagnostic.h"
#include "engine/lab/rule_test.h"
#include "engine/rule/pack_text.h"

namespace vigla {

// The loader's findings, those of the tests in the packs and beside them, and warnings of rules
// that no test proves; sorted, each once. nullptr if a pack has an error.
std::shared_ptr<const RuleSet> CheckPacks(const std::vector<std::string>& paths,
                                          const LoadOptions& options, Diagnostics* diagnostics);
// The same once the texts of an editor are saved.
std::shared_ptr<const RuleSet> CheckUnsavedPacks(const std::vector<std::string>& paths,
                                                 const UnsavedTexts& unsaved,
                                                 const LoadOptions& options,
                                                 Diagnostics* diagnostics);

// The tests in a pack or in a file of tests, with every finding about them: the one reading that
// checking and testing share.
std::vector<RuleTest> ReadTestsOf(const YamlDocument& document, const RuleSet& rule_set,
                                  Diagnostics* diagnostics);

}  // namespace vigla
