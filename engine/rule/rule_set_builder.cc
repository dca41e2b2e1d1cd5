// Builds rule sets; the order of files, keys and rules leaves no trace in them. Cold.
#include "engine/rule/rule_set_builder.h"

#include <algorithm>
#include <set>
#include <utility>

#include "engine/base/status.h"
#include "engine/rule/calculation.h"
#include "engine/rule/canonical_body.h"
#include "engine/rule/compiler.h"
#include "engine/rule/condition_terms.h"
#include "engine/rule/diagnostic_codes.h"
#include "engine/rule/lint.h"
#include "engine/rule/pack_declarations.h"
#include "engine/rule/predicate_index_builder.h"

namespace vigla {
namespace {

constexpr size_t kRulesMax = 10'000;
constexpr size_t kFeaturesMax = 10'000;

bool IsComparison(ExpressionKind kind) {
  return kind >= ExpressionKind::kEqual && kind <= ExpressionKind::kIn;
}

// The legs on which a rule is judged. A transaction's rule stands on both sides' legs; which of
// them reports is the pipeline's to say, since it depends on the transaction.
std::vector<LegOrder> LegsOf(const Rule& rule) {
  const bool debtor = rule.subject != RuleSubject::kCreditor;
  const bool creditor = rule.subject != RuleSubject::kDebtor;
  std::vector<LegOrder> legs;
  switch (rule.on) {
    case SubjectKind::kAccount:
      if (debtor) legs.push_back(LegOrder::kDebtorAccount);
      if (creditor) legs.push_back(LegOrder::kCreditorAccount);
      break;
    case SubjectKind::kParty:
      if (debtor) legs.push_back(LegOrder::kDebtorParty);
      if (creditor) legs.push_back(LegOrder::kCreditorParty);
      break;
    case SubjectKind::kDevice: legs.push_back(LegOrder::kDevice); break;
    case SubjectKind::kCard: legs.push_back(LegOrder::kCard); break;
    case SubjectKind::kMerchant: legs.push_back(LegOrder::kMerchant); break;
  }
  return legs;
}

// A rule that names a broken declaration is not whole, though the error stands elsewhere.
bool IsWhole(const RuleDraft& draft) {
  const auto is_there = [](const auto& condition) { return condition != nullptr; };
  return draft.when != nullptr &&
         std::all_of(draft.exceptions.begin(), draft.exceptions.end(), is_there);
}

}  // namespace

RuleSetBuilder::RuleSetBuilder(std::vector<std::unique_ptr<Pack>> packs,
                               std::vector<RuleFile> files, const LoadOptions& options,
                               Diagnostics* diagnostics)
    : packs_(std::move(packs)),
      options_(options),
      diagnostics_(diagnostics),
      rule_set_(std::make_shared<RuleSet>()) {
  rule_set_->files = std::move(files);
}

std::shared_ptr<const RuleSet> RuleSetBuilder::Build() {
  std::stable_sort(packs_.begin(), packs_.end(),
                   [](const auto& a, const auto& b) { return a->name < b->name; });
  CheckPackNames();
  ReadRates();
  for (const auto& pack : packs_) {
    scopes_.push_back(std::make_unique<PackScope>());
    scopes_.back()->pack = pack.get();
    ReadScope(scopes_.back().get());
  }
  if (diagnostics_->HasErrors()) return nullptr;
  if (options_.edit_checked) {
    CheckedRules checked{packs_, features_, rules_, *rule_set_};
    options_.edit_checked(&checked);
  }
  std::sort(rules_.begin(), rules_.end(),
            [](const RuleDraft& a, const RuleDraft& b) { return a.rule.id < b.rule.id; });
  if (options_.lints) LintRules(rules_, LintInputOf(nullptr), diagnostics_);
  ShareFeatures();
  for (RuleDraft& draft : rules_) {
    if (draft.rule.state != RuleState::kOff) CompileRule(&draft);
  }
  FillTables();
  FillExtraColumns();
  if (diagnostics_->HasErrors()) return nullptr;
  BuildIndex();
  rule_set_->body = RenderBody(packs_, *rule_set_, has_dated_rates_);
  rule_set_->fingerprint = Sha256::Of(rule_set_->body);
  return rule_set_;
}

void RuleSetBuilder::CheckPackNames() {
  for (size_t i = 1; i < packs_.size(); ++i) {
    if (packs_[i]->name != packs_[i - 1]->name) continue;
    const YamlDocument& document = *packs_[i]->document;
    diagnostics_->Error(diagnostic::kDuplicatePack.code,
                        document.At(*document.root.Find("pack")),
                        "the pack `" + packs_[i]->name + "` is in " +
                            packs_[i - 1]->document->file + " as well",
                        "load one of the two, or rename it");
  }
}

void RuleSetBuilder::ReadRates() {
  if (std::optional<RateTable> rates = ReadPackRates(packs_, diagnostics_)) {
    rule_set_->rates = *std::move(rates);
    has_pack_rates_ = true;
    return;
  }
  if (options_.dated_rates) {
    rule_set_->rates = *options_.dated_rates;
    has_dated_rates_ = true;
    return;
  }
  const CurrencyCode base = options_.base_currency.IsKnown() ? options_.base_currency
                                                             : *CurrencyCode::Parse("EUR");
  rule_set_->rates = RateTable(base);
  rule_set_->rates.Seal();
}

void RuleSetBuilder::ReadScope(PackScope* scope) {
  DeclareNames(*options_.hasher, has_pack_rates_, scope, rule_set_.get(), diagnostics_);
  Checker checker(scope, rule_set_.get(), options_.hasher, has_pack_rates_, diagnostics_);
  FeatureReader reader(scope, &checker, rule_set_.get(),
                       options_.retention_us - options_.lateness_max_us, diagnostics_);
  // Features are declared before any is read, so that one inside a `where` is known as such.
  std::vector<const YamlEntry*> entries;
  for (const YamlEntry& entry : EntriesAt(scope->pack->root(), "features")) {
    if (scope->Declare(NameKind::kFeature, entry, diagnostics_) != nullptr) {
      entries.push_back(&entry);
    }
  }
  for (const YamlEntry* entry : entries) ReadFeature(*entry, scope, &reader);
  ReadRules(scope, &checker);
  CheckUnusedMacros(scope);
  if (options_.lints) LintScope(LintInputOf(scope), diagnostics_);
}

LintInput RuleSetBuilder::LintInputOf(const PackScope* scope) const {
  return {scope, rule_set_.get(), &features_, options_.today_utc_day};
}

void RuleSetBuilder::ReadFeature(const YamlEntry& entry, PackScope* scope,
                                 FeatureReader* reader) {
  Declaration* declaration = scope->Find(entry.key);
  std::optional<FeatureDraft> draft = reader->Read(entry);
  declaration->broken = !draft.has_value();
  if (!draft) return;
  declaration->type = draft->feature.type;
  declaration->on = draft->feature.on;
  declaration->may_be_unknown = draft->may_be_unknown;
  if (options_.lints) LintFeature(entry, *draft, LintInputOf(scope), diagnostics_);
  const auto [place, added] = feature_of_canonical_.try_emplace(
      draft->feature.canonical, static_cast<int>(features_.size()));
  declaration->index = place->second;
  if (!added) return;
  features_.push_back(*std::move(draft));
  if (features_.size() == kFeaturesMax + 1) {
    diagnostics_->Error(diagnostic::kTooManyRules.code, declaration->at,
                        "more than 10,000 different features", "load fewer packs");
  }
}

void RuleSetBuilder::ReadRules(PackScope* scope, Checker* checker) {
  RuleReader reader(scope, checker, &features_, rule_set_.get(), diagnostics_);
  const YamlDocument& document = *scope->pack->document;
  for (const YamlNode& node : ItemsAt(document.root, "rules")) {
    const int errors_before = diagnostics_->errors();
    RuleDraft draft = reader.Read(node);
    if (!draft.rule.id.empty()) {
      const YamlNode& id = *node.Find("rule");
      const auto [place, added] = rule_ids_.try_emplace(draft.rule.id, document.At(id));
      if (!added) {
        diagnostics_->Error(diagnostic::kDuplicateRule.code, document.At(id),
                            "the rule `" + draft.rule.id + "` is in " + place->second.file +
                                ", line " + std::to_string(place->second.line) + ", as well",
                            "rename one of the two");
      }
    }
    // What lacks an id has been refused before; lints and compiler take whole rules only.
    if (diagnostics_->errors() > errors_before || draft.rule.id.empty() || !IsWhole(draft)) {
      continue;
    }
    if (options_.lints) LintRule(draft, LintInputOf(scope), diagnostics_);
    rules_.push_back(std::move(draft));
    if (rules_.size() == kRulesMax + 1) {
      diagnostics_->Error(diagnostic::kTooManyRules.code, document.At(node),
                          "more than 10,000 rules", "load fewer packs");
    }
  }
}

// A macro that nothing uses has no scope; it is wrong if it is wrong in both.
void RuleSetBuilder::CheckUnusedMacros(PackScope* scope) {
  for (auto& [name, declaration] : scope->names) {
    if (declaration.kind != NameKind::kMacro || declaration.used || declaration.broken) continue;
    // Names that only an unused macro uses are unused.
    std::vector<Declaration*> unused;
    for (auto& [other_name, other] : scope->names) {
      if (!other.used) unused.push_back(&other);
    }
    Diagnostics of_rule, of_where;
    Checker in_rule(scope, rule_set_.get(), options_.hasher, has_pack_rates_, &of_rule);
    Checker in_where(scope, rule_set_.get(), options_.hasher, has_pack_rates_, &of_where);
    in_rule.CheckText(*declaration.text, ExpressionPlace::kRule, std::nullopt);
    in_where.CheckText(*declaration.text, ExpressionPlace::kWhere, std::nullopt);
    for (Declaration* other : unused) other->used = false;
    if (!of_rule.HasErrors() || !of_where.HasErrors()) continue;
    for (const Diagnostic& finding : of_rule.all()) {
      if (finding.severity != Severity::kError) continue;
      // Where a list is used its items may be fields.
      if (finding.code == diagnostic::kNotConstant.code) continue;
      diagnostics_->Add(finding);
    }
  }
}

// Features that live or shadow rules use, by canonical text.
void RuleSetBuilder::ShareFeatures() {
  std::set<std::pair<std::string, int>> used;
  for (const RuleDraft& draft : rules_) {
    if (draft.rule.state == RuleState::kOff) continue;
    for (const auto& [index, name] : draft.features) {
      used.emplace(features_[index].feature.canonical, index);
    }
  }
  feature_place_.assign(features_.size(), -1);
  for (const auto& [canonical, index] : used) {
    feature_place_[index] = static_cast<int>(rule_set_->features.size());
    FeatureDraft& draft = features_[index];
    Feature feature = std::move(draft.feature);
    if (draft.where != nullptr) {
      feature.where = CompileOne(*draft.where);
      feature.where_reads_leg = feature.where->reads_leg;
      feature.where_terms = CompileTerms(*draft.where);
    }
    feature.extra_columns = ExtraColumnsOf(feature);
    rule_set_->features.push_back(std::move(feature));
  }
}

// What it reads from entries that is no base column, by name.
std::vector<FieldRef> RuleSetBuilder::ExtraColumnsOf(const Feature& feature) const {
  std::map<std::string, FieldRef> columns;
  const auto add = [&](FieldRef column) {
    if (!FieldTable()[column.id].base_column) columns[rule_set_->FieldName(column)] = column;
  };
  if (feature.of) add(*feature.of);
  for (FieldRef column : feature.per) add(column);
  if (feature.where) {
    for (FieldRef column : feature.where->fields) add(column);
  }
  std::vector<FieldRef> sorted;
  for (const auto& [name, column] : columns) sorted.push_back(column);
  return sorted;
}

Program RuleSetBuilder::CompileOne(const Expression& expression) {
  absl::StatusOr<Program> program = Compile(expression, rule_set_->rates);
  if (program.ok()) return *std::move(program);
  diagnostics_->Error(diagnostic::kTooComplex.code, expression.at,
                      std::string(ToStd(program.status().message())));
  return Program();
}

std::vector<std::vector<WhereLiteral>> RuleSetBuilder::CompileTerms(const Expression& where) {
  std::vector<std::vector<WhereLiteral>> terms;
  for (const ConditionTerm& term : TermsOf(where)) {
    terms.emplace_back();
    for (const ConditionLiteral& literal : term) {
      terms.back().push_back({CompileOne(*literal.expression), literal.negated});
    }
  }
  return terms;
}

void RuleSetBuilder::Renumber(Expression* expression) const {
  if (expression->kind == ExpressionKind::kFeature) {
    expression->index = feature_place_[expression->index];
  }
  for (auto& operand : expression->operands) Renumber(operand.get());
}

void RuleSetBuilder::CompileRule(RuleDraft* draft) {
  Rule& rule = draft->rule;
  Renumber(draft->when.get());
  rule.when = CompileOne(*draft->when);
  AddConditions(*draft->when, &rule);
  for (size_t i = 0; i < draft->exceptions.size(); ++i) {
    Renumber(draft->exceptions[i].get());
    rule.exceptions[i].condition = CompileOne(*draft->exceptions[i]);
  }
  CompileReason(draft);
  NameFeatures(draft);
  if (options_.on_rule) options_.on_rule(*draft, static_cast<int>(rule_set_->rules.size()));
  rule_set_->rules.push_back(std::move(rule));
}

void RuleSetBuilder::AddConditions(const Expression& expression, Rule* rule) {
  if (expression.kind == ExpressionKind::kAnd) {
    for (const auto& operand : expression.operands) AddConditions(*operand, rule);
    return;
  }
  if (!IsComparison(expression.kind)) return;
  Condition condition;
  condition.text = expression.text;
  condition.whole = CompileOne(expression);
  const Expression& left = *expression.operands[0];
  const Expression& right = *expression.operands[1];
  if (IsQuantity(left.type) && IsQuantity(right.type)) {
    condition.value = CompileOne(left);
    condition.limit = CompileOne(right);
  }
  rule->conditions.push_back(std::move(condition));
}

void RuleSetBuilder::CompileReason(RuleDraft* draft) {
  for (size_t i = 0; i < draft->holes.size(); ++i) {
    if (draft->holes[i] == nullptr) continue;
    Renumber(draft->holes[i].get());
    draft->rule.reason[i].hole = CompileOne(*draft->holes[i]);
  }
}

void RuleSetBuilder::NameFeatures(RuleDraft* draft) {
  Rule& rule = draft->rule;
  std::map<int, std::string> placed;
  for (const auto& [index, name] : draft->features) placed[feature_place_[index]] = name;
  for (const auto& [index, name] : placed) {
    rule.features.push_back(index);
    rule.feature_names.push_back(name);
    const bool has_entries = !rule_set_->features[index].ever;
    if (!draft->names_evidence && has_entries) rule.evidence_features.push_back(index);
  }
  std::set<int> seen;
  for (int index : draft->evidence) {
    if (seen.insert(index).second) rule.evidence_features.push_back(feature_place_[index]);
  }
}

void RuleSetBuilder::FillTables() {
  rule_set_->uses_subject[static_cast<size_t>(SubjectKind::kAccount)] = true;
  for (size_t i = 0; i < rule_set_->rules.size(); ++i) {
    const Rule& rule = rule_set_->rules[i];
    const int index = static_cast<int>(i);
    if (rule.at_intake) rule_set_->intake_rules.push_back(index);
    if (rule.at_intake && !rule.alerts) continue;
    const auto kind = static_cast<size_t>(rule.on);
    rule_set_->uses_subject[kind] = true;
    for (LegOrder leg : LegsOf(rule)) {
      rule_set_->rules_of_leg[kind][static_cast<size_t>(leg)].push_back(index);
    }
  }
}

void RuleSetBuilder::BuildIndex() {
  PredicateIndexBuilder builder(rule_set_.get());
  int rule = 0;
  for (const RuleDraft& draft : rules_) {
    if (draft.rule.state != RuleState::kOff) builder.AddRule(rule++, *draft.when);
  }
  rule_set_->index = builder.Build();
}

void RuleSetBuilder::FillExtraColumns() {
  for (const Feature& feature : rule_set_->features) {
    const auto kind = static_cast<size_t>(feature.on);
    auto& columns = rule_set_->extra_columns[kind];
    columns.insert(columns.end(), feature.extra_columns.begin(), feature.extra_columns.end());
    DurationUs& longest = rule_set_->longest_window_us[kind];
    if (!feature.ever) longest = std::max(longest, feature.over_us);
  }
  for (auto& columns : rule_set_->extra_columns) {
    std::sort(columns.begin(), columns.end(), [this](FieldRef a, FieldRef b) {
      return rule_set_->FieldName(a) < rule_set_->FieldName(b);
    });
    columns.erase(std::unique(columns.begin(), columns.end()), columns.end());
  }
}

}  // namespace vigla
