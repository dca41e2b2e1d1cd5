// What a pack's text declares and where. Cold.
#include "engine/lsp/pack_outline.h"

#include <algorithm>
#include <cctype>

namespace vigla {
namespace {

bool IsWordByte(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.';
}

std::string_view Trimmed(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") + 1 - begin);
}

std::string Unquoted(std::string_view text) {
  text = Trimmed(text);
  const bool is_quoted = text.size() >= 2 && (text.front() == '"' || text.front() == '\'') &&
                         text.back() == text.front();
  return std::string(is_quoted ? text.substr(1, text.size() - 2) : text);
}

// A comment begins at a # after a blank, outside of quotes.
std::string_view WithoutComment(std::string_view line) {
  char quote = 0;
  for (size_t i = 0; i < line.size(); ++i) {
    if (quote != 0) {
      if (line[i] == quote) quote = 0;
    } else if (line[i] == '"' || line[i] == '\'') {
      quote = line[i];
    } else if (line[i] == '#' && (i == 0 || line[i - 1] == ' ')) {
      return line.substr(0, i);
    }
  }
  return line;
}

// A line's shape: blanks, dashes of list items, and `key:` if it begins so.
struct LineShape {
  size_t content = 0;             // column behind blanks and dashes
  std::optional<size_t> dash;     // column of the first dash
  std::string_view key;           // "" if there is none
  size_t value = 0;               // column behind the colon
};

LineShape ShapeOf(std::string_view line) {
  LineShape shape;
  size_t at = 0;
  while (at < line.size()) {
    if (line[at] == ' ') {
      ++at;
    } else if (line[at] == '-' && (at + 1 == line.size() || line[at + 1] == ' ')) {
      if (!shape.dash) shape.dash = at;
      ++at;
    } else {
      break;
    }
  }
  shape.content = at;
  size_t end = at;
  while (end < line.size() && (IsWordByte(line[end]) || line[end] == '-')) ++end;
  if (end > at && end < line.size() && line[end] == ':' &&
      (end + 1 == line.size() || line[end + 1] == ' ')) {
    shape.key = line.substr(at, end - at);
    shape.value = end + 1;
  }
  return shape;
}

bool IsBlank(std::string_view line) { return Trimmed(WithoutComment(line)).empty(); }

bool DeclaresNames(std::string_view section) {
  return section == "parameters" || section == "lists" || section == "macros" ||
         section == "features";
}

// `- rule: ID`, `- {rule: ID, …}`, `- name: TEXT`: where the id stands in the line.
std::optional<std::pair<size_t, size_t>> ItemName(std::string_view section,
                                                  std::string_view line) {
  const LineShape shape = ShapeOf(line);
  if (!shape.dash) return std::nullopt;
  const std::string wanted = section == "rules" ? "rule:" : "name:";
  size_t at = shape.content;
  const bool is_flow = at < line.size() && line[at] == '{';
  if (is_flow) at = std::min(line.find_first_not_of(' ', at + 1), line.size());
  if (line.substr(at, wanted.size()) != wanted) return std::nullopt;
  const size_t begin = line.find_first_not_of(' ', at + wanted.size());
  if (begin == std::string_view::npos) return std::nullopt;
  size_t end = WithoutComment(line).find_last_not_of(' ') + 1;
  if (is_flow) end = std::min(end, line.find_first_of(",}", begin));
  return end > begin ? std::optional(std::pair(begin, end)) : std::nullopt;
}

// The keys around a line, outermost first, not counting its own.
std::vector<std::string> KeysAbove(const TextDocument& document, int line, size_t column) {
  std::vector<std::string> keys;
  size_t bound = column;
  for (int above = line - 1; above >= 0 && bound > 0; --above) {
    const std::string_view text = document.Line(above);
    if (IsBlank(text)) continue;
    const LineShape shape = ShapeOf(text);
    if (shape.content < bound && !shape.key.empty()) {
      keys.insert(keys.begin(), std::string(shape.key));
      bound = shape.dash ? *shape.dash + 1 : shape.content;
    } else if (shape.content == bound && shape.dash) {
      bound = *shape.dash + 1;  // the first key of the same list item
    }
  }
  return keys;
}

// What a path of keys leads to. Names of `kNamed` maps are part of the path.
struct Target {
  PackNode node = PackNode::kPack;
  const KeyInfo* key = nullptr;  // nullptr: the map `node` itself
  bool is_known = true;
  bool awaits_name = false;      // the next key is a name of one's own
};

Target Follow(const std::vector<std::string>& keys) {
  Target target;
  for (size_t i = 0; i < keys.size(); ++i) {
    if (target.awaits_name) {
      target.awaits_name = false;
      if (target.key->type == KeyType::kNamed) {
        target.node = target.key->child;
        target.key = nullptr;
      }
      continue;
    }
    const KeyInfo* key = FindKey(target.node, keys[i]);
    target.key = key;
    target.is_known = key != nullptr;
    if (key == nullptr) return target;
    if (key->type == KeyType::kMany || key->type == KeyType::kOne) {
      target.node = key->child;
      target.key = nullptr;
    }
    target.awaits_name =
        key->type == KeyType::kNamed || key->type == KeyType::kNamedExpressions;
  }
  return target;
}

// Goes through `{key: value, …}` on one line; *keys grows by those around the end.
std::string EnterFlow(std::string_view text, std::vector<std::string>* keys, bool* has_key) {
  size_t segment = 0;
  std::vector<char> open;
  char quote = 0;
  *has_key = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != 0) {
      if (c == quote) quote = 0;
      continue;
    }
    const bool in_map = !open.empty() && open.back() == '{';
    if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '{' || c == '[' || c == '(') {
      open.push_back(c);
      if (c == '{') {
        *has_key = false;
        segment = i + 1;
      }
    } else if ((c == '}' || c == ']' || c == ')') && !open.empty()) {
      if (c == '}' && *has_key) keys->pop_back();
      open.pop_back();
      *has_key = !keys->empty();
    } else if (c == ',' && in_map) {
      if (*has_key) keys->pop_back();
      *has_key = false;
      segment = i + 1;
    } else if (c == ':' && in_map && !*has_key && (i + 1 == text.size() || text[i + 1] == ' ')) {
      keys->push_back(Unquoted(text.substr(segment, i - segment)));
      *has_key = true;
      segment = i + 1;
    }
  }
  return std::string(text.substr(std::min(segment, text.size())));
}

