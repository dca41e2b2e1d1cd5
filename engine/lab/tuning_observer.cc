// Turns judged legs into curves and samples. Warm.
#include "engine/lab/tuning_observer.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "engine/base/status.h"
#include "engine/pipeline/judge.h"

namespace vigla {
namespace {

// What the engine itself said of a rule on the leg; empty if it was silent.
std::optional<AuditResult> ResultOf(const JudgedLeg& judged, int rule) {
  if (judged.result == nullptr) return std::nullopt;
  for (const Match& match : judged.result->matches) {
    if (match.rule == rule) return match.result;
  }
  return std::nullopt;
}

bool IsAlert(AuditResult result) {
  return result == AuditResult::kAlert || result == AuditResult::kShadow ||
         result == AuditResult::kFlagged;
}

// Whether the engine, which judged at `present`, says what was found for that value.
bool Agrees(std::optional<AuditResult> result, const ThresholdVerdict& verdict,
            const StepSet& alerts, Step present) {
  if (!verdict.matches.Contains(present)) return !result.has_value();
  if (!result) return false;
  if (verdict.excepted.Contains(present)) return *result == AuditResult::kExcepted;
  return alerts.Contains(present) ? IsAlert(*result) : *result == AuditResult::kFolded;
}

bool IsFirstOfTransaction(const Leg& leg) {
  return leg.order == (leg.transaction->debtor.account.empty() ? LegOrder::kCreditorAccount
                                                               : LegOrder::kDebtorAccount);
}

}  // namespace

struct TuningObserver::Counted {
  Counted(DurationUs fold_us, int samples) : folding(fold_us), samples(samples) {}

