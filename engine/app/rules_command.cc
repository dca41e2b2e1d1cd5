// What is loaded, what it costs, and what it may name. Cold.
#include "engine/app/rules_command.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "engine/app/exit_code.h"
#include "engine/app/rule_loading.h"
#include "engine/app/cell_table.h"
#include "engine/lab/cost_estimate.h"
#include "engine/lab/state_estimate.h"
#include "engine/rule/pack_reader.h"

namespace vigla {
namespace {

std::string Joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

// One digit behind the point: these are estimates.
std::string Units(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", value);
  return text;
}

std::string WindowOf(const Feature& feature) {
  if (feature.ever) return "ever";
  std::string text(FormatDuration(feature.over_us));
  if (feature.skip_us > 0) text += " skip " + std::string(FormatDuration(feature.skip_us));
  return text;
}

// "pieces_3d (3d)" of each feature that the rule names.
std::string FeaturesOf(const RuleSet& rule_set, const std::string& id) {
  const auto rule = std::find_if(rule_set.rules.begin(), rule_set.rules.end(),
                                 [&](const Rule& known) { return known.id == id; });
  if (rule == rule_set.rules.end()) return "";
  std::vector<std::string> names;
  for (size_t i = 0; i < rule->features.size(); ++i) {
    const Feature& feature = rule_set.features[static_cast<size_t>(rule->features[i])];
    names.push_back(rule->feature_names[i] + " (" + WindowOf(feature) + ")");
  }
  return Joined(names);
}

// Rules that are off are in no rule set, so the list comes from the packs themselves.
CellTable RuleList(const std::vector<std::string>& files, const RuleSet& rule_set) {
  CellTable table{{"rule", "version", "pack", "kind", "state", "subject", "severity", "score",
                   "features", "tags", "review_by", "title"},
                  {}};
  Diagnostics ignored;  // the packs have been loaded before
  for (const std::string& file : files) {
    const auto document = LoadPackDocument(file, &ignored);
    if (document == nullptr) continue;
    const YamlNode& root = document->root;
    for (const YamlNode& rule : ItemsAt(root, "rules")) {
      const auto text = [&](std::string_view key, std::string otherwise = "") {
        return TextAt(rule, key).value_or(std::move(otherwise));
      };
      std::vector<std::string> tags;
      for (const YamlNode* tag : NamesAt(rule, "tags")) tags.push_back(tag->text);
      const std::string on = text("on");
      table.rows.push_back({text("rule"), text("version", "1"),
                            TextAt(root, "pack").value_or(""), text("kind", "risk"),
                            text("state", "live"), text("subject") + (on.empty() ? "" : " " + on),
                            text("severity"), text("score"), FeaturesOf(rule_set, text("rule")),
                            Joined(tags), text("review_by"), text("title")});
    }
  }
  std::sort(table.rows.begin(), table.rows.end());
  return table;
}

CellTable CostList(const RuleSet& rule_set, double entries_per_day) {
  CellTable table{{"rule", "units", "condition", "features", "dearest feature"}, {}};
  const std::vector<RuleCost> costs = EstimateCosts(rule_set, entries_per_day);
  std::vector<size_t> order(costs.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return costs[a].total() > costs[b].total();
  });
  for (const size_t i : order) {
    table.rows.push_back({rule_set.rules[i].id, Units(costs[i].total()),
                          Units(costs[i].condition), Units(costs[i].features),
                          costs[i].dearest});
  }
  return table;
}

CellTable FieldList() {
  CellTable table{{"field", "type", "unit", "optional", "example", "about"}, {}};
  for (const FieldInfo& info : FieldTable()) {
    const bool is_open = info.name.ends_with(".");
    table.rows.push_back({std::string(info.name) + (is_open ? "<path>" : ""),
                          std::string(ValueTypeName(info.type)), std::string(info.unit),
                          info.optional ? "yes" : "no", std::string(info.example),
                          std::string(info.about)});
  }
  return table;
}

void Print(const CellTable& table, const std::string& format, const std::string& name) {
  const std::string text = format == "json" ? JsonTable(table, "vigla." + name + "_list.v1", name)
                           : format == "md" ? MarkdownTable(table)
                                            : AlignedTable(table);
  std::fputs(text.c_str(), stdout);
}

}  // namespace

int RulesCommand(const Settings& settings, const RulesOptions& options) {
  if (options.fields) {
    Print(FieldList(), options.format, "fields");
    return kExitOk;
  }
  const std::vector<std::string> paths = WithTuning(
      options.paths.empty() ? settings.List("rules.paths") : options.paths, settings);
  for (const std::string& path : paths) {
    std::error_code error;
    if (std::filesystem::exists(path, error)) continue;
    std::fprintf(stderr, "vigla rules: no such file or folder: %s\n", path.c_str());
    return kExitNoFile;
  }
  const KeyedHasher hasher(settings.Text("engine.identity_key"));
  auto load_options = MakeLoadOptions(settings, &hasher);
  if (!load_options.ok()) {
    std::fprintf(stderr, "vigla rules: %s\n",
                 std::string(load_options.status().message()).c_str());
    return ExitCodeOf(load_options.status());
  }
  load_options->lints = false;
  Diagnostics diagnostics;
  const auto rule_set = LoadRuleSet(paths, *load_options, &diagnostics);
  if (rule_set == nullptr) {
    PrintDiagnostics(diagnostics);
    return kExitConfiguration;
  }
  if (!options.cost) {
    Print(RuleList(PackFiles(paths, &diagnostics), *rule_set), options.format, "rules");
    return kExitOk;
  }
  Print(CostList(*rule_set, options.entries_per_day), options.format, "costs");
  if (options.format == "json") return kExitOk;
  const StateEstimate state =
      EstimateState(*rule_set, {options.entries_per_day, load_options->retention_us});
  std::printf("\nA unit is one comparison of a field, some 4 ns; features are shared by the rules "
              "that name them.\nEstimates, at %g entries a day of one subject. State: %s\n",
              options.entries_per_day, FormatStateEstimate(state).c_str());
  return kExitOk;
}

}  // namespace vigla
