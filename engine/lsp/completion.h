// What may be typed at a place of a pack, with words about each. Cold.
#pragma once

#include <string>
#include <vector>

#include "engine/lsp/pack_outline.h"

namespace vigla {

// Numbers of the protocol.
enum class CompletionKind : int {
  kFunction = 3,
  kField = 5,
  kVariable = 6,  // parameters, lists
  kProperty = 10,
  kEnumMember = 20,
  kConstant = 21,  // features
  kSnippet = 15,   // macros
};

struct Completion {
  std::string label;
  std::string insert;  // the text to insert; the label if empty
  std::string detail;  // type, in a word
  std::string about;
  CompletionKind kind = CompletionKind::kProperty;
  bool fits_best = false;  // offered before the others
};

// In the order of the tables and of the pack.
std::vector<Completion> CompletionsAt(const TextDocument& document, size_t offset);

// Values that a channel often has; the vocabulary is open.
const std::vector<std::string_view>& UsualChannels();

}  // namespace vigla