void Classify(const std::vector<std::string>& keys, std::string before, CursorContext* context) {
  const Target target = Follow(keys);
  context->before = std::move(before);
  context->key = target.key;
  if (!keys.empty()) context->key_text = keys.back();
  context->node = target.node;
  if (!target.is_known) return;
  const bool is_macro = target.key != nullptr && !target.awaits_name &&
                        target.key->type == KeyType::kNamedExpressions;
  if (target.key == nullptr || target.awaits_name) return;
  context->kind = CursorContext::Kind::kValue;
  if (is_macro || target.key->type == KeyType::kExpression) {
    context->kind = CursorContext::Kind::kExpression;
    context->in_where = target.key->key == "where" || is_macro;
  } else if (target.key->type == KeyType::kReason) {
    const size_t open = context->before.rfind('{');
    const size_t close = context->before.rfind('}');
    const bool in_hole = open != std::string::npos && (close == std::string::npos || close < open);
    context->kind = in_hole ? CursorContext::Kind::kExpression : CursorContext::Kind::kNothing;
    if (in_hole) context->before.erase(0, open + 1);
  }
}

}  // namespace

std::vector<OutlineEntry> OutlineOf(const TextDocument& document) {
  std::vector<OutlineEntry> outline;
  std::string section;
  size_t names_column = 0;  // of the section's names; 0: none yet
  for (int line = 0; line < document.line_count(); ++line) {
    const std::string_view text = document.Line(line);
    if (IsBlank(text)) continue;
    const LineShape shape = ShapeOf(text);
    if (shape.content == 0 && !shape.key.empty()) {
      section = shape.key;
      names_column = 0;
      continue;
    }
    std::optional<std::pair<size_t, size_t>> name;
    if (DeclaresNames(section) && !shape.key.empty() && !shape.dash &&
        (names_column == 0 || shape.content == names_column)) {
      names_column = shape.content;
      name = {shape.content, shape.content + shape.key.size()};
    } else if (section == "rules" || section == "tests") {
      name = ItemName(section, text);
    } else if (section.empty() && shape.dash == size_t{0}) {
      name = ItemName("tests", text);  // a file of tests may be a list and nothing around it
      if (name) section = "tests";
    }
    if (name) {
      OutlineEntry& entry = outline.emplace_back();
      entry.section = section;
      entry.name = Unquoted(text.substr(name->first, name->second - name->first));
      entry.begin = document.LineStart(line) + name->first;
      entry.end = document.LineStart(line) + name->second;
      entry.last_line = line;
      if (DeclaresNames(section)) {
        entry.definition = Trimmed(WithoutComment(text.substr(shape.value)));
      }
    } else if (!outline.empty() && outline.back().section == section) {
      outline.back().last_line = line;
      if (!DeclaresNames(section)) continue;
      std::string& definition = outline.back().definition;
      definition += (definition.empty() ? "" : " ");
      definition += Trimmed(WithoutComment(text));
    }
  }
  return outline;
}

