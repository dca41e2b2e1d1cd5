// Checks a pack's tree against the table of keys. Cold.
#include "engine/rule/pack_reader.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "engine/base/status.h"
#include "engine/model/money.h"
#include "engine/model/time.h"
#include "engine/rule/diagnostic_codes.h"
#include "engine/rule/lexer.h"

namespace vigla {
namespace {

constexpr int kIntegerMax = 1'000'000;
constexpr size_t kIdBytesMax = 128;

bool IsPackName(std::string_view text) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '.' || c == '_' || c == '-';
  };
  return !text.empty() && text.size() <= kIdBytesMax && text[0] != '.' && text[0] != '-' &&
         std::all_of(text.begin(), text.end(), allowed);
}

// What is wrong with a scalar as a value of its key; "" if nothing.
std::string_view ScalarProblem(const KeyInfo& info, const std::string& text) {
  int number = 0;
  switch (info.type) {
    case KeyType::kInteger:
      if (text.empty() || text[0] < '0' || text[0] > '9' || !absl::SimpleAtoi(text, &number) ||
          number > kIntegerMax) {
        return "a whole number from 0 to 1000000 was expected";
      }
      return "";
    case KeyType::kFlag:
      return text == "true" || text == "false" ? "" : "true or false was expected";
    case KeyType::kDate:
      return ParseDate(text) ? "" : "a date such as 2027-06-30 was expected";
    case KeyType::kPackName:
      return IsPackName(text) ? "" : "letters, digits, `.`, `_` and `-` were expected, 128 at most";
    default: return Trimmed(text).empty() ? "the value is empty" : "";
  }
}

// What YAML 1.1 reads as a truth.
std::string_view MeantFlag(std::string_view text) {
  for (const std::string_view word : {"True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON"}) {
    if (text == word) return "true";
  }
  for (const std::string_view word : {"False", "FALSE", "no", "No", "NO", "off", "Off", "OFF"}) {
    if (text == word) return "false";
  }
  return "";
}

class KeyChecker {
 public:
  KeyChecker(const YamlDocument& document, Diagnostics* diagnostics)
      : document_(document), diagnostics_(diagnostics) {}

  void CheckMap(const YamlNode& node, PackNode kind) {
    if (!ExpectShape(node, YamlNode::Shape::kMapping, "a map of keys",
                     "write `key: value`, each on a line of its own or all in one {…, …}")) {
      return;
    }
    for (const YamlEntry& entry : node.entries) {
      const KeyInfo* info = FindKey(kind, entry.key);
      if (info == nullptr) {
        std::vector<std::string_view> keys;
        for (const KeyInfo* key : KeysOf(kind)) keys.push_back(key->key);
        diagnostics_->Error(diagnostic::kUnknownKey.code, document_.At(entry),
                            "there is no key " + Quoted(entry.key) + " here",
                            DidYouMeanOneOf(entry.key, keys));
        const std::string meant = OnlyNearestWord(entry.key, keys);
        if (node.Find(meant) == nullptr) diagnostics_->all().back().Mend(entry.key, meant);
        continue;
      }
      if (info->support == KeySupport::kNotYet) {
        if (entry.value.IsScalar() && entry.value.text == "false") continue;
        diagnostics_->Error(diagnostic::kNotSupported.code, document_.At(entry),
                            Quoted(entry.key) + " is not supported yet",
                            "leave it out until this engine has it");
        continue;
      }
      CheckValue(entry, *info);
    }
    for (const KeyInfo* info : KeysOf(kind)) {
      if (!info->required || node.Find(info->key) != nullptr) continue;
      diagnostics_->Error(diagnostic::kMissingKey.code, document_.At(node),
                          "the key " + Quoted(info->key) + " is missing", std::string(info->about));
    }
  }

 private:
  bool ExpectShape(const YamlNode& node, YamlNode::Shape shape, std::string_view what,
                   std::string_view advice) {
    if (node.shape == shape) return true;
    diagnostics_->Error(diagnostic::kWrongShape.code, document_.At(node),
                        std::string(what) + " was expected", std::string(advice));
    return false;
  }

  void CheckScalar(const YamlNode& node, const KeyInfo& info) {
    if (!ExpectShape(node, YamlNode::Shape::kScalar, "a text",
                     info.type == KeyType::kExpression || info.type == KeyType::kNamedExpressions
                         ? "write one text, its conditions joined by && or ||"
                         : "write one text")) {
      return;
    }
    const std::string_view problem = ScalarProblem(info, node.text);
    if (!problem.empty()) {
      diagnostics_->Error(diagnostic::kWrongValue.code, document_.At(node),
                          Quoted(info.key) + ": " + std::string(problem),
                          std::string(info.about));
      if (info.type == KeyType::kFlag) {
        diagnostics_->all().back().Mend(node.text, MeantFlag(node.text));
      }
      return;
    }
    if (info.type != KeyType::kWord) return;
    const std::vector<std::string_view> words = WordsOf(info);
    if (std::find(words.begin(), words.end(), node.text) != words.end()) return;
    diagnostics_->Error(diagnostic::kUnknownWord.code, document_.At(node),
                        Quoted(info.key) + " can't be " + Quoted(node.text),
                        DidYouMeanOneOf(node.text, words));
    diagnostics_->all().back().Mend(node.text, OnlyNearestWord(node.text, words));
  }

