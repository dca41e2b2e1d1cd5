// The warnings. Cold.
#include "engine/rule/lint.h"

#include <algorithm>
#include <set>
#include <string>

#include "engine/model/time.h"
#include "engine/rule/diagnostic_codes.h"
#include "engine/rule/field.h"

namespace vigla {
namespace {

// What `known()` is asked about, by the names that the expression uses.
void CollectAsked(const Expression& expression, std::set<std::string>* asked) {
  VisitExpression(expression, [&](const Expression& node) {
    if (node.kind != ExpressionKind::kCall || node.function != Function::kKnown) return;
    VisitExpression(node, [&](const Expression& inner) { asked->insert(inner.text); });
  });
}

class UnknownLint {
 public:
  UnknownLint(const PackScope& scope, Diagnostics* diagnostics)
      : scope_(scope), diagnostics_(diagnostics) {}

  void Run(const Expression& expression) {
    CollectAsked(expression, &asked_);
    Visit(expression, true);
  }

 private:
  // `plain` where what is unknown reads as "no": a comparison for equality, or `in`, under
  // nothing but && and ||. An optional field may stand there; a feature's baseline may not.
  void Visit(const Expression& expression, bool plain) {
    const bool joins =
        expression.kind == ExpressionKind::kAnd || expression.kind == ExpressionKind::kOr;
    if (joins && plain) {
      for (const auto& operand : expression.operands) Visit(*operand, true);
      return;
    }
    const bool asks_equality =
        expression.kind == ExpressionKind::kEqual || expression.kind == ExpressionKind::kIn ||
        expression.kind == ExpressionKind::kExists;
    if (expression.kind == ExpressionKind::kCall && expression.function == Function::kKnown) {
      return;
    }
    Judge(expression, plain);
    for (const auto& operand : expression.operands) Visit(*operand, plain && asks_equality);
  }

  void Judge(const Expression& expression, bool plain) {
    bool may_be_unknown = false;
    if (expression.kind == ExpressionKind::kField && !plain) {
      may_be_unknown = FieldTable()[expression.field.id].optional;
    } else if (expression.kind == ExpressionKind::kFeature) {
      const auto found = scope_.names.find(expression.text);
      may_be_unknown = found != scope_.names.end() && found->second.may_be_unknown;
    }
    if (!may_be_unknown || !asked_.insert(expression.text).second) return;
    diagnostics_->Warning(diagnostic::kMaybeUnknown.code, expression.at,
                          Quoted(expression.text) + " may be unknown; then nothing matches",
                          "say what is meant: known(" + expression.text + ") && …, or !known(" +
                              expression.text + ") || …");
  }