const OutlineEntry* FindDeclared(const std::vector<OutlineEntry>& outline,
                                 std::string_view name) {
  for (const OutlineEntry& entry : outline) {
    if (entry.name == name && DeclaresNames(entry.section)) return &entry;
  }
  return nullptr;
}

CursorContext ContextAt(const TextDocument& document, size_t offset) {
  CursorContext context;
  offset = std::min(offset, document.text().size());
  const int line = document.PositionOf(offset).line;
  const size_t start = document.LineStart(line);
  const std::string_view text = document.Line(line);
  const std::string_view before = text.substr(0, std::min(offset - start, text.size()));
  if (WithoutComment(before).size() < before.size()) return context;  // in a comment
  const LineShape shape = ShapeOf(before);
  size_t bound = shape.dash ? *shape.dash + 1 : shape.content;
  std::vector<std::string> keys = KeysAbove(document, line, bound);
  const Target around = Follow(keys);
  const bool continues = around.key != nullptr && !around.awaits_name;
  if (continues && around.key->type != KeyType::kNamed && !shape.dash) {
    // A further line of a text, such as a folded condition; a hole may begin lines before.
    std::string value(before);
    if (around.key->type == KeyType::kReason) {
      for (int above = line - 1; above >= 0; --above) {
        value.insert(0, std::string(document.Line(above)) + "\n");
        if (ShapeOf(document.Line(above)).key == around.key->key) break;
      }
      value.erase(0, std::min(value.find(':') + 1, value.size()));
    }
    Classify(keys, std::move(value), &context);
    return context;
  }
  std::string_view rest = before.substr(shape.content);
  if (!shape.key.empty()) {
    keys.emplace_back(shape.key);
    rest = before.substr(std::min(shape.value, before.size()));
    const Target own = Follow(keys);
    const bool is_text = own.key != nullptr && !own.awaits_name;
    if (is_text) {
      Classify(keys, std::string(rest), &context);
      return context;
    }
  }
  const std::string_view opening = Trimmed(rest);
  if (!opening.starts_with("{")) {
    context.node = around.node;
    context.before = std::string(rest);
    const bool free_name = around.awaits_name;
    if (shape.key.empty() && around.is_known && !free_name) {
      context.kind = CursorContext::Kind::kKey;
    }
    return context;
  }
  bool has_key = false;
  std::string value = EnterFlow(rest, &keys, &has_key);
  if (has_key) {
    Classify(keys, std::move(value), &context);
    return context;
  }
  const Target map = Follow(keys);
  context.node = map.node;
  context.before = std::move(value);
  if (map.is_known && map.key == nullptr) context.kind = CursorContext::Kind::kKey;
  return context;
}

std::pair<size_t, size_t> WordAround(std::string_view text, size_t offset) {
  offset = std::min(offset, text.size());
  size_t begin = offset, end = offset;
  while (begin > 0 && IsWordByte(text[begin - 1])) --begin;
  while (end < text.size() && IsWordByte(text[end])) ++end;
  return {begin, end};
}

}  // namespace vigla
