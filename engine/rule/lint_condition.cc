// Warns of conditions that can never be true, or never false. Cold.
#include <algorithm>
#include <set>
#include <string>

#include "engine/rule/condition_logic.h"
#include "engine/rule/diagnostic_codes.h"
#include "engine/rule/lint.h"

namespace vigla {
namespace {

// As people read it, and not too much of it.
std::string Shown(const Expression& expression) {
  if (expression.text.empty() || expression.text.size() > 60) return "this part";
  return Quoted(expression.text);
}

void CollectConjuncts(const Expression& expression, std::vector<const Expression*>* conjuncts) {
  if (expression.kind != ExpressionKind::kAnd) {
    conjuncts->push_back(&expression);
    return;
  }
  for (const auto& operand : expression.operands) CollectConjuncts(*operand, conjuncts);
}

void CollectDisjuncts(const Expression& expression, std::vector<const Expression*>* disjuncts) {
  if (expression.kind != ExpressionKind::kOr) {
    disjuncts->push_back(&expression);
    return;
  }
  for (const auto& operand : expression.operands) CollectDisjuncts(*operand, disjuncts);
}

bool AsksKnown(const Expression& expression) {
  bool asks = false;
  VisitExpression(expression, [&](const Expression& node) {
    asks = asks || (node.kind == ExpressionKind::kCall && node.function == Function::kKnown);
  });
  return asks;
}

ConditionLogic LogicOf(const LintInput& input) {
  return ConditionLogic(input.rule_set, [features = input.features](int index) -> const Feature& {
    return (*features)[static_cast<size_t>(index)].feature;
  });
}

// One condition: a rule's, or a feature's where. `given` holds whenever it is asked.
class ConditionLint {
 public:
  ConditionLint(const LintInput& input, std::vector<Formula> given, std::string_view matches,
                Diagnostics* diagnostics)
      : logic_(LogicOf(input)),
        given_(std::move(given)),
        matches_(matches),
        diagnostics_(diagnostics) {}

  // Whether it can be both true and false.
  bool Run(const Expression& condition) {
    std::vector<const Expression*> conjuncts;
    CollectConjuncts(condition, &conjuncts);
    if (!JudgeWhole(condition, conjuncts)) return false;
    DropImplied(&conjuncts);
    for (const Expression* conjunct : conjuncts) JudgeChoices(*conjunct, conjuncts);
    return true;
  }

 private:
  std::vector<Formula> With(const std::vector<const Expression*>& conjuncts,
                            const Expression* without = nullptr) const {
    std::vector<Formula> all = given_;
    for (const Expression* conjunct : conjuncts) {
      if (conjunct != without) all.push_back(logic_.Make(*conjunct));
    }
    return all;
  }

  bool JudgeWhole(const Expression& condition, const std::vector<const Expression*>& conjuncts) {
    std::vector<Formula> so_far = given_;
    for (const Expression* conjunct : conjuncts) {
      so_far.push_back(logic_.Make(*conjunct));
      if (ConditionLogic::CanHold(so_far)) continue;
      const bool alone = !ConditionLogic::CanHold({logic_.Make(*conjunct)});
      diagnostics_->Warning(
          diagnostic::kNeverTrue.code, conjunct->at,
          Shown(*conjunct) + (alone ? " can never be true: no " : " contradicts the rest: no ") +
              matches_ + " can match",
          "look at the limits and their order");
      return false;
    }
    std::vector<Formula> otherwise = given_;
    otherwise.push_back(logic_.Make(condition, false));
    if (ConditionLogic::CanHold(otherwise)) return true;
    diagnostics_->Warning(diagnostic::kAlwaysTrue.code, condition.at,
                          "the condition can never be false: every " + matches_ + " matches",
                          "write the limit that was meant");
    return false;
  }

  // Parts that the others say already; the last one goes first.
  void DropImplied(std::vector<const Expression*>* conjuncts) {
    for (size_t i = conjuncts->size(); conjuncts->size() > 1 && i-- > 0;) {
      const Expression* const part = (*conjuncts)[i];
      if (AsksKnown(*part)) continue;
      std::vector<Formula> all = With(*conjuncts, part);
      all.push_back(logic_.Make(*part, false));
      if (ConditionLogic::CanHold(all)) continue;
      diagnostics_->Warning(diagnostic::kAlwaysTrue.code, part->at,
                            Shown(*part) + " makes no difference: the rest says so already",
                            "take it out, or write the limit that was meant");
      conjuncts->erase(conjuncts->begin() + static_cast<ptrdiff_t>(i));
    }
  }

  // The sides of an `or`: those that can't be true, and those that another one covers.
  void JudgeChoices(const Expression& choice, const std::vector<const Expression*>& conjuncts) {
    std::vector<const Expression*> sides;
    CollectDisjuncts(choice, &sides);
    if (sides.size() < 2) return;
    for (size_t i = sides.size(); i-- > 0;) {
      std::vector<Formula> all = With(conjuncts, &choice);
      all.push_back(logic_.Make(*sides[i]));
      const bool can_hold = ConditionLogic::CanHold(all);
      for (const Expression* other : sides) {
        if (other != sides[i]) all.push_back(logic_.Make(*other, false));
      }
      if (ConditionLogic::CanHold(all)) continue;
      diagnostics_->Warning(
          can_hold ? diagnostic::kAlwaysTrue.code : diagnostic::kNeverTrue.code, sides[i]->at,
          Shown(*sides[i]) + (can_hold ? " makes no difference: another side says so already"
                                       : " can never be true here"),
          "take it out, or write the limit that was meant");
      sides.erase(sides.begin() + static_cast<ptrdiff_t>(i));
    }
  }