  void CheckName(const YamlEntry& entry) {
    if (IsName(entry.key) && entry.key.size() <= 64) return;
    diagnostics_->Error(diagnostic::kInvalidName.code, document_.At(entry),
                        Quoted(entry.key) + " can't be a name",
                        "letters, digits and `_`, at most 64, not beginning with a digit");
  }

  void CheckTexts(const YamlNode& node, const KeyInfo& info) {
    if (!ExpectShape(node, YamlNode::Shape::kSequence, "a list", "write [one, other]")) return;
    for (const YamlNode& item : node.items) CheckScalar(item, info);
  }

  void CheckValue(const YamlEntry& entry, const KeyInfo& info) {
    const YamlNode& node = entry.value;
    switch (info.type) {
      case KeyType::kAnything: return;
      case KeyType::kTexts: return CheckTexts(node, info);
      case KeyType::kNames:
        return node.IsSequence() ? CheckTexts(node, info) : CheckScalar(node, info);
      case KeyType::kOne: return CheckMap(node, info.child);
      case KeyType::kMany:
        if (node.IsBlank() || !ExpectShape(node, YamlNode::Shape::kSequence, "a list",
                                           "begin each of them with `- `")) {
          return;
        }
        for (const YamlNode& item : node.items) CheckMap(item, info.child);
        return;
      case KeyType::kNamed:
      case KeyType::kNamedExpressions:
        if (node.IsBlank() || !ExpectShape(node, YamlNode::Shape::kMapping, "a map",
                                           "write `name: …` without a `- ` before it")) {
          return;
        }
        for (const YamlEntry& named : node.entries) {
          CheckName(named);
          if (info.type == KeyType::kNamed) {
            CheckMap(named.value, info.child);
          } else {
            CheckScalar(named.value, info);
          }
        }
        return;
      case KeyType::kRates: return CheckRates(node);
      default: return CheckScalar(node, info);
    }
  }

  void CheckRates(const YamlNode& node) {
    if (!ExpectShape(node, YamlNode::Shape::kMapping, "a map of currencies",
                     "write {base: EUR, USD: 0.92}")) {
      return;
    }
    if (node.Find("base") == nullptr) {
      diagnostics_->Error(diagnostic::kMissingKey.code, document_.At(node),
                          "the key `base` is missing", "name the base currency: base: EUR");
    }
    for (const YamlEntry& entry : node.entries) {
      if (!ExpectShape(entry.value, YamlNode::Shape::kScalar, "a text", "write one text")) continue;
      const bool is_base = entry.key == "base";
      if (!CurrencyCode::Parse(is_base ? entry.value.text : entry.key)) {
        diagnostics_->Error(diagnostic::kBadRates.code, document_.At(entry),
                            "three capitals were expected", "such as USD: 0.92");
      }
    }
  }

  const YamlDocument& document_;
  Diagnostics* diagnostics_;
};

}  // namespace

std::unique_ptr<YamlDocument> LoadPackDocument(const std::string& path,
                                               Diagnostics* diagnostics) {
  const YamlLimits limits;
  std::ifstream file(path, std::ios::binary);
  std::string source;
  if (file) {
    // One byte more than allowed is enough to know that there are too many.
    source.resize(limits.bytes_max + 1);
    file.read(source.data(), static_cast<std::streamsize>(source.size()));
    source.resize(static_cast<size_t>(file.gcount()));
  }
  if (!file.eof() && source.size() <= limits.bytes_max) {
    diagnostics->Error(diagnostic::kUnreadable.code, {path}, "the file can't be read",
                       "check the path and its permissions");
    return nullptr;
  }
  return ReadYaml(path, std::move(source), limits, diagnostics);
}

std::unique_ptr<Pack> ReadPack(std::unique_ptr<YamlDocument> document, Diagnostics* diagnostics) {
  const size_t findings_before = diagnostics->all().size();
  KeyChecker(*document, diagnostics).CheckMap(document->root, PackNode::kPack);
  const std::optional<std::string> name = TextAt(document->root, "pack");
  if (!name) {
    // The tree goes; what was found in it is shown all the same.
    for (size_t i = findings_before; i < diagnostics->all().size(); ++i) {
      Diagnostic& finding = diagnostics->all()[i];
      finding.snippet = document->Line(finding.at.line);
      LocateMend(document->source, document->line_starts, &finding);
    }
    return nullptr;
  }
  auto pack = std::make_unique<Pack>();
  pack->name = *name;
  pack->version = IntegerAt(document->root, "version").value_or(1);
  pack->document = std::move(document);
  return pack;
}

}  // namespace vigla
