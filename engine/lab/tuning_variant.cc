// Edits packs' trees into variants. Cold.
#include "engine/lab/tuning_variant.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "engine/base/status.h"
#include "engine/rule/pack.h"
#include "engine/rule/rule_reader.h"

namespace vigla {
namespace {

constexpr std::string_view kPrefix = "vigla.variant.";

YamlNode* Find(YamlNode* map, std::string_view key) {
  for (YamlEntry& entry : map->entries) {
    if (entry.key == key) return &entry.value;
  }
  return nullptr;
}

void Set(YamlNode* map, std::string_view key, std::string text) {
  YamlNode* node = Find(map, key);
  if (node == nullptr) {
    map->entries.push_back({std::string(key), map->line, map->column, {}});
    node = &map->entries.back().value;
    node->line = map->line;
    node->column = map->column;
  }
  node->text = std::move(text);
}

void Drop(YamlNode* map, std::string_view key) {
  std::erase_if(map->entries, [key](const YamlEntry& entry) { return entry.key == key; });
}

std::string TextOr(const YamlNode& map, std::string_view key) {
  return TextAt(map, key).value_or("");
}

bool IsRule(const YamlNode& node, const std::string& rule) {
  return node.IsMapping() && TextAt(node, "rule") == rule;
}

Pack* PackOf(const std::vector<std::unique_ptr<Pack>>& packs, const std::string& rule) {
  for (const auto& pack : packs) {
    for (const YamlNode& node : ItemsAt(pack->root(), "rules")) {
      if (IsRule(node, rule)) return pack.get();
    }
  }
  return nullptr;
}

absl::Status Missing(std::string_view what, const std::string& name,
                     const std::vector<std::string>& known) {
  const std::string nearest = NearestWord(name, {known.begin(), known.end()});
  std::string message = absl::StrCat("there is no ", ToAbsl(what), " `", name, "`");
  if (!nearest.empty()) absl::StrAppend(&message, "; did you mean `", nearest, "`?");
  return MakeError(absl::StatusCode::kInvalidArgument, message);
}

absl::Status NotLoaded() {
  return MakeError(absl::StatusCode::kFailedPrecondition, "the rules do not load");
}

absl::Status Describe(const std::vector<std::unique_ptr<Pack>>& packs, TunedRule* tuned) {
  const Pack* pack = PackOf(packs, tuned->rule);
  if (pack == nullptr) {
    std::vector<std::string> known;
    for (const auto& other : packs) {
      for (const YamlNode& node : ItemsAt(other->root(), "rules")) {
        known.push_back(TextOr(node, "rule"));
      }
    }
    return Missing("rule", tuned->rule, known);
  }
  tuned->pack = pack->name;
  std::vector<std::string> known;
  const YamlNode* parameter = nullptr;
  for (const YamlEntry& entry : EntriesAt(pack->root(), "parameters")) {
    known.push_back(entry.key);
    if (entry.key == tuned->parameter) parameter = &entry.value;
  }
  if (parameter == nullptr) {
    return Missing("parameter of the pack `" + pack->name + "`", tuned->parameter, known);
  }
  tuned->type = TextOr(*parameter, "type");
  tuned->value = TextOr(*parameter, "value");
  tuned->least = TextOr(*parameter, "min");
  tuned->greatest = TextOr(*parameter, "max");
  for (const YamlEntry& entry : EntriesAt(pack->root(), "features")) {
    if (entry.value.IsMapping()) tuned->windows[entry.key] = TextOr(entry.value, "over");
  }
  return absl::OkStatus();
}

class VariantMaker {
 public:
  VariantMaker(const TunedRule& tuned, const std::vector<TuningVariant>& variants)
      : tuned_(tuned), variants_(variants) {}

  void Edit(std::vector<std::unique_ptr<Pack>>* packs) const {
    std::vector<std::unique_ptr<Pack>> copies;
    if (const Pack* pack = PackOf(*packs, tuned_.rule)) {
      for (size_t i = 0; i < variants_.size(); ++i) copies.push_back(Variant(*pack, i));
    }
    for (const auto& pack : *packs) KeepRejecting(pack.get());
    for (auto& copy : copies) packs->push_back(std::move(copy));
  }

