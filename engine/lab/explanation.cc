// A rule on a leg: outcome, exceptions, folding, features. Cold.
#include "engine/lab/explanation.h"

#include <algorithm>

#include "engine/audit/alert_id.h"
#include "engine/base/check.h"
#include "engine/lab/explanation_gap.h"
#include "engine/pipeline/intake.h"
#include "engine/rule/evaluator.h"

namespace vigla {
namespace {

RuleOutcome OutcomeOf(const Match& match) {
  switch (match.result) {
    case AuditResult::kAlert: return RuleOutcome::kAlert;
    case AuditResult::kShadow: return RuleOutcome::kShadow;
    case AuditResult::kFolded: return RuleOutcome::kFolded;
    case AuditResult::kExcepted: return RuleOutcome::kExcepted;
    case AuditResult::kFlagged: return RuleOutcome::kFlagged;
    case AuditResult::kTooLate: return RuleOutcome::kTooLate;
  }
  CHECK(false);
}

RuleOutcome VerdictOf(const Rule& rule) {
  if (rule.state == RuleState::kShadow) return RuleOutcome::kShadowVerdict;
  switch (rule.action) {
    case ValidityAction::kReject: return RuleOutcome::kDecidedReject;
    case ValidityAction::kHold: return RuleOutcome::kDecidedHold;
    default: return RuleOutcome::kDecidedFlag;
  }
}

std::string FoldingText(const Rule& rule, const RuleSet& rule_set) {
  if (!rule.once_per) return "";
  std::string text = "once per " + std::string(SubjectKindName(rule.on));
  for (const FieldRef& field : rule.once_per->key_rest) {
    text += " and " + rule_set.FieldName(field);
  }
  return text + " in " + FormatDuration(rule.once_per->for_us);
}

// The feature's canonical text, with lists by their names instead of their digests.
std::string DefinitionOf(const Feature& feature, const RuleSet& rule_set) {
  std::string text = feature.canonical;
  for (const NamedList& list : rule_set.lists) {
    const std::string digest = std::string(ValueTypeName(list.of)) + "s:" + list.digest.Hex();
    for (size_t at = text.find(digest); at != std::string::npos; at = text.find(digest, at)) {
      text.replace(at, digest.size(), list.name);
    }
  }
  return text;
}

class Explainer {
 public:
  Explainer(const Rule& rule, const JudgedLeg& judged, const ExplainOptions& options)
      : rule_(rule), judged_(judged), options_(options),
        trees_(options.trees->Of(judged.rule_set, rule)) {}

  RuleExplanation Explain() {
    Identify();
    explanation_.when = ExplainCondition(*trees_.when, judged_, options_.since);
    for (size_t i = 0; i < rule_.exceptions.size(); ++i) {
      AddException(rule_.exceptions[i], *trees_.exceptions[i]);
    }
    explanation_.folding = FoldingText(rule_, judged_.rule_set);
    Decide();
    for (size_t i = 0; i < rule_.features.size(); ++i) {
      AddFeature(rule_.features[i], rule_.feature_names[i]);
    }
    return std::move(explanation_);
  }

 private:
  void Identify() {
    const Leg& leg = judged_.leg;
    explanation_.rule = &rule_;
    explanation_.subject_kind = leg.subject_kind;
    explanation_.subject_id = leg.subject_id;
    explanation_.role = RoleText(leg.order);
    explanation_.transaction_id = leg.transaction->id;
    explanation_.source = SourceOfLeg();
    explanation_.time = leg.time();
    explanation_.sequence = leg.sequence;
  }

  std::string SourceOfLeg() const {
    const RecordPosition& position = judged_.batch.InputOf(judged_.leg.sequence).position;
    std::string source;
    if (position.topic < options_.topics.size()) {
      AppendSourceText(options_.topics[position.topic], position.partition, position.offset,
                       &source);
    }
    return source;
  }

  void AddException(const Exception& exception, const Expression& condition) {
    ExplainedException& added = explanation_.exceptions.emplace_back();
    added.id = exception.id;
    added.because = exception.because;
    added.until_utc_day = exception.until_utc_day;
    added.is_expired =
        exception.until_utc_day && UtcDay(judged_.leg.time()) > *exception.until_utc_day;
    added.condition = ExplainCondition(condition, judged_, options_.since);
  }