  const ConditionLogic logic_;
  const std::vector<Formula> given_;
  const std::string matches_;
  Diagnostics* diagnostics_;
};

// The side on which the rule is judged fixes the direction of its legs.
std::vector<Formula> GivenFor(const Rule& rule, const ConditionLogic& logic) {
  if (rule.subject == RuleSubject::kDebtor) return {logic.DirectionIs(Direction::kDebit)};
  if (rule.subject == RuleSubject::kCreditor) return {logic.DirectionIs(Direction::kCredit)};
  return {};
}

// Names of the pack's parameters in a condition.
std::set<std::string> ParametersIn(const Expression& condition, const PackScope& scope) {
  std::set<std::string> names;
  VisitExpression(condition, [&](const Expression& node) {
    const auto found = scope.names.find(node.text);
    if (found != scope.names.end() && found->second.kind == NameKind::kParameter) {
      names.insert(node.text);
    }
  });
  return names;
}

// Tuned to its least or greatest value, a parameter must not switch the rule off.
void LintBounds(const RuleDraft& draft, const std::vector<Formula>& given, const LintInput& input,
                Diagnostics* diagnostics) {
  for (const std::string& name : ParametersIn(*draft.when, *input.scope)) {
    const Declaration& parameter = input.scope->names.find(name)->second;
    const YamlNode& node = *input.scope->pack->root().Find("parameters")->Find(name);
    for (const std::string_view bound : {"min", "max"}) {
      const Expression* const value = (bound == "min" ? parameter.least : parameter.most).get();
      if (value == nullptr) continue;
      ConditionLogic logic = LogicOf(input);
      logic.Replace({{name, value}});
      std::vector<Formula> all = given;
      all.push_back(logic.Make(*draft.when));
      if (ConditionLogic::CanHold(all)) continue;
      diagnostics->Warning(diagnostic::kParameterBound.code,
                           input.scope->pack->document->At(*node.Find(bound)),
                           "with " + Quoted(name) + " at its " + std::string(bound) + ", " +
                               Quoted(draft.rule.id) + " can never match",
                           "narrow the range: tuning must not switch a rule off unseen");
    }
  }
}

void LintExceptionsOf(const RuleDraft& draft, const std::vector<Formula>& given,
                      const ConditionLogic& logic, Diagnostics* diagnostics) {
  for (size_t i = 0; i < draft.exceptions.size(); ++i) {
    const Expression& condition = *draft.exceptions[i];
    for (const bool holds : {true, false}) {
      std::vector<Formula> all = given;
      all.push_back(logic.Make(*draft.when));
      all.push_back(logic.Make(condition, holds));
      if (ConditionLogic::CanHold(all)) continue;
      diagnostics->Warning(diagnostic::kIdleException.code, condition.at,
                           "the exception " + Quoted(draft.rule.exceptions[i].id) +
                               (holds ? " can never apply where the rule matches"
                                      : " applies to every match: the rule never alerts"),
                           holds ? "take it out, or mend its condition" : "narrow it");
    }
  }
}

void LintEmptyLists(const Expression& condition, const LintInput& input,
                    Diagnostics* diagnostics) {
  VisitExpression(condition, [&](const Expression& node) {
    if (node.kind != ExpressionKind::kIn) return;
    const Expression& list = *node.operands[1];
    const bool empty =
        (list.kind == ExpressionKind::kListLiteral && list.operands.empty()) ||
        (list.kind == ExpressionKind::kList &&
         input.rule_set->lists[static_cast<size_t>(list.index)].items.empty());
    if (!empty) return;
    diagnostics->Warning(diagnostic::kEmptyList.code, list.at,
                         "the list " + (list.text.empty() ? "[]" : Quoted(list.text)) +
                             " is empty: nothing is in it",
                         "fill it, or leave the condition out");
  });
}

}  // namespace

void LintCondition(const RuleDraft& draft, const LintInput& input, Diagnostics* diagnostics) {
  const ConditionLogic logic = LogicOf(input);
  const std::vector<Formula> given = GivenFor(draft.rule, logic);
  LintEmptyLists(*draft.when, input, diagnostics);
  if (!ConditionLint(input, given, "leg", diagnostics).Run(*draft.when)) return;
  LintBounds(draft, given, input, diagnostics);
  LintExceptionsOf(draft, given, logic, diagnostics);
}

void LintFeature(const YamlEntry& entry, const FeatureDraft& draft, const LintInput& input,
                 Diagnostics* diagnostics) {
  if (draft.where == nullptr) return;
  const ConditionLogic logic = LogicOf(input);
  std::vector<Formula> given;
  if (draft.feature.directions == DirectionSet::kDebits) {
    given.push_back(logic.DirectionIs(Direction::kDebit));
  } else if (draft.feature.directions == DirectionSet::kCredits) {
    given.push_back(logic.DirectionIs(Direction::kCredit));
  }
  LintEmptyLists(*draft.where, input, diagnostics);
  ConditionLint(input, std::move(given), "entry", diagnostics).Run(*draft.where);
}

}  // namespace vigla