  ThresholdCurve curve;
  ThresholdFolding folding;
  SampleKeeper samples;
};

struct alignas(64) TuningObserver::Lane {
  std::vector<Counted> curves;
  int64_t positives = 0;
  bool disagreed = false;
  bool out_of_bounds = false;
  // Newest event time by subject: only what is too late could be folded into an alert that its
  // ledger has forgotten, and only rules without features are judged on such legs.
  absl::flat_hash_map<Hash128, EventTime> newest;
};

TuningObserver::TuningObserver(const TuningPlan& plan, int lanes) : plan_(plan) {
  for (int i = 0; i < lanes; ++i) {
    lanes_.push_back(std::make_unique<Lane>());
    for (const PlannedCurve& curve : plan.curves) {
      const Rule& rule = plan.rule_set->rules[curve.rules[0]];
      lanes_.back()->curves.emplace_back(rule.once_per ? rule.once_per->for_us : 0, plan.samples);
    }
  }
}

TuningObserver::~TuningObserver() = default;

std::optional<bool> TuningObserver::LabelOf(const Leg& leg) const {
  if (plan_.labels == nullptr) return std::nullopt;
  return plan_.labels->Find(leg.transaction->id, leg.Own().account);
}

// Whether the leg's transaction is labelled true, with whichever account it touches.
bool TuningObserver::IsPositive(const Leg& leg) const {
  if (LabelOf(leg).value_or(false)) return true;
  const std::string_view other = leg.Other().account;
  return !other.empty() && plan_.labels->Find(leg.transaction->id, other).value_or(false);
}

void TuningObserver::Observe(const JudgedLeg& judged) {
  Lane& lane = *lanes_[static_cast<size_t>(judged.lane)];
  const Leg& leg = judged.leg;
  if (plan_.labels != nullptr && IsFirstOfTransaction(leg) && IsPositive(leg)) ++lane.positives;
  const Rule& rule = judged.rule_set.rules[plan_.curves[0].rules[0]];
  if (rule.on != leg.subject_kind) return;
  if (rule.stateless && rule.once_per && judged.enters_ledger) {
    EventTime& newest = lane.newest.try_emplace(leg.subject_hash, leg.time()).first->second;
    newest = std::max(newest, leg.time());
  }
  const auto& candidates = judged.rule_set.rules_of_leg[static_cast<size_t>(leg.subject_kind)]
                                                       [static_cast<size_t>(leg.order)];
  if (!std::binary_search(candidates.begin(), candidates.end(), plan_.curves[0].rules[0]) ||
      !RuleApplies(rule, leg, judged.enters_ledger)) {
    return;
  }
  if (judged.outcome == ApplyOutcome::kTooLate && !rule.stateless) return;
  for (size_t i = 0; i < plan_.curves.size(); ++i) {
    const PlannedCurve& curve = plan_.curves[i];
    if (!curve.exact) {
      ObserveValues(judged, curve, &lane.curves[i]);
    } else if (!ObserveExact(judged, curve, &lane, &lane.curves[i])) {
      lane.disagreed = true;
    }
  }
}

bool TuningObserver::ObserveExact(const JudgedLeg& judged, const PlannedCurve& curve, Lane* lane,
                                  Counted* counted) const {
  ThresholdVerdict verdict;
  if (!curve.exact->Judge(judged.leg, judged.figures, &verdict)) {
    lane->out_of_bounds = true;
    return true;
  }
  const std::optional<AuditResult> result = ResultOf(judged, curve.rules[0]);
  if (verdict.matches.empty()) return !result.has_value();
  StepSet alerts = verdict.matches;
  alerts.Subtract(verdict.excepted);
  const Rule& rule = curve.exact->rule();
  if (rule.once_per) {
    const LegReader reader(judged.leg, judged.rule_set, judged.figures);
    EventTime cutoff{INT64_MIN};
    const auto newest = lane->newest.find(judged.leg.subject_hash);
    if (newest != lane->newest.end()) cutoff = newest->second - plan_.retention_us;
    alerts = counted->folding.Fold(judged.leg.subject_hash,
                                   FoldKeyOf(rule, judged.rule_set, reader), judged.leg.time(),
                                   cutoff, std::move(alerts));
  }
  Count(judged, rule, verdict, alerts, counted);
  return Agrees(result, verdict, alerts, plan_.grid.present());
}

// Each value's variant was judged by the engine; a value stands for itself up to the next one.
void TuningObserver::ObserveValues(const JudgedLeg& judged, const PlannedCurve& curve,
                                   Counted* counted) const {
  ThresholdVerdict verdict;
  StepSet alerts;
  for (size_t i = 0; i < curve.rules.size(); ++i) {
    const std::optional<AuditResult> result = ResultOf(judged, curve.rules[i]);
    if (!result) continue;
    const Step from = plan_.values[i];
    const Step to = i + 1 < plan_.values.size() ? plan_.values[i + 1] : plan_.grid.greatest() + 1;
    verdict.matches.Append(from, to);
    if (*result == AuditResult::kExcepted) verdict.excepted.Append(from, to);
    if (IsAlert(*result)) alerts.Append(from, to);
  }
  if (verdict.matches.empty()) return;
  Count(judged, judged.rule_set.rules[curve.rules[0]], verdict, alerts, counted);
}

void TuningObserver::Count(const JudgedLeg& judged, const Rule& rule,
                           const ThresholdVerdict& verdict, const StepSet& alerts,
                           Counted* counted) const {
  const std::optional<bool> label = LabelOf(judged.leg);
  counted->curve.AddLeg(verdict.matches, verdict.excepted, alerts, label,
                        judged.leg.sequence.value);
  counted->samples.Offer(judged, rule, verdict.matches, alerts, plan_.grid, label.value_or(false));
}

absl::Status TuningObserver::status() const {
  for (const auto& lane : lanes_) {
    if (lane->out_of_bounds) {
      return MakeError(absl::StatusCode::kInvalidArgument,
                       "within the range some sums leave 128 bits: look at a narrower one");
    }
    if (lane->disagreed) {
      return MakeError(absl::StatusCode::kInternal,
                       "the engine's own verdict on a leg is not what was found for the present "
                       "value: the figures are not to be trusted");
    }
  }
  return absl::OkStatus();
}

int64_t TuningObserver::positives() const {
  int64_t sum = 0;
  for (const auto& lane : lanes_) sum += lane->positives;
  return sum;
}

ThresholdCurve TuningObserver::Curve(size_t index) const {
  ThresholdCurve all;
  for (const auto& lane : lanes_) all.Merge(lane->curves[index].curve);
  return all;
}

SampleKeeper TuningObserver::Samples(size_t index) const {
  SampleKeeper all(plan_.samples);
  for (const auto& lane : lanes_) all.Merge(lane->curves[index].samples);
  return all;
}

}  // namespace vigla
