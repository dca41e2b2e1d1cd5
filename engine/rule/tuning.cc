// Reads tuning files and edits packs' trees. Cold.
#include "engine/rule/tuning.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "engine/model/time.h"
#include "engine/rule/diagnostic_codes.h"

namespace vigla {
namespace {

using Words = std::vector<std::string_view>;

YamlNode* FindIn(YamlNode* map, std::string_view key) {
  for (YamlEntry& entry : map->entries) {
    if (entry.key == key) return &entry.value;
  }
  return nullptr;
}

Words KeysIn(const YamlNode& map) {
  Words keys;
  for (const YamlEntry& entry : map.entries) keys.push_back(entry.key);
  return keys;
}

// One file's changes. `set` remembers who set what, over all files.
class Tuner {
 public:
  Tuner(std::shared_ptr<const YamlDocument> file, const std::vector<std::unique_ptr<Pack>>& packs,
        TuningScope scope, std::map<std::string, SourcePosition>* set, Diagnostics* diagnostics)
      : file_(std::move(file)),
        packs_(packs),
        scope_(scope),
        set_(*set),
        diagnostics_(diagnostics) {}

  void Run() {
    const YamlNode& root = file_->root;
    if (!CheckKeys(root, {"tuning", "about", "owner", "packs"})) return;
    if (!TextAt(root, "tuning") || TextAt(root, "tuning")->empty()) {
      Error(diagnostic::kTuningShape, root, "`tuning` is the file's name", "tuning: retail");
    }
    const YamlNode* packs = root.Find("packs");
    if (packs == nullptr || !ExpectMap(*packs)) return;
    for (const YamlEntry& entry : packs->entries) TunePack(entry);
  }

 private:
  void Error(const DiagnosticCode& code, const YamlNode& node, std::string message,
             std::string advice = "") {
    diagnostics_->Error(code.code, file_->At(node), std::move(message), std::move(advice));
  }
  void Error(const DiagnosticCode& code, const YamlEntry& entry, std::string message,
             std::string advice = "") {
    diagnostics_->Error(code.code, file_->At(entry), std::move(message), std::move(advice));
  }

  bool ExpectMap(const YamlNode& node) {
    if (node.IsMapping()) return true;
    if (!node.IsBlank()) Error(diagnostic::kTuningShape, node, "a map was expected");
    return false;
  }

  // False if the node is no map; keys that have no place here are errors.
  bool CheckKeys(const YamlNode& node, const Words& allowed) {
    if (!ExpectMap(node)) return false;
    for (const YamlEntry& entry : node.entries) {
      if (std::find(allowed.begin(), allowed.end(), entry.key) != allowed.end()) continue;
      std::string all;
      for (std::string_view key : allowed) all += (all.empty() ? "" : ", ") + std::string(key);
      Error(diagnostic::kTuningKey, entry, "tuning can't set " + Quoted(entry.key) + " here",
            DidYouMean(entry.key, allowed,
                       "parameters, lists, states and exceptions may be tuned, never a "
                       "condition; here: " + all));
    }
    return true;
  }

  // False, and an error, if something else set it already.
  bool Claim(const std::string& what, const YamlEntry& entry) {
    const SourcePosition at = file_->At(entry);
    const auto [place, first] = set_.try_emplace(what, at);
    if (first) return true;
    Error(diagnostic::kTunedTwice, entry, what + " is set twice",
          "it is set in " + place->second.file + ", line " + std::to_string(place->second.line) +
              ", as well; keep one of the two");
    return false;
  }

  // A copy for a pack's tree that remembers where it was written.
  YamlNode Take(const YamlNode& node) const {
    YamlNode copy = node;
    Mark(&copy);
    return copy;
  }
  void Mark(YamlNode* node) const {
    node->origin = file_;
    for (YamlNode& item : node->items) Mark(&item);
    for (YamlEntry& entry : node->entries) Mark(&entry.value);
  }
  void Set(YamlNode* map, std::string_view key, YamlNode value) const {
    if (YamlNode* old = FindIn(map, key)) {
      *old = std::move(value);
      return;
    }
    YamlEntry entry;
    entry.key = std::string(key);
    entry.line = value.line;
    entry.column = value.column;
    entry.value = std::move(value);
    map->entries.push_back(std::move(entry));
  }