 private:
  // Whatever does not decide what ledgers hold is off.
  static void KeepRejecting(Pack* pack) {
    YamlNode* rules = Find(&pack->document->root, "rules");
    if (rules == nullptr) return;
    for (YamlNode& rule : rules->items) {
      if (!rule.IsMapping()) continue;
      if (TextAt(rule, "action") == "reject" && TextAt(rule, "state") != "shadow") continue;
      Set(&rule, "state", "off");
    }
  }

  std::unique_ptr<Pack> Variant(const Pack& pack, size_t index) const {
    const TuningVariant& variant = variants_[index];
    auto copy = std::make_unique<Pack>();
    copy->name = absl::StrCat(ToAbsl(kPrefix), index);
    copy->version = pack.version;
    copy->folder = pack.folder;
    copy->document = std::make_unique<YamlDocument>(*pack.document);
    YamlNode* root = &copy->document->root;
    Set(root, "pack", copy->name);
    Drop(root, "tests");
    YamlNode* rules = Find(root, "rules");
    std::erase_if(rules->items, [&](const YamlNode& rule) { return !IsRule(rule, tuned_.rule); });
    EditRule(&rules->items.front(), copy->name);
    for (const auto& [feature, over] : variant.windows) {
      if (YamlNode* features = Find(root, "features")) {
        if (YamlNode* map = Find(features, feature)) Set(map, "over", over);
      }
    }
    YamlNode* parameter = Find(Find(root, "parameters"), tuned_.parameter);
    Drop(parameter, "min");  // the range to be tried may go beyond
    Drop(parameter, "max");
    if (variant.value) Set(parameter, "value", *variant.value);
    return copy;
  }

  // A validity rule is judged on its subject's leg, and leaves rejecting to the original.
  static void EditRule(YamlNode* rule, const std::string& id) {
    Set(rule, "rule", id);
    Set(rule, "state", "live");
    if (TextAt(*rule, "kind") != "validity") return;
    Set(rule, "action", "flag");
    Set(rule, "alert", "true");
  }

  const TunedRule& tuned_;
  const std::vector<TuningVariant>& variants_;
};

// The variant that a rule of the set is; -1 for the others.
int VariantOf(const std::string& rule) {
  int index = -1;
  if (!rule.starts_with(kPrefix)) return -1;
  return absl::SimpleAtoi(rule.substr(kPrefix.size()), &index) ? index : -1;
}

}  // namespace

absl::StatusOr<TunedRule> FindTunedRule(const std::vector<std::string>& paths,
                                        const LoadOptions& load, const std::string& rule,
                                        const std::string& parameter, Diagnostics* diagnostics) {
  TunedRule tuned;
  tuned.rule = rule;
  tuned.parameter = parameter;
  absl::Status described;
  LoadOptions own = load;
  own.edit_packs = [&](std::vector<std::unique_ptr<Pack>>* packs) {
    described = Describe(*packs, &tuned);
  };
  const auto rule_set = LoadRuleSet(paths, own, diagnostics);
  if (rule_set == nullptr) return NotLoaded();
  RETURN_IF_ERROR(described);
  tuned.fingerprint = rule_set->FingerprintText();
  return tuned;
}

absl::StatusOr<LoadedVariants> LoadVariants(const std::vector<std::string>& paths,
                                            const LoadOptions& load, const TunedRule& tuned,
                                            const std::vector<TuningVariant>& variants,
                                            Diagnostics* diagnostics) {
  const VariantMaker maker(tuned, variants);
  LoadedVariants loaded;
  loaded.rules.assign(variants.size(), -1);
  loaded.conditions.resize(variants.size());
  LoadOptions own = load;
  own.edit_packs = [&maker](std::vector<std::unique_ptr<Pack>>* packs) { maker.Edit(packs); };
  own.on_rule = [&](const RuleDraft& draft, int index) {
    const int variant = VariantOf(draft.rule.id);
    if (variant < 0) {
      if (draft.pack->name == tuned.pack && Names(*draft.when, tuned.parameter)) {
        loaded.rejecting_rule = draft.rule.id;
      }
      return;
    }
    loaded.rules[variant] = index;
    RuleConditions& conditions = loaded.conditions[variant];
    conditions.when = CloneExpression(*draft.when);
    for (const auto& exception : draft.exceptions) {
      conditions.exceptions.push_back(CloneExpression(*exception));
    }
  };
  loaded.rule_set = LoadRuleSet(paths, own, diagnostics);
  if (loaded.rule_set == nullptr) return NotLoaded();
  return loaded;
}

}  // namespace vigla
