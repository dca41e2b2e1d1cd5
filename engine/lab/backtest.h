// What a rule set would have done over recorded input: the figures of a back-test. Cold.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/audit/alert_id.h"
#include "engine/lab/recorded_run.h"
#include "engine/model/time.h"
#include "engine/rule/rule_set.h"

namespace vigla {

inline constexpr size_t kSeverityCount = 5;  // AlertSeverity
using BySeverity = std::array<uint64_t, kSeverityCount>;

// How alerts compare with labels, a transaction being labelled as the alert's account is touched
// by it. Precision and recall are those of `tune` (threshold_curve.h).
struct BacktestTruth {
  // Alerts, by the label of their own transaction; without one nothing is known of them.
  uint64_t right = 0, wrong = 0, unlabelled = 0;
  // Distinct transactions labelled true that a rule alerted on, or folded into an alert: recall
  // does not fall only because a rule repeats itself less.
  uint64_t found = 0;
  // … and those among an alert's evidence besides. No threshold turns on these.
  uint64_t shown = 0;

  std::optional<double> Precision() const;  // right / (right + wrong)
};

struct BacktestRule {
  std::string id, pack, title;
  int version = 1, score = 0;
  RuleState state = RuleState::kLive;
  AlertSeverity severity = AlertSeverity::kMedium;
  // Legs by what became of the match; of legs on which the condition was unknown, and of legs too
  // late for it, nothing more is known.
  uint64_t alerts = 0, shadow = 0, folded = 0, excepted = 0, flagged = 0;
  uint64_t unknown = 0, too_late = 0;
  uint64_t decided = 0;  // validity rules: records whose verdict it decided
  BacktestTruth truth;   // of its alerts, shadow ones for a shadow rule
};

// Weeks are ISO 8601's, of event time in UTC.
struct BacktestWeek {
  int32_t monday = 0;  // days since 1970-01-01
  uint64_t transactions = 0;
  BySeverity alerts{};
  std::map<int, uint64_t> alerts_by_rule;  // alerts and shadow alerts; by index of `rules`
};

// Officers work from Monday to Friday (UTC dates of event time); what a weekend brings waits for
// Monday. Every working day between the first and the last transaction counts, quiet ones too.
struct BacktestWorkload {
  struct Figures {
    double mean = 0;
    uint64_t p50 = 0, p95 = 0, most = 0;  // nearest rank
  };
  std::vector<std::pair<int32_t, BySeverity>> days;  // working days, ascending
  Figures all;
  std::array<Figures, kSeverityCount> by_severity;
};

// How often two rules were true together, exceptions aside: on the same leg, and for the same
// subject on the same UTC day.
struct BacktestOverlap {
  int first = 0, second = 0;  // indices of `rules`, first < second
  uint64_t legs = 0, legs_either = 0;
  uint64_t days = 0, days_either = 0;  // subject-days
  double LegShare() const;  // Jaccard: both / either
  double DayShare() const;
};

struct BacktestSubject {
  SubjectKind kind = SubjectKind::kAccount;
  std::string masked;     // MaskId
  std::string reference;  // the audit trail's pseudonym: who may look it up can find it
  uint64_t alerts = 0;
};

struct BacktestAlert {
  AlertId id{};
  uint64_t sequence = 0;
  LegOrder order = LegOrder::kDebtorAccount;
  EventTime time;
  SubjectKind kind = SubjectKind::kAccount;
  bool shadow = false;
  AlertSeverity severity = AlertSeverity::kInfo;
  int score = 0;
  std::string transaction;   // its id
  std::vector<int> rules;    // indices of `rules`
  std::optional<bool> own_label;
  std::vector<uint64_t> true_evidence;  // sequences of the evidence that is labelled true
};

struct BacktestFigures {
  std::string rule_set;             // fingerprint
  std::vector<std::string> inputs;  // names of the source's topics or files
  RecordedRunTotals totals;
  EventTime first, last;            // event times; meaningful if there is a transaction
  uint64_t transactions = 0;        // readable ones
  std::vector<BacktestRule> rules;  // as in the rule set, by id
  BySeverity alerts_by_severity{};
  std::vector<BacktestWeek> weeks;  // without holes
  BacktestWorkload workload;
  std::vector<BacktestOverlap> overlap;  // pairs that ever met, by indices
  std::vector<BacktestSubject> subjects;  // most alerts first, at most kSubjectsMax
  std::vector<BacktestAlert> alerts;      // by (sequence, leg order), live before shadow
  // With labels only.
  struct Truth {
    uint64_t labelled_true = 0, labelled_false = 0;  // transactions of the input
    BacktestTruth all;                               // live alerts of all rules
    // Of the transactions labelled true, those found.
    std::optional<double> Recall(const BacktestTruth& of) const;
  };
  std::optional<Truth> truth;

  static constexpr size_t kSubjectsMax = 20;
};

// "2018-W14" of the week that begins on this Monday.
std::string IsoWeek(int32_t monday);
int32_t MondayOf(int32_t utc_day);

// The workload of alerts by UTC day, over the days from first to last.
BacktestWorkload WorkloadOf(const std::map<int32_t, BySeverity>& alerts, int32_t first_day,
                            int32_t last_day);

}  // namespace vigla