  void TunePack(const YamlEntry& entry) {
    Words names;
    Pack* found = nullptr;
    for (const auto& pack : packs_) {
      names.push_back(pack->name);
      if (pack->name == entry.key) found = pack.get();
    }
    if (found == nullptr) {
      if (scope_ == TuningScope::kSomePacks) return;
      Error(diagnostic::kTuningName, entry, "no pack " + Quoted(entry.key) + " is loaded",
            DidYouMean(entry.key, names, "name a pack that is loaded with this file"));
      return;
    }
    if (!CheckKeys(entry.value, {"parameters", "lists", "rules"})) return;
    YamlNode* pack = &found->document->root;
    for (const YamlEntry& parameter : EntriesAt(entry.value, "parameters")) {
      TuneParameter(found->name, pack, parameter);
    }
    for (const YamlEntry& list : EntriesAt(entry.value, "lists")) {
      TuneList(found->name, pack, list);
    }
    for (const YamlEntry& rule : EntriesAt(entry.value, "rules")) TuneRule(pack, rule);
  }

  // What the pack declares under that name; nullptr, and an error, if nothing.
  YamlNode* Declared(const std::string& pack_name, YamlNode* pack, std::string_view section,
                     std::string_view kind, const YamlEntry& entry) {
    YamlNode* declared = FindIn(pack, section);
    YamlNode* found = declared == nullptr ? nullptr : FindIn(declared, entry.key);
    if (found != nullptr && found->IsMapping()) return found;
    Error(diagnostic::kTuningName, entry,
          "the pack " + Quoted(pack_name) + " has no " + std::string(kind) + " " +
              Quoted(entry.key),
          DidYouMean(entry.key, declared == nullptr ? Words{} : KeysIn(*declared),
                     "tuning changes what a pack declares, and adds nothing to it"));
    return nullptr;
  }

  void TuneParameter(const std::string& pack_name, YamlNode* pack, const YamlEntry& entry) {
    YamlNode* parameter = Declared(pack_name, pack, "parameters", "parameter", entry);
    if (parameter == nullptr || !Claim("the parameter " + pack_name + "." + entry.key, entry)) {
      return;
    }
    if (!entry.value.IsScalar() || entry.value.text.empty()) {
      Error(diagnostic::kTuningShape, entry.value, "a value was expected",
            entry.key + ": " + TextAt(*parameter, "value").value_or("3"));
      return;
    }
    Set(parameter, "value", Take(entry.value));  // the pack's range is checked with the rest
  }

  void TuneList(const std::string& pack_name, YamlNode* pack, const YamlEntry& entry) {
    YamlNode* list = Declared(pack_name, pack, "lists", "list", entry);
    if (list == nullptr || !Claim("the list " + pack_name + "." + entry.key, entry) ||
        !CheckKeys(entry.value, {"items", "file", "add", "remove"})) {
      return;
    }
    const YamlNode* items = entry.value.Find("items");
    const YamlNode* file = entry.value.Find("file");
    for (const std::string_view key : {"items", "add", "remove"}) {
      const YamlNode* texts = entry.value.Find(key);
      if (texts == nullptr || texts->IsSequence()) continue;
      Error(diagnostic::kTuningShape, *texts, "a list was expected",
            std::string(key) + ": [" + texts->text + "]");
      return;
    }
    if (items != nullptr && file != nullptr) {
      Error(diagnostic::kTuningShape, entry, "either `items` or a `file`, not both");
      return;
    }
    if (items != nullptr || file != nullptr) {
      std::erase_if(list->entries, [](const YamlEntry& old) {
        return old.key == "items" || old.key == "file";
      });
      Set(list, items != nullptr ? "items" : "file", Take(items != nullptr ? *items : *file));
    }
    // Read with the list itself (list_reader.h); packs can't have these keys.
    for (const std::string_view key : {"add", "remove"}) {
      if (const YamlNode* texts = entry.value.Find(key)) Set(list, key, Take(*texts));
    }
  }

