// What a word of a pack means, and where it is declared. Cold.
#pragma once

#include <optional>
#include <string>

#include "engine/lsp/pack_outline.h"
#include "engine/rule/rule_set.h"

namespace vigla {

struct Hover {
  std::string text;  // Markdown
  size_t begin = 0, end = 0;
};

// `rule_set` is the last one that the document loaded as, or nullptr: it knows types.
std::optional<Hover> HoverAt(const TextDocument& document, size_t offset,
                             const RuleSet* rule_set);

// The declaration of the macro, list, parameter, feature, rule, or test (`like:`) at the place, as
// [begin, end) of its name.
std::optional<std::pair<size_t, size_t>> DefinitionAt(const TextDocument& document,
                                                      size_t offset);
// The same of a word, wherever it stands.
std::optional<std::pair<size_t, size_t>> DefinitionOf(const TextDocument& document,
                                                      std::string_view word);

}  // namespace vigla
