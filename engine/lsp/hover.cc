// What a word of a pack means, and where it is declared. Cold.
#include "engine/lsp/hover.h"

#include "engine/rule/constant.h"
#include "engine/rule/field.h"
#include "engine/rule/function_names.h"

namespace vigla {
namespace {

std::string Code(std::string_view text) { return "`" + std::string(text) + "`"; }

// "a money amount in EUR": the type with its unit.
std::string TypeText(ValueType type, const RuleSet* rule_set) {
  std::string text(ValueTypeName(type));
  if (type == ValueType::kMoney && rule_set != nullptr) {
    text += " (" + rule_set->rates.base().Text() + ")";
  }
  return text;
}

std::string FieldText(std::string_view word, const FieldInfo& field, const RuleSet* rule_set) {
  std::string text = Code(word) + ": " + TypeText(field.type, rule_set) + "\n\n" +
                     std::string(field.about);
  if (field.optional) text += "\n\nMay be unknown on a valid transaction.";
  return text;
}

// The feature as a rule of the set uses it.
const Feature* FindFeature(const RuleSet* rule_set, std::string_view name) {
  if (rule_set == nullptr) return nullptr;
  for (const Rule& rule : rule_set->rules) {
    for (size_t i = 0; i < rule.features.size(); ++i) {
      if (rule.feature_names[i] == name) return &rule_set->features[rule.features[i]];
    }
  }
  return nullptr;
}

std::string DeclaredText(const OutlineEntry& entry, const RuleSet* rule_set) {
  const std::string kind = entry.section.substr(0, entry.section.size() - 1);
  std::string text = kind + " " + Code(entry.name);
  if (entry.section == "features") {
    if (const Feature* feature = FindFeature(rule_set, entry.name); feature != nullptr) {
      text += ": " + TypeText(feature->type, rule_set) + "\n\n" + feature->canonical;
    }
  }
  if (!entry.definition.empty()) text += "\n\n```yaml\n" + entry.definition + "\n```";
  return text;
}

std::optional<std::string> VocabularyText(std::string_view word) {
  for (ValueType type : {ValueType::kKind, ValueType::kStatus, ValueType::kDirection}) {
    for (std::string_view known : Vocabulary(type)) {
      if (known == word) return Code(word) + ": a " + std::string(ValueTypeName(type));
    }
  }
  return std::nullopt;
}

std::optional<std::string> ExpressionText(const TextDocument& document, std::string_view word,
                                          const RuleSet* rule_set) {
  const std::vector<OutlineEntry> outline = OutlineOf(document);
  if (const OutlineEntry* entry = FindDeclared(outline, word); entry != nullptr) {
    return DeclaredText(*entry, rule_set);
  }
  std::string_view name = word;
  if (name.starts_with("this.")) name.remove_prefix(5);
  if (const auto field = FindField(name)) return FieldText(word, FieldTable()[*field], rule_set);
  // x.f(y) is f(x, y): the last part is then the function.
  const size_t dot = word.rfind('.');
  const FunctionInfo* function =
      FindFunction(dot == std::string_view::npos ? word : word.substr(dot + 1));
  if (function != nullptr) {
    return "function " + Code(function->name) + "\n\n" + Code(function->usage);
  }
  return VocabularyText(word);
}

}  // namespace

std::optional<Hover> HoverAt(const TextDocument& document, size_t offset,
                             const RuleSet* rule_set) {
  const std::string& text = document.text();
  const auto [begin, end] = WordAround(text, offset);
  if (begin == end) return std::nullopt;
  const std::string_view word = std::string_view(text).substr(begin, end - begin);
  const CursorContext context = ContextAt(document, begin);
  std::optional<std::string> found;
  if (context.kind == CursorContext::Kind::kKey) {
    if (const KeyInfo* key = FindKey(context.node, word); key != nullptr) {
      found = "key " + Code(word) + (key->required ? " (required)" : "") + "\n\n" +
              std::string(key->about);
      if (!key->words.empty()) *found += "\n\nOne of: " + std::string(key->words);
    }
  } else {
    found = ExpressionText(document, word, rule_set);
  }
  if (!found) return std::nullopt;
  return Hover{*std::move(found), begin, end};
}

std::optional<std::pair<size_t, size_t>> DefinitionAt(const TextDocument& document,
                                                      size_t offset) {
  const std::vector<OutlineEntry> outline = OutlineOf(document);
  const std::string_view line = document.Line(document.PositionOf(offset).line);
  const size_t like = line.find("like: ");
  if (like != std::string_view::npos) {
    for (const OutlineEntry& entry : outline) {
      if (entry.section == "tests" && line.find(entry.name, like) != std::string_view::npos) {
        return std::pair(entry.begin, entry.end);
      }
    }
  }
  const auto [begin, end] = WordAround(document.text(), offset);
  return DefinitionOf(document, std::string_view(document.text()).substr(begin, end - begin));
}

std::optional<std::pair<size_t, size_t>> DefinitionOf(const TextDocument& document,
                                                      std::string_view word) {
  const std::vector<OutlineEntry> outline = OutlineOf(document);
  const OutlineEntry* found = FindDeclared(outline, word);
  // Tests name rules, which conditions can't.
  for (const OutlineEntry& entry : outline) {
    if (found == nullptr && entry.section == "rules" && entry.name == word) found = &entry;
  }
  if (found == nullptr) return std::nullopt;
  return std::pair(found->begin, found->end);
}

}  // namespace vigla