  void TuneRule(YamlNode* pack, const YamlEntry& entry) {
    Words ids;
    YamlNode* rule = nullptr;
    if (YamlNode* rules = FindIn(pack, "rules")) {
      for (YamlNode& candidate : rules->items) {
        const YamlNode* id = candidate.Find("rule");
        if (id == nullptr) continue;
        ids.push_back(id->text);
        if (id->text == entry.key) rule = &candidate;
      }
    }
    if (rule == nullptr) {
      Error(diagnostic::kTuningName, entry, "the pack has no rule " + Quoted(entry.key),
            DidYouMean(entry.key, ids, "rules are named by their ids"));
      return;
    }
    if (!CheckKeys(entry.value, {"state", "unless"})) return;
    for (const YamlEntry& change : entry.value.entries) {
      if (change.key == "state") TuneState(entry.key, rule, change);
      if (change.key == "unless") AddExceptions(rule, change);
    }
  }

  void TuneState(const std::string& id, YamlNode* rule, const YamlEntry& entry) {
    if (!Claim("the state of " + id, entry)) return;
    const Words words = {"off", "shadow", "live"};
    if (!entry.value.IsScalar() ||
        std::find(words.begin(), words.end(), entry.value.text) == words.end()) {
      Error(diagnostic::kUnknownWord, entry.value,
            "`state` can't be " + Quoted(entry.value.text),
            DidYouMean(entry.value.text, words, "off, shadow or live"));
      return;
    }
    Set(rule, "state", Take(entry.value));
  }

  void AddExceptions(YamlNode* rule, const YamlEntry& entry) {
    if (!entry.value.IsSequence()) {
      Error(diagnostic::kTuningShape, entry.value, "a list of exceptions was expected");
      return;
    }
    for (const YamlNode& exception : entry.value.items) {
      if (!IsWholeException(exception)) continue;
      YamlNode* unless = FindIn(rule, "unless");
      if (unless == nullptr || !unless->IsSequence()) {
        YamlNode empty;
        empty.shape = YamlNode::Shape::kSequence;
        Set(rule, "unless", std::move(empty));
        unless = FindIn(rule, "unless");
      }
      unless->items.push_back(Take(exception));
    }
  }

  // A site's exception is one that somebody has to answer for: all of it is required.
  bool IsWholeException(const YamlNode& exception) {
    const int errors_before = diagnostics_->errors();
    if (!CheckKeys(exception, {"id", "if", "because", "approved", "until"})) return false;
    for (const auto& [key, why] :
         {std::pair{"id", "names it in alerts and in the audit trail"},
          std::pair{"if", "when the rule does not alert"},
          std::pair{"because", "why that is right"}, std::pair{"approved", "who approved it"},
          std::pair{"until", "its last day, such as 2027-06-30"}}) {
      const YamlNode* value = exception.Find(key);
      if (value != nullptr && value->IsScalar() && !Trimmed(value->text).empty()) continue;
      Error(diagnostic::kTuningException, exception,
            "the exception has no " + Quoted(key), std::string(key) + ": " + why);
    }
    const YamlNode* until = exception.Find("until");
    if (until != nullptr && until->IsScalar() && !until->text.empty() &&
        !ParseDate(until->text)) {
      Error(diagnostic::kWrongValue, *until, "`until`: a date such as 2027-06-30 was expected");
    }
    return diagnostics_->errors() == errors_before;
  }

  std::shared_ptr<const YamlDocument> file_;
  const std::vector<std::unique_ptr<Pack>>& packs_;
  const TuningScope scope_;
  std::map<std::string, SourcePosition>& set_;
  Diagnostics* diagnostics_;
};

}  // namespace

bool IsTuning(const YamlDocument& document) { return document.root.Find("tuning") != nullptr; }

void ApplyTuning(const std::vector<std::shared_ptr<const YamlDocument>>& files,
                 const std::vector<std::unique_ptr<Pack>>& packs, TuningScope scope,
                 Diagnostics* diagnostics) {
  std::map<std::string, SourcePosition> set;
  for (const auto& file : files) Tuner(file, packs, scope, &set, diagnostics).Run();
}

}  // namespace vigla
