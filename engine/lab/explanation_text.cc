// Explanations as text for people. Cold.
#include "engine/lab/explanation_text.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "engine/base/status.h"
#include "engine/rule/calculation.h"

namespace vigla {
namespace {

std::string_view MarkOf(Truth truth) {
  switch (truth) {
    case Truth::kTrue: return "PASS";
    case Truth::kFalse: return "FAIL";
    case Truth::kUnknown: return "UNKNOWN";
  }
  return "";
}

std::string Magnitude(const std::string& distance) {
  return distance.starts_with("-") ? distance.substr(1) : distance;
}

int SignOf(const Value& distance) {
  if (!IsNumeric(distance.type)) return (distance.integer > 0) - (distance.integer < 0);
  const std::strong_ordering order = Compare(distance.number, Number::Scaled(0, 0));
  return order < 0 ? -1 : order > 0 ? 1 : 0;
}

// How far the left side lies from where the comparison turns.
std::string DistanceText(const ExplanationNode& node) {
  if (!node.distance) return "";
  const int sign = SignOf(*node.distance);
  const std::string by = Magnitude(node.distance_shown);
  const bool holds = node.truth() == Truth::kTrue;
  switch (node.expression->kind) {
    case ExpressionKind::kGreaterEqual:
    case ExpressionKind::kGreater:
      if (sign == 0) return holds ? "exactly at the limit" : "at the limit, not over it";
      return by + (sign > 0 ? " over" : " short");
    case ExpressionKind::kLessEqual:
    case ExpressionKind::kLess:
      if (sign == 0) return holds ? "exactly at the limit" : "at the limit, not under it";
      return by + (sign > 0 ? " too much" : " under");
    default: return sign == 0 ? "equal" : by + " apart";
  }
}

std::string NodeLabel(const ExplanationNode& node) {
  if (node.expression->kind == ExpressionKind::kAnd) {
    return node.text.empty() ? "all of" : node.text + ", all of";
  }
  if (node.expression->kind == ExpressionKind::kOr) {
    return node.text.empty() ? "any of" : node.text + ", any of";
  }
  return node.text;
}

std::string NodeLine(const ExplanationNode& node) {
  std::string line;
  if (node.value.type == ValueType::kBool) line = std::string(MarkOf(node.truth())) + "  ";
  line += NodeLabel(node);
  if (node.value.type != ValueType::kBool) {
    line += " = " + node.shown;
  } else if (!node.left.empty()) {
    const bool is_in = node.expression->kind == ExpressionKind::kIn;
    line += ": " + node.left + (is_in ? " in " : " against ") + node.right;
    const std::string distance = DistanceText(node);
    if (!distance.empty()) line += "; " + distance;
  }
  if (!node.why.empty() && node.operands.empty()) line += " (" + node.why + ")";
  return line;
}

void AppendOperands(const ExplanationNode& node, const std::string& indent, std::string* out) {
  for (const ExplanationNode& operand : node.operands) {
    const bool is_last = &operand == &node.operands.back();
    absl::StrAppend(out, indent, is_last ? "└─ " : "├─ ", NodeLine(operand), "\n");
    AppendOperands(operand, indent + (is_last ? "   " : "│  "), out);
  }
}

// The whole condition: a chain by its mark alone, anything else as the one line it is.
void AppendCondition(const ExplanationNode& node, const std::string& head, std::string* out) {
  const bool is_and = node.expression->kind == ExpressionKind::kAnd;
  if (is_and || node.expression->kind == ExpressionKind::kOr) {
    absl::StrAppend(out, head, ToAbsl(MarkOf(node.truth())), is_and ? ", all of\n" : ", any of\n");
  } else {
    absl::StrAppend(out, head, NodeLine(node), "\n");
  }
  AppendOperands(node, "  ", out);
}

std::string OutcomeText(const RuleExplanation& explanation) {
  switch (explanation.outcome) {
    case RuleOutcome::kClear: return "clear: the condition does not hold";
    case RuleOutcome::kUnknown: return "no match: the condition is unknown, " +
                                       explanation.when.why;
    case RuleOutcome::kAlert: return "ALERT " + explanation.alert_id;
    case RuleOutcome::kShadow: return "SHADOW ALERT " + explanation.alert_id;
    case RuleOutcome::kFolded: return "match, folded into " + explanation.into;
    case RuleOutcome::kExcepted: return "match, excepted by " + explanation.exception;
    case RuleOutcome::kFlagged: return "match: the leg is flagged";
    case RuleOutcome::kTooLate: return "not judged: the leg came too late for windows";
    case RuleOutcome::kDecidedReject: return "MATCH: the transaction is rejected at intake";
    case RuleOutcome::kDecidedHold: return "MATCH: the transaction is held at intake";
    case RuleOutcome::kDecidedFlag: return "MATCH: the transaction is flagged at intake";
    case RuleOutcome::kShadowVerdict: return "match, but the rule is a shadow: no verdict";
    case RuleOutcome::kNotJudged:
      return "not judged: the transaction was rejected at intake and is in no ledger";
  }
  return "";
}

std::string HeadOf(const RuleExplanation& explanation) {
  return absl::StrCat("transaction ", explanation.transaction_id, ", sequence ",
                      explanation.sequence.value, ", ", explanation.source, ", ",
                      FormatTimeShort(explanation.time), "\n", explanation.role, "'s ",
                      ToAbsl(SubjectKindName(explanation.subject_kind)), " ",
                      explanation.subject_id, "\n");
}

void AppendExceptions(const RuleExplanation& explanation, std::string* out) {
  for (const ExplainedException& exception : explanation.exceptions) {
    std::string head = "unless " + exception.id;
    if (exception.until_utc_day) {
      head += absl::StrCat(exception.is_expired ? " (expired " : " (until ",
                           FormatDate(*exception.until_utc_day), ")");
    }
    AppendCondition(exception.condition, head + ": ", out);
  }
}

void AppendEntry(const ExplainedEntry& explained, CurrencyCode base, std::string* out) {
  const Entry& entry = explained.entry;
  const std::string id =
      explained.id.empty() ? absl::StrCat("sequence ", entry.sequence.value) : explained.id;
  absl::StrAppend(out, "    ", id, "  ", FormatTimeShort(entry.time), "  ",
                  ToAbsl(DirectionName(entry.direction)), "  ",
                  FormatOriginal(entry.amount, entry.currency), " ", entry.currency.Text());
  if (!entry.has_base_amount) {
    absl::StrAppend(out, " (no rate)");
  } else if (entry.currency != base) {
    absl::StrAppend(out, " (", FormatBase(entry.base_amount, base), " ", base.Text(), ")");
  }
  absl::StrAppend(out, "  ", ToAbsl(KindName(entry.kind)));
  if (!entry.counterparty.IsZero()) {
    absl::StrAppend(out, absl::StrFormat("  with #%016x", entry.counterparty.high));
  }
  if (!explained.source.empty()) absl::StrAppend(out, "  ", explained.source);
  absl::StrAppend(out, explained.is_judged_leg ? "  <- this leg\n" : "\n");
}

void AppendFeature(const ExplainedFeature& feature, CurrencyCode base, std::string* out) {
  absl::StrAppend(out, feature.name, " = ", feature.shown);
  if (!feature.why.empty()) absl::StrAppend(out, " (", feature.why, ")");
  absl::StrAppend(out, "\n  ", feature.definition, "\n");
  if (!feature.has_window) return;
  absl::StrAppend(out, "  window (", FormatTimeShort(feature.from), ", ",
                  FormatTimeShort(feature.to), "], ", feature.total,
                  feature.total == 1 ? " entry" : " entries");
  if (feature.without_rate > 0) {
    absl::StrAppend(out, ", ", feature.without_rate, " of them without a rate");
  }
  const auto listed = static_cast<int64_t>(feature.entries.size());
  if (listed < feature.total) absl::StrAppend(out, "; the newest ", listed, " of them:");
  absl::StrAppend(out, "\n");
  for (const ExplainedEntry& entry : feature.entries) AppendEntry(entry, base, out);
}

// The first part, from left to right, that keeps the whole from holding.
const ExplanationNode* Culprit(const ExplanationNode& node) {
  if (node.expression->kind == ExpressionKind::kAnd) {
    for (const ExplanationNode& operand : node.operands) {
      if (operand.truth() == node.truth()) return Culprit(operand);
    }
  }
  return &node;
}

}  // namespace

std::string RenderTree(const RuleExplanation& explanation, CurrencyCode base) {
  const Rule& rule = *explanation.rule;
  std::string out = absl::StrCat("rule ", rule.id, " v", rule.version, ": ", rule.title, "\n",
                                 HeadOf(explanation), OutcomeText(explanation), "\n");
  if (!explanation.reason.empty()) absl::StrAppend(&out, "  ", explanation.reason, "\n");
  absl::StrAppend(&out, "\n");
  AppendCondition(explanation.when, "when: ", &out);
  AppendExceptions(explanation, &out);
  if (!explanation.folding.empty()) absl::StrAppend(&out, explanation.folding, "\n");
  if (!explanation.features.empty()) absl::StrAppend(&out, "\n");
  for (const ExplainedFeature& feature : explanation.features) AppendFeature(feature, base, &out);
  return out;
}

std::string RenderVerdictLine(const RuleExplanation& explanation) {
  std::string line = absl::StrCat(explanation.rule->id, ", ", explanation.role, "'s ",
                                  ToAbsl(SubjectKindName(explanation.subject_kind)), ": ",
                                  OutcomeText(explanation));
  if (explanation.outcome == RuleOutcome::kClear) {
    const ExplanationNode* culprit = Culprit(explanation.when);
    const bool is_chain = culprit->expression->kind == ExpressionKind::kOr;
    absl::StrAppend(&line, is_chain ? "" : "; " + NodeLine(*culprit));
  }
  return line + "\n";
}

}  // namespace vigla
