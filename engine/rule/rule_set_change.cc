// Compares canonical bodies, which hold everything that decides behaviour. Cold.
#include "engine/rule/rule_set_change.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "engine/base/check.h"
#include "engine/rule/pack.h"

namespace vigla {
namespace {

using Texts = std::map<std::string, std::string>;  // a thing's meaning by its name

void AppendText(const YamlNode& node, std::string_view without, std::string* out) {
  switch (node.shape) {
    case YamlNode::Shape::kScalar:
      *out += node.text;
      break;
    case YamlNode::Shape::kSequence:
      for (const YamlNode& item : node.items) {
        AppendText(item, "", out);
        out->push_back('\x1f');
      }
      break;
    case YamlNode::Shape::kMapping:
      for (const YamlEntry& entry : node.entries) {
        if (entry.key == without) continue;
        *out += entry.key + '\x1e';
        AppendText(entry.value, "", out);
        out->push_back('\x1f');
      }
      break;
  }
}

std::string TextOf(const YamlNode& node, std::string_view without = "") {
  std::string text;
  AppendText(node, without, &text);
  return text;
}

// A set's body, taken apart by names.
struct Parts {
  Texts packs, rules, states, parameters, features, macros;
  std::map<std::string, std::set<std::string>> lists;
};

void AddPack(const YamlNode& pack, Parts* parts) {
  const std::string name = TextAt(pack, "pack").value_or("");
  parts->packs[name] = TextAt(pack, "version").value_or("");
  for (const YamlNode& rule : ItemsAt(pack, "rules")) {
    const std::string id = TextAt(rule, "rule").value_or("");
    parts->rules[id] = TextOf(rule, "state");
    parts->states[id] = TextAt(rule, "state").value_or("live");
  }
  for (const YamlEntry& entry : EntriesAt(pack, "parameters")) {
    parts->parameters[name + "." + entry.key] = TextAt(entry.value, "value").value_or("");
  }
  for (const YamlEntry& entry : EntriesAt(pack, "features")) {
    parts->features[name + "." + entry.key] = TextOf(entry.value);
  }
  for (const YamlEntry& entry : EntriesAt(pack, "macros")) {
    parts->macros[name + "." + entry.key] = TextOf(entry.value);
  }
  for (const YamlEntry& entry : EntriesAt(pack, "lists")) {
    auto& items = parts->lists[name + "." + entry.key];
    for (const YamlNode& item : ItemsAt(entry.value, "items")) items.insert(item.text);
  }
}

Parts PartsOf(const RuleSet& rule_set) {
  const auto document = ReadJsonTree(rule_set.body);
  CHECK(document != nullptr);
  Parts parts;
  for (const YamlNode& pack : ItemsAt(document->root, "packs")) AddPack(pack, &parts);
  return parts;
}

RuleSetChange::Names CompareNames(const Texts& before, const Texts& after) {
  RuleSetChange::Names names;
  for (const auto& [name, text] : after) {
    const auto old = before.find(name);
    if (old == before.end()) {
      names.added.push_back(name);
    } else if (old->second != text) {
      names.changed.push_back(name);
    }
  }
  for (const auto& [name, text] : before) {
    if (!after.contains(name)) names.removed.push_back(name);
  }
  return names;
}

std::vector<RuleSetChange::Value> CompareValues(const Texts& before, const Texts& after,
                                                bool in_both) {
  std::map<std::string, RuleSetChange::Value> values;
  for (const auto& [name, text] : before) values[name] = {name, text, ""};
  for (const auto& [name, text] : after) {
    values[name].name = name;
    values[name].after = text;
  }
  std::vector<RuleSetChange::Value> changed;
  for (auto& [name, value] : values) {
    if (value.before == value.after) continue;
    if (in_both && (value.before.empty() || value.after.empty())) continue;
    changed.push_back(std::move(value));
  }
  return changed;
}

std::vector<RuleSetChange::List> CompareLists(const Parts& before, const Parts& after) {
  std::set<std::string> names;
  for (const auto& [name, items] : before.lists) names.insert(name);
  for (const auto& [name, items] : after.lists) names.insert(name);
  std::vector<RuleSetChange::List> changed;
  static const std::set<std::string> kNone;
  const auto items_of = [](const Parts& parts, const std::string& name) -> const auto& {
    const auto found = parts.lists.find(name);
    return found == parts.lists.end() ? kNone : found->second;
  };
  const auto missing = [](const std::set<std::string>& from, const std::set<std::string>& in) {
    return std::count_if(from.begin(), from.end(),
                         [&](const std::string& item) { return !in.contains(item); });
  };
  for (const std::string& name : names) {
    const auto& old = items_of(before, name);
    const auto& now = items_of(after, name);
    const RuleSetChange::List list{name, missing(now, old), missing(old, now)};
    if (list.added + list.removed > 0) changed.push_back(list);
  }
  return changed;
}

// Why entries so far lack what the feature reads; "" if they don't.
std::string WhyUnknown(const RuleSet& before, const RuleSet& after, const Feature& feature) {
  const auto kind = static_cast<size_t>(feature.on);
  const std::string kind_name(SubjectKindName(feature.on));
  if (feature.on != SubjectKind::kAccount && !before.uses_subject[kind]) {
    return "no ledger of a " + kind_name + " was kept before";
  }
  for (FieldRef column : feature.extra_columns) {
    const std::string name = after.FieldName(column);
    const auto& kept = before.extra_columns[kind];
    const bool known = std::any_of(kept.begin(), kept.end(), [&](FieldRef old) {
      return before.FieldName(old) == name;
    });
    if (!known) return "ledgers did not keep " + name + " before";
  }
  return "";
}

std::vector<RuleSetChange::Wait> FindWaits(const RuleSet& before, const RuleSet& after) {
  std::map<std::string, RuleSetChange::Wait> waits;
  for (const Rule& rule : after.rules) {
    for (size_t i = 0; i < rule.features.size(); ++i) {
      const Feature& feature = after.features[rule.features[i]];
      std::string why = WhyUnknown(before, after, feature);
      if (why.empty()) continue;
      RuleSetChange::Wait& wait = waits[rule.pack + "." + rule.feature_names[i]];
      wait.feature = rule.pack + "." + rule.feature_names[i];
      wait.rules.push_back(rule.id);
      wait.for_us = feature.ever ? 0 : feature.over_us;
      wait.because = std::move(why);
    }
  }
  std::vector<RuleSetChange::Wait> sorted;
  for (auto& [name, wait] : waits) sorted.push_back(std::move(wait));
  return sorted;
}

}  // namespace

RuleSetChange CompareRuleSets(const RuleSet& before, const RuleSet& after) {
  const Parts old = PartsOf(before), now = PartsOf(after);
  RuleSetChange change;
  RuleSetChange::Names packs = CompareNames(old.packs, now.packs);
  change.packs_added = std::move(packs.added);
  change.packs_removed = std::move(packs.removed);
  change.rules = CompareNames(old.rules, now.rules);
  change.states = CompareValues(old.states, now.states, /*in_both=*/true);
  change.parameters = CompareValues(old.parameters, now.parameters, /*in_both=*/false);
  change.lists = CompareLists(old, now);
  change.features = CompareNames(old.features, now.features);
  change.macros = CompareNames(old.macros, now.macros);
  change.rates = before.rates.base() != after.rates.base() ||
                 before.rates.fingerprint() != after.rates.fingerprint();
  change.waits = FindWaits(before, after);
  return change;
}

}  // namespace vigla
