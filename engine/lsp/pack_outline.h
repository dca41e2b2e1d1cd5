// What a pack's text declares and where, read line by line so that half-typed ones do too. Cold.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/lsp/text_document.h"
#include "engine/rule/pack_keys.h"

namespace vigla {

// A name, or a rule or test, where it is declared.
struct OutlineEntry {
  std::string section;     // "parameters", "features", "rules", "tests", …
  std::string name;
  std::string definition;  // what stands behind the colon, its lines joined by blanks
  size_t begin = 0;        // of the name, in bytes
  size_t end = 0;
  int last_line = 0;       // of all that belongs to it
};

std::vector<OutlineEntry> OutlineOf(const TextDocument& document);
// nullptr if the name is not declared. Rules and tests are no names.
const OutlineEntry* FindDeclared(const std::vector<OutlineEntry>& outline, std::string_view name);

// What is expected at a place in the text.
struct CursorContext {
  enum class Kind : uint8_t { kNothing, kKey, kValue, kExpression };
  Kind kind = Kind::kNothing;
  PackNode node = PackNode::kPack;  // kKey: of which map
  const KeyInfo* key = nullptr;     // kValue, kExpression: whose value
  std::string key_text;             // as written, known or not
  bool in_where = false;
  std::string before;               // of the value or expression, up to the place
};

CursorContext ContextAt(const TextDocument& document, size_t offset);

// The word of letters, digits, _ and . around or right before a place, as [begin, end).
std::pair<size_t, size_t> WordAround(std::string_view text, size_t offset);

}  // namespace vigla