  void Decide() {
    if (judged_.result != nullptr) {
      for (const Match& match : judged_.result->matches) {
        if (&judged_.rule_set.rules[match.rule] != &rule_) continue;
        explanation_.outcome = OutcomeOf(match);
        explanation_.into = match.into;
        explanation_.exception = match.exception;
        explanation_.reason = match.reason;
        const bool has_alert =
            match.result == AuditResult::kAlert || match.result == AuditResult::kShadow;
        if (has_alert) explanation_.alert_id = AlertIdText(judged_.result->alert_id);
        return;
      }
    }
    explanation_.outcome = WithoutMatch();
  }

  // The rule has no entry on the leg.
  RuleOutcome WithoutMatch() {
    if (!judged_.enters_ledger && !rule_.at_intake) return RuleOutcome::kNotJudged;
    switch (explanation_.when.truth()) {
      case Truth::kFalse: return RuleOutcome::kClear;
      case Truth::kUnknown: return RuleOutcome::kUnknown;
      case Truth::kTrue: break;
    }
    CHECK(rule_.at_intake);  // any other rule that holds has an entry
    for (const ExplainedException& exception : explanation_.exceptions) {
      if (exception.is_expired || exception.condition.truth() != Truth::kTrue) continue;
      explanation_.exception = exception.id;
      return RuleOutcome::kExcepted;
    }
    return VerdictOf(rule_);
  }

  void AddFeature(int index, const std::string& name) {
    const Feature& feature = judged_.rule_set.features[index];
    ExplainedFeature& added = explanation_.features.emplace_back();
    added.index = index;
    added.name = name;
    added.definition = DefinitionOf(feature, judged_.rule_set);
    const Value value = judged_.figures->Feature(index);
    added.shown = ShownValue(value, judged_.rule_set.rates.base());
    added.value = value;
    added.value.text = {};
    if (!value.known) added.why = WhyFeatureIsUnknown(index, judged_, options_.since);
    if (feature.ever) return;
    const EventTime time = judged_.leg.time();
    added.has_window = true;
    added.from = time - feature.over_us;
    added.to = time - feature.skip_us;
    for (const Entry& entry : judged_.figures->FeatureEntries(
             index, options_.entries_most, &added.total, &added.without_rate)) {
      added.entries.push_back(NameEntry(entry));
    }
  }

  ExplainedEntry NameEntry(const Entry& entry) const {
    ExplainedEntry named;
    named.entry = entry;
    const Leg& leg = judged_.leg;
    named.is_judged_leg = entry.sequence == leg.sequence && entry.direction == leg.direction;
    if (entry.sequence == leg.sequence) {
      named.id = leg.transaction->id;
      named.source = SourceOfLeg();
    } else if (options_.name_entry) {
      options_.name_entry(entry.sequence, &named);
    }
    return named;
  }

  const Rule& rule_;
  const JudgedLeg& judged_;
  const ExplainOptions& options_;
  const ConditionTrees::OfRule& trees_;
  RuleExplanation explanation_;
};

}  // namespace

std::string_view RuleOutcomeName(RuleOutcome outcome) {
  switch (outcome) {
    case RuleOutcome::kClear: return "clear";
    case RuleOutcome::kUnknown: return "unknown";
    case RuleOutcome::kAlert: return "alert";
    case RuleOutcome::kShadow: return "shadow";
    case RuleOutcome::kFolded: return "folded";
    case RuleOutcome::kExcepted: return "excepted";
    case RuleOutcome::kFlagged: return "flagged";
    case RuleOutcome::kTooLate: return "too_late";
    case RuleOutcome::kDecidedReject: return "rejects";
    case RuleOutcome::kDecidedHold: return "holds";
    case RuleOutcome::kDecidedFlag: return "flags";
    case RuleOutcome::kShadowVerdict: return "shadow";
    case RuleOutcome::kNotJudged: return "not_judged";
  }
  CHECK(false);
}

bool IsAbout(const Rule& rule, const Leg& leg) {
  if (rule.on != leg.subject_kind) return false;
  switch (rule.subject) {
    case RuleSubject::kDebtor: return leg.direction == Direction::kDebit;
    case RuleSubject::kCreditor: return leg.direction == Direction::kCredit;
    case RuleSubject::kBoth: return true;
    case RuleSubject::kTransaction:
      return ReportingSide(*leg.transaction, rule.on) == leg.direction;
  }
  CHECK(false);
}

RuleExplanation ExplainRule(const Rule& rule, const JudgedLeg& judged,
                            const ExplainOptions& options) {
  return Explainer(rule, judged, options).Explain();
}

}  // namespace vigla
