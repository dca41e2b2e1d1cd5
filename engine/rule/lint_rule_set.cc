// Warns of what only shows when all rules are looked at together. Cold.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>

#include "engine/rule/condition_logic.h"
#include "engine/rule/diagnostic_codes.h"
#include "engine/rule/lint.h"

namespace vigla {
namespace {

bool IsOn(const RuleDraft& draft) { return draft.rule.state != RuleState::kOff; }

SourcePosition PlaceOf(const RuleDraft& draft, std::string_view key) {
  return draft.pack->document->At(*draft.node->Find(key));
}

// Same subject, same condition: one of the two says nothing new.
void LintSameRules(const std::vector<RuleDraft>& rules, const ConditionLogic& logic,
                   Diagnostics* diagnostics) {
  std::map<std::tuple<RuleKind, RuleSubject, SubjectKind, std::string>, const RuleDraft*> seen;
  for (const RuleDraft& draft : rules) {
    if (!IsOn(draft)) continue;
    const Rule& rule = draft.rule;
    const auto [place, added] = seen.try_emplace(
        {rule.kind, rule.subject, rule.on, ConditionLogic::Text(logic.Make(*draft.when))}, &draft);
    if (added) continue;
    diagnostics->Warning(diagnostic::kSameRule.code, PlaceOf(draft, "rule"),
                         Quoted(rule.id) + " matches exactly where " +
                             Quoted(place->second->rule.id) + " does",
                         "keep one of the two, or say how they differ");
  }
}

// Within a pack, who is graver must not weigh less.
void LintScores(const std::vector<RuleDraft>& rules, Diagnostics* diagnostics) {
  for (const RuleDraft& draft : rules) {
    const Rule& rule = draft.rule;
    if (!IsOn(draft) || !rule.alerts) continue;
    if (rule.score == 0 && rule.severity > AlertSeverity::kLow) {
      diagnostics->Warning(diagnostic::kOddScore.code, PlaceOf(draft, "score"),
                           Quoted(rule.id) + " is of severity " +
                               std::string(AlertSeverityName(rule.severity)) +
                               ", but its score is 0",
                           "officers see the highest score first");
      continue;
    }
    const RuleDraft* lighter = nullptr;
    for (const RuleDraft& other : rules) {
      if (!IsOn(other) || !other.rule.alerts || other.pack != draft.pack) continue;
      if (other.rule.severity >= rule.severity || other.rule.score <= rule.score) continue;
      if (lighter == nullptr || other.rule.score > lighter->rule.score) lighter = &other;
    }
    if (lighter == nullptr) continue;
    diagnostics->Warning(
        diagnostic::kOddScore.code, PlaceOf(draft, "score"),
        Quoted(rule.id) + " (" + std::string(AlertSeverityName(rule.severity)) + ") weighs " +
            std::to_string(rule.score) + ", less than the " +
            std::to_string(lighter->rule.score) + " of " + Quoted(lighter->rule.id) + " (" +
            std::string(AlertSeverityName(lighter->rule.severity)) + ")",
        "let the score follow the severity");
  }
}

// How much of an idle feature's window is asked for: `idle < 1h` needs an hour of it.
class WindowLint {
 public:
  WindowLint(const LintInput& input, const ConditionLogic& logic) : input_(input), logic_(logic) {}

  void Note(const RuleDraft& draft) {
    std::set<int> compared;
    Walk(logic_.Make(*draft.when), &compared);
    // Named elsewhere than in the condition: any length may matter.
    for (const auto& condition : draft.exceptions) {
      VisitExpression(*condition, [&](const Expression& node) {
        if (node.kind == ExpressionKind::kFeature) needed_[node.index] = kAll;
      });
    }
    for (const auto& [index, name] : draft.features) {
      if (!compared.contains(index)) needed_[index] = kAll;
      homes_.try_emplace(index, std::pair(&draft, name));
    }
  }

  void Report(Diagnostics* diagnostics) const {
    for (const auto& [index, needed] : needed_) {
      const Feature& feature = (*input_.features)[static_cast<size_t>(index)].feature;
      if (feature.aggregate != Aggregate::kIdle || feature.ever || needed >= feature.over_us) {
        continue;
      }
      const auto& [draft, name] = homes_.at(index);
      const YamlNode* features = draft->pack->root().Find("features");
      const YamlNode* entry = features != nullptr ? features->Find(name) : nullptr;
      if (entry == nullptr) continue;
      diagnostics->Warning(diagnostic::kWindowTooLong.code,
                           draft->pack->document->At(*entry->Find("over")),
                           Quoted(name) + " looks back " + FormatDuration(feature.over_us) +
                               ", but is only asked whether it is under " +
                               FormatDuration(needed),
                           "over: " + FormatDuration(needed));
    }
  }

 private:
  static constexpr DurationUs kAll = 1000 * kDayUs;

  void Walk(const Formula& formula, std::set<int>* compared) {
    for (const Formula& part : formula.parts) Walk(part, compared);
    if (formula.kind == Formula::Kind::kAnd || formula.kind == Formula::Kind::kOr) return;
    const bool is_figure = formula.kind == Formula::Kind::kNumber && formula.term[0] == '#';
    if (!is_figure) return;
    const int index = std::stoi(formula.term.substr(1));
    compared->insert(index);
    const bool bounded = (formula.mask & kIfGreater) == 0 && formula.limit.scale == 0;
    // An entry as old as the window is no longer in it.
    const DurationUs asked = static_cast<DurationUs>(formula.limit.numerator) +
                             ((formula.mask & kIfEqual) != 0 ? 1 : 0);
    DurationUs& needed = needed_[index];
    needed = std::max(needed, bounded ? asked : kAll);
  }

  const LintInput& input_;
  const ConditionLogic& logic_;
  std::map<int, DurationUs> needed_;
  std::map<int, std::pair<const RuleDraft*, std::string>> homes_;
};

}  // namespace

void LintRules(const std::vector<RuleDraft>& rules, const LintInput& input,
               Diagnostics* diagnostics) {
  const ConditionLogic logic(
      input.rule_set, [features = input.features](int index) -> const Feature& {
        return (*features)[static_cast<size_t>(index)].feature;
      });
  LintSameRules(rules, logic, diagnostics);
  LintScores(rules, diagnostics);
  WindowLint windows(input, logic);
  for (const RuleDraft& draft : rules) {
    if (IsOn(draft)) windows.Note(draft);
  }
  windows.Report(diagnostics);
}

}  // namespace vigla
