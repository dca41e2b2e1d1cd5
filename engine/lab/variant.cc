// Loads packs with mutants in them. Cold.
#include "engine/lab/variant.h"

#include <algorithm>

#include "engine/base/status.h"

namespace vigla {
namespace {

bool Rejects(const Rule& rule) {
  return rule.at_intake && rule.action == ValidityAction::kReject;
}

bool IsOneOf(std::string_view id, const std::vector<std::string>& rules) {
  return std::binary_search(rules.begin(), rules.end(), id);
}

}  // namespace

void VariantLoader::Inspect(const std::function<void(const CheckedRules&)>& visit) const {
  LoadOptions options = options_;
  options.edit_checked = [&](CheckedRules* checked) { visit(*checked); };
  Diagnostics diagnostics;
  LoadRuleSet({pack_.path}, options, &diagnostics);
}

std::vector<Mutant> VariantLoader::Mutants() const {
  std::vector<Mutant> mutants;
  Inspect([&](const CheckedRules& checked) { mutants = FindMutants(checked, options_.hasher); });
  return mutants;
}

absl::StatusOr<std::shared_ptr<const RuleSet>> VariantLoader::Load(
    const std::vector<std::string>& rules, const Mutant* mutant) const {
  LoadOptions options = options_;
  options.edit_checked = [&](CheckedRules* checked) {
    if (mutant != nullptr) mutant->apply(checked);
    std::vector<RuleDraft>& drafts = checked->rules;
    const bool changes_rejection =
        std::any_of(drafts.begin(), drafts.end(), [&](const RuleDraft& draft) {
          return Rejects(draft.rule) && IsOneOf(draft.rule.id, rules);
        });
    if (changes_rejection) return;
    std::erase_if(drafts, [&](const RuleDraft& draft) {
      return !Rejects(draft.rule) && !IsOneOf(draft.rule.id, rules);
    });
  };
  Diagnostics diagnostics;
  auto rule_set = LoadRuleSet({pack_.path}, options, &diagnostics);
  if (rule_set != nullptr) return rule_set;
  for (const Diagnostic& finding : diagnostics.all()) {
    if (finding.severity != Severity::kError) continue;
    return MakeError(absl::StatusCode::kInvalidArgument, finding.message);
  }
  return MakeError(absl::StatusCode::kInvalidArgument, "it does not load");
}

std::vector<Observation> OfRules(const std::vector<Observation>& observations,
                                 const std::vector<std::string>& rules) {
  std::vector<Observation> chosen;
  for (const Observation& observation : observations) {
    if (IsOneOf(observation.rule, rules)) chosen.push_back(observation);
  }
  return chosen;
}

std::vector<Observation> VariantLoader::Complete(const std::vector<std::string>& rules,
                                                 const RuleSet& variant,
                                                 std::vector<Observation> observed,
                                                 const std::vector<Observation>& unchanged) const {
  if (variant.rules.size() == pack_.rule_set->rules.size()) return observed;
  std::vector<Observation> complete = OfRules(observed, rules);
  for (const Observation& observation : unchanged) {
    if (!IsOneOf(observation.rule, rules)) complete.push_back(observation);
  }
  return complete;
}

std::vector<Observation> VariantLoader::Relevant(const std::vector<std::string>& rules,
                                                 const RuleSet& variant,
                                                 const std::vector<Observation>& observed) const {
  const bool has_all = variant.rules.size() == pack_.rule_set->rules.size();
  return has_all ? observed : OfRules(observed, rules);
}

bool IsSame(const Observation& a, const Observation& b) {
  return a.row == b.row && a.rule == b.rule && a.outcome == b.outcome && a.role == b.role &&
         a.into == b.into && a.exception == b.exception && a.values == b.values;
}

bool IsSame(const std::vector<Observation>& a, const std::vector<Observation>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const Observation& x, const Observation& y) { return IsSame(x, y); });
}

}  // namespace vigla
