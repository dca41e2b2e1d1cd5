// Why a rule did or did not fire on a leg: its conditions with every value, the distance to every
// threshold, and the ledger entries behind every feature. Cold.
// Nothing is evaluated in a way of its own: each part of a condition is compiled and run as the
// engine does it, on the very figures that the leg was judged on.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/lab/condition_trees.h"
#include "engine/pipeline/leg_observer.h"
#include "engine/rule/truth.h"

namespace vigla {

// A part of a condition.
struct ExplanationNode {
  // As long as the condition trees live.
  const Expression* expression = nullptr;
  std::string text;   // as its pack has it; "" for a nested chain of && or ||
  Value value;        // without its text, which does not outlive the evaluation
  std::string shown;  // the value as people read it, with its unit; "unknown"
  std::string why;    // what made it unknown; "" where it is known
  // Of a comparison: both sides as people read them, and left - right where that means something.
  std::string left, right;
  std::optional<Value> distance;
  std::string distance_shown;
  std::vector<ExplanationNode> operands;  // a chain of one operator is one node

  Truth truth() const { return TruthOf(value); }
};

// What a feature's figure was taken from.
struct ExplainedEntry {
  Entry entry;
  std::string id;      // of its transaction; "" where nobody can tell
  std::string source;  // "transactions-0@561"
  bool is_judged_leg = false;
};

struct ExplainedFeature {
  int index = 0;  // into RuleSet::features
  std::string name, definition;
  Value value;    // without its text
  std::string shown, why;
  bool has_window = false;        // false: over `ever`
  EventTime from, to;             // (from, to]
  int64_t total = 0, without_rate = 0;
  std::vector<ExplainedEntry> entries;  // the newest of them, oldest first
};

struct ExplainedException {
  std::string id, because;
  std::optional<int32_t> until_utc_day;
  bool is_expired = false;  // at the leg's event time; then it excepts nothing
  ExplanationNode condition;
};

// What became of the rule on the leg, in the words of the audit trail where it has one.
enum class RuleOutcome : uint8_t {
  kClear, kUnknown, kAlert, kShadow, kFolded, kExcepted, kFlagged, kTooLate,
  kDecidedReject, kDecidedHold, kDecidedFlag,  // validity at intake: it made the verdict
  kShadowVerdict,  // validity at intake, shadow: it would have
  kNotJudged,      // the transaction was rejected, and the rule judges ledgers only
};
std::string_view RuleOutcomeName(RuleOutcome outcome);

struct RuleExplanation {
  const Rule* rule = nullptr;  // as long as the rule set lives
  SubjectKind subject_kind = SubjectKind::kAccount;
  std::string subject_id, role, transaction_id, source;
  EventTime time;
  Sequence sequence;
  RuleOutcome outcome = RuleOutcome::kClear;
  std::string alert_id;    // kAlert, kShadow
  std::string into;        // kFolded: the alert that it went into
  std::string exception;   // kExcepted: the exception's id
  std::string reason;      // kAlert, kShadow: the text that officers read
  ExplanationNode when;
  std::vector<ExplainedException> exceptions;
  std::string folding;     // "once per account and counterparty in 1d"; "" where there is none
  std::vector<ExplainedFeature> features;
};

struct ExplainOptions {
  const ConditionTrees* trees = nullptr;  // of the rule set that judged; required
  // Since when its ledgers have been kept, to say what a window still waits for; or nullptr.
  const RecordedSince* since = nullptr;
  int entries_most = 20;  // listed per feature
  // Names of the source's topics, by index.
  std::vector<std::string> topics;
  // The transaction of an earlier sequence; nullptr: entries have no ids.
  std::function<void(Sequence, ExplainedEntry*)> name_entry;
};

// Whether the rule is about such legs at all.
bool IsAbout(const Rule& rule, const Leg& leg);

// `rule` is one of judged.rule_set.rules and is about the leg. Must be called while the judged
// leg is valid: within LegObserver::Observe.
RuleExplanation ExplainRule(const Rule& rule, const JudgedLeg& judged,
                            const ExplainOptions& options);

// As FormatValue, but durations in days, hours, minutes and seconds: "1d 17h 25m 27.133983s".
std::string ShownValue(const Value& value, CurrencyCode base);

// One condition on a leg; `expression` belongs to a rule of judged.rule_set. `since` as above.
ExplanationNode ExplainCondition(const Expression& expression, const JudgedLeg& judged,
                                 const RecordedSince* since);

}  // namespace vigla
