// What the language server knows of a document, in the protocol's JSON. Cold.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/base/diagnostic.h"
#include "engine/lsp/text_document.h"
#include "engine/rule/rule_set.h"

namespace vigla {

// Each is the value of a response's `result`, or of the named member. Offsets are in bytes.
std::string DiagnosticsJson(const TextDocument& document, const Diagnostics& findings);
std::string CompletionJson(const TextDocument& document, size_t offset);
// `rule_set` may be nullptr.
std::string HoverJson(const TextDocument& document, size_t offset, const RuleSet* rule_set);
// Nothing where the document does not declare the word.
std::optional<std::string> DefinitionJson(const std::string& uri, const TextDocument& document,
                                          size_t offset);
std::optional<std::string> DefinitionOfWordJson(const std::string& uri,
                                                const TextDocument& document,
                                                std::string_view word);
std::string_view WordTextAt(const TextDocument& document, size_t offset);
std::string SymbolsJson(const TextDocument& document);
// One above each test that runs it, and above all one that runs all; none where there are no
// tests. `has_more`: there are tests in another file.
inline constexpr std::string_view kRunTestsCommand = "vigla.runTests";  // (URI, name or none)
std::string LensesJson(const std::string& uri, const TextDocument& document, bool has_more);
// Quick fixes of the findings that touch the range and say what to write instead.
std::string ActionsJson(const std::string& uri, const TextDocument& document,
                        const Diagnostics& findings, const TextRange& range);

}  // namespace vigla
