// From packs to a rule set: declares, checks, shares features, compiles, fills the tables. Cold.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/diagnostic.h"
#include "engine/rule/feature_reader.h"
#include "engine/rule/lint.h"
#include "engine/rule/loader.h"
#include "engine/rule/pack.h"
#include "engine/rule/pack_scope.h"
#include "engine/rule/rule_reader.h"
#include "engine/rule/rule_set.h"

namespace vigla {

// What stands between checking and compiling: trees without errors, features by draft.
struct CheckedRules {
  const std::vector<std::unique_ptr<Pack>>& packs;
  std::vector<FeatureDraft>& features;
  std::vector<RuleDraft>& rules;
  RuleSet& rule_set;  // its lists and rates are there
};

class RuleSetBuilder {
 public:
  // `packs` as ReadPack gave them, in any order; errors among them were reported already.
  RuleSetBuilder(std::vector<std::unique_ptr<Pack>> packs, std::vector<RuleFile> files,
                 const LoadOptions& options, Diagnostics* diagnostics);

  // nullptr if *diagnostics has an error, of whatever origin.
  std::shared_ptr<const RuleSet> Build();

  const std::vector<std::unique_ptr<Pack>>& packs() const { return packs_; }

 private:
  void CheckPackNames();
  void ReadRates();
  void ReadScope(PackScope* scope);
  void ReadFeature(const YamlEntry& entry, PackScope* scope, FeatureReader* reader);
  void ReadRules(PackScope* scope, Checker* checker);
  void CheckUnusedMacros(PackScope* scope);
  LintInput LintInputOf(const PackScope* scope) const;

  void ShareFeatures();
  void CompileRule(RuleDraft* draft);
  void CompileReason(RuleDraft* draft);
  void NameFeatures(RuleDraft* draft);
  void AddConditions(const Expression& expression, Rule* rule);
  std::vector<FieldRef> ExtraColumnsOf(const Feature& feature) const;
  Program CompileOne(const Expression& expression);
  std::vector<std::vector<WhereLiteral>> CompileTerms(const Expression& where);
  void Renumber(Expression* expression) const;
  void FillTables();
  void FillExtraColumns();
  void BuildIndex();

  std::vector<std::unique_ptr<Pack>> packs_;
  LoadOptions options_;
  Diagnostics* diagnostics_;
  std::shared_ptr<RuleSet> rule_set_;
  bool has_pack_rates_ = false;
  bool has_dated_rates_ = false;
  std::vector<std::unique_ptr<PackScope>> scopes_;
  std::vector<FeatureDraft> features_;
  std::map<std::string, int> feature_of_canonical_;
  std::vector<RuleDraft> rules_;
  std::map<std::string, SourcePosition> rule_ids_;
  std::vector<int> feature_place_;  // from drafts to RuleSet::features; -1: no rule uses it
};

}  // namespace vigla
