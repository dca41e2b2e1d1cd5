// From judged legs to figures. Warm while lanes run, cold at the end.
#include "engine/lab/backtest_collector.h"

#include <algorithm>
#include <tuple>

#include "engine/lab/report/text.h"
#include "engine/pipeline/subject_reference.h"

namespace vigla {
namespace {

// Each transaction has one first leg: where it is counted.
bool IsFirstLeg(const Leg& leg) {
  return leg.order == LegOrder::kDebtorAccount ||
         (leg.order == LegOrder::kCreditorAccount && leg.transaction->debtor.account.empty());
}

bool WasTrue(AuditResult result) {
  return result != AuditResult::kExcepted && result != AuditResult::kTooLate;
}

}  // namespace

BacktestCollector::BacktestCollector(const RuleSet& rule_set, const BacktestLabels* labels,
                                     std::string identity_key, int lanes)
    : rule_set_(rule_set),
      labels_(labels),
      identity_key_(std::move(identity_key)),
      lanes_(static_cast<size_t>(lanes)) {
  for (LaneCounts& lane : lanes_) lane.rules.resize(rule_set.rules.size());
}

void BacktestCollector::Observe(const JudgedLeg& judged) {
  LaneCounts& lane = lanes_[static_cast<size_t>(judged.lane)];
  if (IsFirstLeg(judged.leg)) CountTransaction(judged, &lane);
  if (LabelOf(judged.leg).value_or(false)) lane.true_sequences.insert(judged.leg.sequence.value);
  if (judged.result != nullptr) CountMatches(judged, &lane);
}

void BacktestCollector::CountTransaction(const JudgedLeg& judged, LaneCounts* lane) {
  const EventTime time = judged.leg.time();
  lane->first = std::min(lane->first, time);
  lane->last = std::max(lane->last, time);
  ++lane->transactions;
  const int32_t monday = MondayOf(UtcDay(time));
  if (lane->week == nullptr || lane->week->monday != monday) {
    lane->week = &lane->weeks[monday];  // maps don't move their values
    lane->week->monday = monday;
  }
  ++lane->week->transactions;
  for (uint16_t rule : judged.batch.RecordOf(judged.leg.sequence).deciding_rules) {
    ++lane->rules[rule].decided;
  }
  if (LabelOf(judged.leg) == std::optional<bool>(false)) ++lane->labelled_false;
}

std::optional<bool> BacktestCollector::LabelOf(const Leg& leg) const {
  if (labels_ == nullptr) return std::nullopt;
  return labels_->Find(leg.transaction->id, leg.Own().account);
}

void BacktestCollector::CountMatches(const JudgedLeg& judged, LaneCounts* lane) {
  const LegResult& result = *judged.result;
  const uint64_t sequence = judged.leg.sequence.value;
  bool live = false, shadow = false;
  std::vector<int> true_rules;
  for (const Match& match : result.matches) {
    ++lane->rules[static_cast<size_t>(match.rule)].results[static_cast<size_t>(match.result)];
    live = live || match.result == AuditResult::kAlert;
    shadow = shadow || match.result == AuditResult::kShadow;
    if (WasTrue(match.result)) true_rules.push_back(match.rule);
    if (match.result == AuditResult::kFolded && LabelOf(judged.leg).value_or(false)) {
      lane->folded.push_back({match.rule, match.shadow, sequence});
    }
  }
  if (live) AddAlert(judged, false, lane);
  if (shadow) AddAlert(judged, true, lane);
  if (true_rules.empty() || true_rules.size() > kOverlapMatchesMax) return;
  std::vector<int>& of_day =
      lane->subject_days[{judged.leg.subject_hash, UtcDay(judged.leg.time())}];
  for (size_t i = 0; i < true_rules.size(); ++i) {
    ++lane->rules[static_cast<size_t>(true_rules[i])].true_legs;
    const auto at = std::lower_bound(of_day.begin(), of_day.end(), true_rules[i]);
    if (at == of_day.end() || *at != true_rules[i]) of_day.insert(at, true_rules[i]);
    for (size_t j = i + 1; j < true_rules.size(); ++j) {
      ++lane->leg_pairs[std::minmax(true_rules[i], true_rules[j])];
    }
  }
}

void BacktestCollector::AddAlert(const JudgedLeg& judged, bool shadow, LaneCounts* lane) {
  const LegResult& result = *judged.result;
  const Leg& leg = judged.leg;
  BacktestAlert alert;
  alert.id = result.alert_id;
  alert.sequence = leg.sequence.value;
  alert.order = leg.order;
  alert.time = leg.time();
  alert.kind = leg.subject_kind;
  alert.shadow = shadow;
  alert.transaction = std::string(leg.transaction->id);
  const AuditResult wanted = shadow ? AuditResult::kShadow : AuditResult::kAlert;
  const int32_t day = UtcDay(alert.time);
  BacktestWeek& week = lane->weeks[MondayOf(day)];
  week.monday = MondayOf(day);
  for (size_t i = 0; i < result.matches.size(); ++i) {
    const Match& match = result.matches[i];
    if (match.result != wanted) continue;
    const Rule& rule = rule_set_.rules[static_cast<size_t>(match.rule)];
    alert.severity = std::max(alert.severity, rule.severity);
    alert.score += rule.score;
    alert.rules.push_back(match.rule);
    ++week.alerts_by_rule[match.rule];
    for (const Entry& entry : result.evidence[i]) {
      if (lane->true_sequences.contains(entry.sequence.value)) {
        alert.true_evidence.push_back(entry.sequence.value);
      }
    }
  }
  alert.own_label = LabelOf(leg);
  if (!shadow) {
    ++week.alerts[static_cast<size_t>(alert.severity)];
    ++lane->days[day][static_cast<size_t>(alert.severity)];
    BacktestSubject& subject = lane->subjects[leg.subject_hash];
    if (subject.alerts++ == 0) {
      subject.kind = leg.subject_kind;
      subject.masked = MaskId(leg.subject_id);
      subject.reference = SubjectReference(identity_key_, leg);
    }
  }
  lane->alerts.push_back(std::move(alert));
}

BacktestFigures BacktestCollector::Finish(const RecordedRunTotals& totals,
                                          std::vector<std::string> inputs) {
  BacktestFigures figures;
  figures.rule_set = rule_set_.FingerprintText();
  figures.inputs = std::move(inputs);
  figures.totals = totals;
  figures.first = EventTime::Max();
  figures.last = EventTime::Min();
  std::map<int32_t, BacktestWeek> weeks;
  std::map<int32_t, BySeverity> days;
  std::vector<RuleCounts> counts(rule_set_.rules.size());
  for (LaneCounts& lane : lanes_) {
    figures.transactions += lane.transactions;
    figures.first = std::min(figures.first, lane.first);
    figures.last = std::max(figures.last, lane.last);
    for (const auto& [monday, of_lane] : lane.weeks) {
      BacktestWeek& week = weeks[monday];
      week.transactions += of_lane.transactions;
      for (size_t s = 0; s < kSeverityCount; ++s) week.alerts[s] += of_lane.alerts[s];
      for (const auto& [rule, alerts] : of_lane.alerts_by_rule) {
        week.alerts_by_rule[rule] += alerts;
      }
    }
    for (const auto& [day, by_severity] : lane.days) {
      for (size_t s = 0; s < kSeverityCount; ++s) days[day][s] += by_severity[s];
    }
    for (size_t r = 0; r < counts.size(); ++r) {
      for (int i = 0; i < 6; ++i) counts[r].results[i] += lane.rules[r].results[i];
      counts[r].decided += lane.rules[r].decided;
    }
    std::move(lane.alerts.begin(), lane.alerts.end(), std::back_inserter(figures.alerts));
    for (const auto& [hash, subject] : lane.subjects) figures.subjects.push_back(subject);
  }
  if (figures.transactions == 0) figures.first = figures.last = EventTime{};
  FinishTime(std::move(weeks), days, &figures);
  for (size_t r = 0; r < counts.size(); ++r) FinishRule(rule_set_.rules[r], counts[r], &figures);
  std::sort(figures.alerts.begin(), figures.alerts.end(),
            [](const BacktestAlert& a, const BacktestAlert& b) {
              return std::tie(a.sequence, a.order, a.shadow) <
                     std::tie(b.sequence, b.order, b.shadow);
            });
  for (const BacktestAlert& alert : figures.alerts) {
    if (!alert.shadow) ++figures.alerts_by_severity[static_cast<size_t>(alert.severity)];
  }
  std::sort(figures.subjects.begin(), figures.subjects.end(),
            [](const BacktestSubject& a, const BacktestSubject& b) {
              return std::tie(b.alerts, a.reference) < std::tie(a.alerts, b.reference);
            });
  if (figures.subjects.size() > BacktestFigures::kSubjectsMax) {
    figures.subjects.resize(BacktestFigures::kSubjectsMax);
  }
  FinishOverlap(&figures);
  if (labels_ != nullptr) FinishTruth(&figures);
  return figures;
}

void BacktestCollector::FinishTime(std::map<int32_t, BacktestWeek> weeks,
                                   const std::map<int32_t, BySeverity>& days,
                                   BacktestFigures* figures) {
  if (weeks.empty()) return;
  // A damaged date may lie centuries away: holes are filled only where they are few.
  constexpr int32_t kFilledDaysMax = 20 * 366;
  const int32_t first = weeks.begin()->first, last = weeks.rbegin()->first;
  if (last - first <= kFilledDaysMax) {
    for (int32_t monday = first; monday <= last; monday += 7) weeks[monday];
  }
  for (auto& [monday, week] : weeks) {
    week.monday = monday;
    figures->weeks.push_back(std::move(week));
  }
  figures->workload = WorkloadOf(days, std::max(UtcDay(figures->first), last - kFilledDaysMax),
                                 UtcDay(figures->last));
}

void BacktestCollector::FinishRule(const Rule& rule, const RuleCounts& counts,
                                   BacktestFigures* figures) {
  auto count = [&](AuditResult of) { return counts.results[static_cast<size_t>(of)]; };
  BacktestRule of;
  of.id = rule.id;
  of.pack = rule.pack;
  of.title = rule.title;
  of.version = rule.version;
  of.score = rule.score;
  of.state = rule.state;
  of.severity = rule.severity;
  of.alerts = count(AuditResult::kAlert);
  of.shadow = count(AuditResult::kShadow);
  of.folded = count(AuditResult::kFolded);
  of.excepted = count(AuditResult::kExcepted);
  of.flagged = count(AuditResult::kFlagged);
  of.too_late = count(AuditResult::kTooLate);
  of.decided = counts.decided;
  const auto unknown = figures->totals.unknown.find(rule.id);
  if (unknown != figures->totals.unknown.end()) of.unknown = unknown->second;
  figures->rules.push_back(std::move(of));
}

void BacktestCollector::FinishOverlap(BacktestFigures* figures) const {
  std::vector<uint64_t> legs(rule_set_.rules.size()), days(rule_set_.rules.size());
  std::map<Pair, BacktestOverlap> pairs;
  for (const LaneCounts& lane : lanes_) {
    for (size_t r = 0; r < legs.size(); ++r) legs[r] += lane.rules[r].true_legs;
    for (const auto& [pair, count] : lane.leg_pairs) pairs[pair].legs += count;
    for (const auto& [subject_day, rules] : lane.subject_days) {
      for (size_t i = 0; i < rules.size(); ++i) {
        ++days[static_cast<size_t>(rules[i])];
        for (size_t j = i + 1; j < rules.size(); ++j) ++pairs[{rules[i], rules[j]}].days;
      }
    }
  }
  for (auto& [pair, overlap] : pairs) {
    overlap.first = pair.first;
    overlap.second = pair.second;
    const auto a = static_cast<size_t>(pair.first), b = static_cast<size_t>(pair.second);
    overlap.legs_either = legs[a] + legs[b] - overlap.legs;
    overlap.days_either = days[a] + days[b] - overlap.days;
    figures->overlap.push_back(overlap);
  }
}

void BacktestCollector::FinishTruth(BacktestFigures* figures) const {
  // Distinct transactions, by sequence.
  struct Sets {
    absl::flat_hash_set<uint64_t> found, shown;
  };
  std::vector<Sets> of_rules(figures->rules.size());
  absl::flat_hash_set<uint64_t> labelled;  // true, on whichever leg
  Sets of_all;
  BacktestFigures::Truth truth;
  auto add = [](const BacktestAlert& alert, BacktestTruth* counts, Sets* sets) {
    const bool is_right = alert.own_label.value_or(false);
    ++(is_right ? counts->right : alert.own_label ? counts->wrong : counts->unlabelled);
    if (is_right) sets->found.insert(alert.sequence);
    sets->shown.insert(alert.true_evidence.begin(), alert.true_evidence.end());
  };
  for (const BacktestAlert& alert : figures->alerts) {
    for (int rule : alert.rules) {
      const auto r = static_cast<size_t>(rule);
      add(alert, &figures->rules[r].truth, &of_rules[r]);
    }
    if (!alert.shadow) add(alert, &truth.all, &of_all);
  }
  for (const LaneCounts& lane : lanes_) {
    labelled.insert(lane.true_sequences.begin(), lane.true_sequences.end());
    truth.labelled_false += lane.labelled_false;
    for (const FoldedTruth& folded : lane.folded) {
      of_rules[static_cast<size_t>(folded.rule)].found.insert(folded.sequence);
      if (!folded.shadow) of_all.found.insert(folded.sequence);
    }
  }
  truth.labelled_true = labelled.size();
  auto count = [](Sets* sets, BacktestTruth* counts) {
    counts->found = sets->found.size();
    sets->shown.insert(sets->found.begin(), sets->found.end());
    counts->shown = sets->shown.size();
  };
  count(&of_all, &truth.all);
  for (size_t r = 0; r < of_rules.size(); ++r) count(&of_rules[r], &figures->rules[r].truth);
  figures->truth = truth;
}

}  // namespace vigla
