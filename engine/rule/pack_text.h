// Packs as an editor has them, before they are saved. Cold.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/rule/loader.h"
#include "engine/rule/yaml_tree.h"

namespace vigla {

// By the path that the loader finds a file under.
using UnsavedTexts = std::map<std::string, std::string>;

// As LoadRuleSet, but the text of a file named in `unsaved` is taken from there, whether the file
// is there or not. The findings are the same to the byte that LoadRuleSet would have once the
// texts were saved.
std::shared_ptr<const RuleSet> LoadUnsavedRuleSet(const std::vector<std::string>& paths,
                                                  const UnsavedTexts& unsaved,
                                                  const LoadOptions& options,
                                                  Diagnostics* diagnostics);
// The same of LoadPackDocument.
std::unique_ptr<YamlDocument> LoadUnsavedDocument(const std::string& path,
                                                  const UnsavedTexts& unsaved,
                                                  Diagnostics* diagnostics);
// Whether there is such a file, or will be.
bool IsThere(const std::string& path, const UnsavedTexts& unsaved);

}  // namespace vigla
