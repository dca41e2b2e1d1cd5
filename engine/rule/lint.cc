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

std::string Quoted(std::string_view text) { return "`" + std::string(text) + "`"; }

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
        expression.kind == ExpressionKind::kEqual || expression.kind == ExpressionKind::kIn;
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

// Features and parameters that decide, but that people never get to see.
void LintReason(const RuleDraft& draft, Diagnostics* diagnostics) {
  std::set<std::string> shown;
  for (const auto& hole : draft.holes) {
    if (hole == nullptr) continue;
    VisitExpression(*hole, [&](const Expression& node) { shown.insert(node.text); });
  }
  VisitExpression(*draft.when, [&](const Expression& node) {
    if (node.kind != ExpressionKind::kFeature || !shown.insert(node.text).second) return;
    diagnostics->Warning(diagnostic::kNumberNotShown.code, node.at,
                         "the reason never shows " + Quoted(node.text),
                         "write it into the reason: {" + node.text + "}");
  });
}

void LintExceptions(const RuleDraft& draft, std::optional<int32_t> today,
                    Diagnostics* diagnostics) {
  const YamlDocument& document = *draft.pack->document;
  const std::vector<YamlNode>& nodes = ItemsAt(*draft.node, "unless");
  for (size_t i = 0; i < draft.rule.exceptions.size() && i < nodes.size(); ++i) {
    const Exception& exception = draft.rule.exceptions[i];
    if (exception.approved.empty() || !exception.until_utc_day) {
      diagnostics->Warning(diagnostic::kUnapproved.code, document.At(nodes[i]),
                           "the exception " + Quoted(exception.id) + " has no " +
                               (exception.approved.empty() ? "`approved`" : "`until`"),
                           "say who approved it, and until when");
    }
    if (today && exception.until_utc_day && *exception.until_utc_day < *today) {
      diagnostics->Warning(diagnostic::kExpiredException.code,
                           document.At(*nodes[i].Find("until")),
                           "the exception " + Quoted(exception.id) + " ended on " +
                               FormatDate(*exception.until_utc_day),
                           "have it approved again, or take it out");
    }
  }
}

}  // namespace

void LintScope(const PackScope& scope, Diagnostics* diagnostics) {
  for (const auto& [name, declaration] : scope.names) {
    if (declaration.used || declaration.broken) continue;
    diagnostics->Warning(diagnostic::kUnused.code, declaration.at,
                         "nothing uses the " + std::string(NameKindName(declaration.kind)) + " " +
                             Quoted(name),
                         "take it out");
  }
}

void LintRule(const RuleDraft& draft, const PackScope& scope, std::optional<int32_t> today,
              Diagnostics* diagnostics) {
  UnknownLint(scope, diagnostics).Run(*draft.when);
  for (const auto& condition : draft.exceptions) {
    UnknownLint(scope, diagnostics).Run(*condition);
  }
  LintReason(draft, diagnostics);
  LintExceptions(draft, today, diagnostics);
  const std::optional<int32_t> review_by = DateAt(*draft.node, "review_by");
  if (today && review_by && *review_by < *today) {
    diagnostics->Warning(diagnostic::kReviewOverdue.code,
                         draft.pack->document->At(*draft.node->Find("review_by")),
                         "the review of " + Quoted(draft.rule.id) + " was due on " +
                             FormatDate(*review_by),
                         "review the rule, and set reviewed and review_by");
  }
}

}  // namespace vigla
