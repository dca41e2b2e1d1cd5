// What may be typed at a place of a pack. Cold.
#include "engine/lsp/completion.h"

#include <algorithm>
#include <cctype>
#include <optional>

#include "engine/rule/constant.h"
#include "engine/rule/field.h"
#include "engine/rule/function_names.h"

namespace vigla {
namespace {

// The word that a comparison or membership, right before the end of `text`, compares with.
std::string ComparedWord(std::string_view text) {
  while (!text.empty() && (std::isalnum(static_cast<unsigned char>(text.back())) != 0 ||
                           text.back() == '_' || text.back() == '"' || text.back() == '\'')) {
    if (text.ends_with(" in")) break;
    text.remove_suffix(1);
  }
  const auto trim = [&text] {
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  };
  trim();
  const size_t list = text.rfind('[');
  if (list != std::string_view::npos && text.find(']', list) == std::string_view::npos) {
    text = text.substr(0, list);
    trim();
  }
  if (text.ends_with("==") || text.ends_with("!=")) {
    text.remove_suffix(2);
  } else if (text.ends_with(" in")) {
    text.remove_suffix(3);
  } else {
    return "";
  }
  trim();
  const auto [begin, end] = WordAround(text, text.size());
  std::string word(text.substr(begin, end - begin));
  if (word.starts_with("this.")) word.erase(0, 5);
  return word;
}

class Completer {
 public:
  Completer(const TextDocument& document, const CursorContext& context)
      : context_(context), outline_(OutlineOf(document)) {}

  std::vector<Completion> Complete() {
    switch (context_.kind) {
      case CursorContext::Kind::kNothing: break;
      case CursorContext::Kind::kKey: AddKeys(); break;
      case CursorContext::Kind::kValue: AddValues(); break;
      case CursorContext::Kind::kExpression: AddExpression(); break;
    }
    return std::move(found_);
  }

 private:
  void Add(std::string_view label, std::string_view detail, std::string_view about,
           CompletionKind kind, bool fits_best = false) {
    Completion& added = found_.emplace_back();
    added.label = label;
    added.detail = detail;
    added.about = about;
    added.kind = kind;
    added.fits_best = fits_best;
  }

  void AddKeys() {
    for (const KeyInfo* key : KeysOf(context_.node)) {
      if (key->support == KeySupport::kNotYet) continue;
      Add(key->key, key->required ? "required" : "", key->about, CompletionKind::kProperty,
          key->required);
      found_.back().insert = std::string(key->key) + ": ";
    }
  }

  void AddWords(const std::vector<std::string_view>& words, std::string_view detail) {
    for (std::string_view word : words) Add(word, detail, "", CompletionKind::kEnumMember, true);
  }

  void AddValues() {
    const KeyInfo& key = *context_.key;
    const bool is_feature = key.node == PackNode::kFeature;
    switch (key.type) {
      case KeyType::kWord: AddWords(WordsOf(key), key.key); return;
      case KeyType::kFlag: AddWords({"true", "false"}, "flag"); return;
      default: break;
    }
    if (is_feature && (key.key == "of" || key.key == "count" || key.key == "seen" ||
                       key.key == "age" || key.key == "idle" || key.key == "share")) {
      AddWords({"debits", "credits", "both"}, "direction");
      if (key.key == "share") AddWords({"amount", "amount.original"}, "money");
    } else if (is_feature && key.key == "over") {
      AddWords({"1h", "24h", "7d", "30d", "90d", "ever"}, "duration");
      AddDeclared("parameters");
    } else if (is_feature && key.key == "skip") {
      AddDeclared("parameters");
    } else if (is_feature && key.key == "status") {
      AddWords(Vocabulary(ValueType::kStatus), "status");
      AddWords({"any"}, "status");
    } else if (is_feature && (key.key == "first" || key.key == "last" || key.key == "distinct" ||
                              key.key == "per")) {
      AddFields("");
    } else if (is_feature && key.type == KeyType::kScalar && key.key != "p") {
      AddWords({"amount", "amount.original"}, "money");
    } else if (key.node == PackNode::kEvidence && key.key == "entries_of") {
      AddDeclared("features");
    } else if (key.node == PackNode::kOncePer && key.key == "key") {
      AddWords({"account", "party", "device", "card", "merchant"}, "subject");
      AddFields("");
    }
  }

  void AddFields(std::string_view prefix) {
    for (const FieldInfo& field : FieldTable()) {
      std::string about(field.about);
      if (field.optional) about += " May be unknown.";
      Add(std::string(prefix) + std::string(field.name), ValueTypeName(field.type), about,
          CompletionKind::kField);
    }
  }

  void AddDeclared(std::string_view section) {
    const CompletionKind kind = section == "features" ? CompletionKind::kConstant
                                : section == "macros" ? CompletionKind::kSnippet
                                                      : CompletionKind::kVariable;
    for (const OutlineEntry& entry : outline_) {
      if (entry.section != section) continue;
      Add(entry.name, section.substr(0, section.size() - 1), entry.definition, kind, true);
    }
  }

  // The words of the type that the left side of a comparison has.
  void AddFitting() {
    const std::string word = ComparedWord(context_.before);
    const auto field = FindField(word);
    if (word.empty() || !field) return;
    const ValueType type = FieldTable()[*field].type;
    AddWords(Vocabulary(type), ValueTypeName(type));
    if (type != ValueType::kChannel) return;
    const char last = context_.before.empty() ? ' ' : context_.before.back();
    for (std::string_view channel : UsualChannels()) {
      Add(channel, "channel", "", CompletionKind::kEnumMember, true);
      if (last != '\'' && last != '"') {
        found_.back().insert = "\"" + std::string(channel) + "\"";
      }
    }
  }

  void AddExpression() {
    AddFitting();
    for (std::string_view section : {"parameters", "lists", "macros"}) AddDeclared(section);
    if (!context_.in_where || context_.key->type == KeyType::kNamedExpressions) {
      AddDeclared("features");
    }
    AddFields("");
    if (context_.in_where) AddFields("this.");
    for (const FunctionInfo& function : FunctionTable()) {
      Add(function.name, "function", function.usage, CompletionKind::kFunction);
    }
    Add("money", "function", "money(\"9200 EUR\")", CompletionKind::kFunction);
    Add("duration", "function", "duration(\"72h\")", CompletionKind::kFunction);
  }

  const CursorContext& context_;
  const std::vector<OutlineEntry> outline_;
  std::vector<Completion> found_;
};

}  // namespace

const std::vector<std::string_view>& UsualChannels() {
  static const auto* const channels = new std::vector<std::string_view>{
      "branch", "atm", "online", "mobile", "pos", "api", "wire", "card", "cash", "sepa"};
  return *channels;
}

std::vector<Completion> CompletionsAt(const TextDocument& document, size_t offset) {
  const CursorContext context = ContextAt(document, offset);
  return Completer(document, context).Complete();
}

}  // namespace vigla