  const PackScope& scope_;
  Diagnostics* diagnostics_;
  std::set<std::string> asked_;
};

constexpr int32_t kSoonDays = 30;

// How long until `day`: "tomorrow", "in 12 days".
std::string InDays(int32_t days) {
  return days == 0 ? "today" : days == 1 ? "tomorrow" : "in " + std::to_string(days) + " days";
}

void LintExceptions(const RuleDraft& draft, std::optional<int32_t> today,
                    Diagnostics* diagnostics) {
  const YamlDocument& document = *draft.pack->document;
  const std::vector<YamlNode>& nodes = ItemsAt(*draft.node, "unless");
  for (size_t i = 0; i < draft.rule.exceptions.size() && i < nodes.size(); ++i) {
    const Exception& exception = draft.rule.exceptions[i];
    const bool has_until = nodes[i].Find("until") != nullptr;  // a malformed one is an error
    if (exception.approved.empty() || !has_until) {
      diagnostics->Warning(diagnostic::kUnapproved.code, document.At(nodes[i]),
                           "the exception " + Quoted(exception.id) + " has no " +
                               (exception.approved.empty() ? "`approved`" : "`until`"),
                           "say who approved it, and until when");
    }
    if (!today || !exception.until_utc_day) continue;
    const SourcePosition at = document.At(*nodes[i].Find("until"));
    const int32_t left = *exception.until_utc_day - *today;
    if (left < 0) {
      diagnostics->Warning(diagnostic::kExpiredException.code, at,
                           "the exception " + Quoted(exception.id) + " ended on " +
                               FormatDate(*exception.until_utc_day),
                           "have it approved again, or take it out");
    } else if (left <= kSoonDays) {
      diagnostics->Warning(diagnostic::kExpiresSoon.code, at,
                           "the exception " + Quoted(exception.id) + " ends " + InDays(left),
                           "have it approved again before; from the day after, it alerts");
    }
  }
}

// Why the rule exists, what it is against, and who looked at it when.
void LintReviews(const RuleDraft& draft, std::optional<int32_t> today,
                 Diagnostics* diagnostics) {
  const YamlDocument& document = *draft.pack->document;
  std::string missing;
  for (const std::string_view key : {"rationale", "risk", "reviewed", "review_by"}) {
    if (draft.node->Find(key) != nullptr) continue;
    missing += (missing.empty() ? "" : ", ") + Quoted(key);
  }
  const YamlNode& id = *draft.node->Find("rule");
  if (!missing.empty()) {
    diagnostics->Warning(diagnostic::kNotJustified.code, document.At(id),
                         Quoted(draft.rule.id) + " says nothing of " + missing,
                         "an examiner asks why the rule is as it is, and when it was last "
                         "looked at");
  }
  const std::optional<int32_t> reviewed = DateAt(*draft.node, "reviewed");
  const std::optional<int32_t> review_by = DateAt(*draft.node, "review_by");
  if (reviewed && review_by && *review_by <= *reviewed) {
    diagnostics->Warning(diagnostic::kNotJustified.code,
                         document.At(*draft.node->Find("review_by")),
                         "the next review is not after the last one",
                         "set review_by to a later day");
  }
  if (today && reviewed && *reviewed > *today) {
    diagnostics->Warning(diagnostic::kNotJustified.code,
                         document.At(*draft.node->Find("reviewed")),
                         "the last review lies in the future", "say when it took place");
  }
  if (today && review_by && *review_by < *today) {
    diagnostics->Warning(diagnostic::kReviewOverdue.code,
                         document.At(*draft.node->Find("review_by")),
                         "the review of " + Quoted(draft.rule.id) + " was due on " +
                             FormatDate(*review_by),
                         "review the rule, and set reviewed and review_by");
  }
}

// Typologies of fraud on the customer: a held payment protects them, and tips nobody off.
bool IsFraud(std::string_view tag) {
  for (const std::string_view word : {"fraud", "card", "scam", "takeover", "duplicate", "error"}) {
    if (tag.find(word) != std::string_view::npos) return true;
  }
  return false;
}

void LintTippingOff(const RuleDraft& draft, Diagnostics* diagnostics) {
  if (draft.rule.action != ValidityAction::kHold) return;
  for (const YamlNode* tag : NamesAt(*draft.node, "tags")) {
    if (!tag->text.starts_with("typology.") || IsFraud(tag->text)) continue;
    diagnostics->Error(diagnostic::kTippingOff.code,
                       draft.pack->document->At(*draft.node->Find("action")),
                       "a rule of " + Quoted(tag->text) + " must not hold payments: the customer "
                       "would notice that somebody is looking",
                       "action: flag, or a risk rule; tag fraud as typology.fraud.…");
    return;
  }
}

}  // namespace

void LintScope(const LintInput& input, Diagnostics* diagnostics) {
  const YamlDocument& document = *input.scope->pack->document;
  // Where rules are written but not as a list, taking out what they use would be wrong advice.
  const YamlNode* rules = input.scope->pack->root().Find("rules");
  const bool has_rules = rules == nullptr || rules->IsSequence();
  for (const auto& [name, declaration] : input.scope->names) {
    if (declaration.broken) continue;
    if (!declaration.used && has_rules) {
      diagnostics->Warning(diagnostic::kUnused.code, declaration.at,
                           "nothing uses the " + std::string(NameKindName(declaration.kind)) +
                               " " + Quoted(name),
                           "take it out");
    }
    if (declaration.kind != NameKind::kParameter || !input.today) continue;
    const YamlNode& node = *input.scope->pack->root().Find("parameters")->Find(name);
    const std::optional<int32_t> review_by = DateAt(node, "review_by");
    if (!review_by || *review_by >= *input.today) continue;
    diagnostics->Warning(diagnostic::kReviewOverdue.code, document.At(*node.Find("review_by")),
                         "the review of the parameter " + Quoted(name) + " was due on " +
                             FormatDate(*review_by),
                         "review the value, and set reviewed and review_by");
  }
}

void LintRule(const RuleDraft& draft, const LintInput& input, Diagnostics* diagnostics) {
  UnknownLint(*input.scope, diagnostics).Run(*draft.when);
  for (const auto& condition : draft.exceptions) {
    UnknownLint(*input.scope, diagnostics).Run(*condition);
  }
  LintCondition(draft, input, diagnostics);
  LintReason(draft, input, diagnostics);
  LintExceptions(draft, input.today, diagnostics);
  LintReviews(draft, input.today, diagnostics);
  LintTippingOff(draft, diagnostics);
}

}  // namespace vigla
