// Random features, each as YAML for the loader and as plain functions for the oracle.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "engine/rule/loader.h"
#include "tests/unit/ledger/feature_oracle.h"
#include "tests/unit/ledger/feature_wheres.h"

namespace vigla::testing {

class SpecMaker {
 public:
  explicit SpecMaker(uint64_t seed) : random_(seed) {}

  FeatureSpec Next() {
    static const char* const kAggregates[] = {
        "count", "sum",  "mean", "min",  "max",    "distinct",   "first", "last",
        "seen",  "age",  "idle", "share", "median", "percentile", "stddev"};
    FeatureSpec spec;
    spec.aggregate = kAggregates[Pick(15)];
    spec.directions = Among({"debits", "credits", "both"});
    spec.on = OneIn(3) ? SubjectKind::kParty : SubjectKind::kAccount;
    spec.prior = OneIn(3);
    if (OneIn(4) && MakeEver(&spec)) return spec;
    return MakeWindowed(std::move(spec));
  }

  // Features that have all in common but their aggregates and how far their windows reach back, in
  // any order.
  std::vector<FeatureSpec> Series() {
    FeatureSpec common;
    common.directions = Among({"debits", "credits", "both"});
    common.on = OneIn(3) ? SubjectKind::kParty : SubjectKind::kAccount;
    common.prior = OneIn(3);
    const bool has_skip = OneIn(3);
    std::string rest;
    if (OneIn(3)) {
      common.statuses = {2, 3};
      rest += ", status: [settled, rejected]";
    }
    if (OneIn(2)) {
      const WhereSpec& where = AnyWhere();
      common.where = where.holds;
      rest += ", where: \"" + where.text + "\"";
    }
    std::vector<FeatureSpec> specs;
    for (const auto& [window, over_us] : kWindows) {
      if (has_skip && over_us <= kHourUs) continue;
      for (const auto& [aggregate, of] : kOfSeries) {
        FeatureSpec spec = common;
        spec.aggregate = aggregate;
        spec.of = of;
        spec.over_us = over_us;
        if (has_skip) spec.skip_us = kHourUs;
        spec.yaml = Head(spec) + ", over: " + window + (has_skip ? ", skip: 1h" : "") + rest;
        Close(&spec);
        specs.push_back(std::move(spec));
      }
    }
    std::shuffle(specs.begin(), specs.end(), random_);
    return specs;
  }

 private:
  static constexpr std::pair<const char*, DurationUs> kWindows[] = {
      {"10s", 10 * kSecondUs}, {"10m", 10 * kMinuteUs}, {"1h", kHourUs},
      {"6h", 6 * kHourUs},     {"24h", kDayUs},         {"40h", 40 * kHourUs}};
  static constexpr std::pair<const char*, const char*> kOfSeries[] = {
      {"count", ""}, {"sum", "amount"}, {"mean", "amount"}, {"max", "amount"},
      {"distinct", "counterparty"}, {"distinct", "kind"}};

  int Pick(int count) { return static_cast<int>(random_() % static_cast<uint64_t>(count)); }
  bool OneIn(int count) { return Pick(count) == 0; }
  std::string Among(const std::vector<std::string>& words) {
    return words[static_cast<size_t>(Pick(static_cast<int>(words.size())))];
  }

  const WhereSpec& AnyWhere() {
    return Wheres()[static_cast<size_t>(Pick(static_cast<int>(Wheres().size())))];
  }

  std::string Head(const FeatureSpec& spec) {
    if (spec.of.empty()) return "{" + spec.aggregate + ": " + spec.directions;
    return "{" + spec.aggregate + ": " + spec.of + ", of: " + spec.directions;
  }
  void Close(FeatureSpec* spec) {
    if (spec->prior) spec->yaml += ", prior: true";
    if (spec->on == SubjectKind::kParty) spec->yaml += ", on: party";
    spec->yaml += "}";
  }

  bool MakeEver(FeatureSpec* spec) {
    const std::string& a = spec->aggregate;
    if (a == "sum" || a == "min" || a == "max") {
      spec->of = "amount";
    } else if (a == "first" || a == "last") {
      spec->of = "time";
    } else if (a != "count" && a != "age" && a != "idle") {
      return false;
    }
    spec->ever = true;
    spec->yaml = Head(*spec) + ", over: ever";
    if (OneIn(2)) {
      spec->yaml += ", status: any";
      spec->statuses = {0, 1, 2, 3, 4};
    }
    Close(spec);
    return true;
  }

  FeatureSpec MakeWindowed(FeatureSpec spec) {
    const std::string& a = spec.aggregate;
    if (a == "first" || a == "last" || a == "distinct") {
      spec.of = Among({"counterparty", "country", "channel", "purpose", "kind", "time", "amount",
                       "currency", "amount.original", "account", "counterparty_party"});
    } else if (a != "count" && a != "seen" && a != "age" && a != "idle" &&
               (a != "share" || OneIn(2))) {
      spec.of = OneIn(4) ? "amount.original" : "amount";
    }
    spec.yaml = Head(spec);
    if (a == "percentile") spec.yaml += ", p: 95";
    const auto& window = kWindows[Pick(6)];
    spec.over_us = window.second;
    spec.yaml += std::string(", over: ") + window.first;
    if (spec.over_us > kHourUs && OneIn(3)) {
      spec.skip_us = kHourUs;
      spec.yaml += ", skip: 1h";
    }
    if (OneIn(3)) {
      spec.statuses = {2, 3};
      spec.yaml += ", status: [settled, rejected]";
    }
    const bool needs_currency = spec.of == "amount.original" && a != "first" && a != "last" &&
                                a != "distinct";
    if (needs_currency || OneIn(3)) {
      spec.per = {needs_currency ? "currency"
                                 : Among({"counterparty", "country", "channel", "purpose",
                                          "currency", "amount.original", "account", "kind"})};
      if (OneIn(3) && spec.per[0] != "counterparty") spec.per.push_back("counterparty");
      spec.yaml += ", per: [" + spec.per[0] + (spec.per.size() > 1 ? ", counterparty]" : "]");
    }
    if (a == "share" || OneIn(3)) {
      const WhereSpec& where = AnyWhere();
      spec.where = where.holds;
      spec.yaml += ", where: \"" + where.text + "\"";
    }
    Close(&spec);
    return spec;
  }

  std::mt19937_64 random_;
};

// A pack with one rule a feature; *indices are the features' places in the set. `lists`: a section
// of the pack, if there are any.
inline std::shared_ptr<const RuleSet> LoadSpecs(const std::vector<FeatureSpec>& specs,
                                                const LoadOptions& options,
                                                std::vector<int>* indices,
                                                const std::string& lists = "") {
  std::string features, rules;
  for (size_t i = 0; i < specs.size(); ++i) {
    const std::string number = std::to_string(100 + i);
    features += "  f" + number + ": " + specs[i].yaml + "\n";
    rules += "  - {rule: r" + number + ", title: t, subject: both, severity: low, score: 1, " +
             (specs[i].on == SubjectKind::kParty ? "on: party, " : "") + "when: known(f" + number +
             "), reason: r}\n";
  }
  const std::filesystem::path file =
      std::filesystem::temp_directory_path() / ("specs-" + std::to_string(::getpid()) + ".yaml");
  std::ofstream(file) << "pack: specs\nversion: 1\nowner: a@b.example\nabout: a\n"
                      << "rates: {base: EUR, USD: 0.92}\n" << lists << "features:\n"
                      << features << "rules:\n" << rules;
  Diagnostics diagnostics;
  auto rule_set = LoadRuleSet({file.string()}, options, &diagnostics);
  for (const Diagnostic& finding : diagnostics.all()) {
    if (finding.severity == Severity::kError) ADD_FAILURE() << FormatDiagnostic(finding);
  }
  std::filesystem::remove(file);
  if (rule_set == nullptr) return nullptr;
  for (const Rule& rule : rule_set->rules) indices->push_back(rule.features.at(0));
  return rule_set;
}

}  // namespace vigla::testing
