// One record judged on a state by the engine's own stages. Cold.
#include "engine/lab/explained_moment.h"

#include <algorithm>

#include "engine/base/status.h"
#include "engine/ledger/leg_log.h"
#include "engine/pipeline/intake.h"
#include "engine/pipeline/judge.h"
#include "engine/pipeline/legs.h"

namespace vigla {
namespace {

// A rejected transaction has legs only where a rule may alert on them: here they are wanted.
void AppendAllLegs(const KeyedHasher& hasher, Batch* batch) {
  AuditVerdict& verdict = batch->records[0].verdict;
  const AuditVerdict decided = verdict;
  if (decided == AuditVerdict::kRejected) verdict = AuditVerdict::kValid;
  AppendLegs(hasher, 0, batch);
  verdict = decided;
}

MomentVerdict VerdictOf(const SequencedRecord& record, const RuleSet& rule_set) {
  MomentVerdict verdict;
  verdict.verdict = record.verdict;
  for (const uint16_t rule : record.deciding_rules) {
    verdict.deciding_rules.push_back(rule_set.rules[rule].id);
  }
  if (record.verdict == AuditVerdict::kUnreadable) verdict.rejection = record.rejection.Text();
  return verdict;
}

// Of the ledgers in the store only those that the legs go into.
absl::Status RecoverSubjectsOf(const std::vector<Leg>& legs, Store* store, LaneState* state) {
  ASSIGN_OR_RETURN(const std::vector<LegLogPart> log, ReadLegLog(store));
  const auto is_wanted = [&](const Hash128& hash) {
    return std::any_of(legs.begin(), legs.end(),
                       [&](const Leg& leg) { return leg.subject_hash == hash; });
  };
  return state->Recover(log, is_wanted, [](const StoreBatch&) {
    return absl::InternalError("memory without a bound was too little");
  });
}

}  // namespace

absl::StatusOr<MomentVerdict> JudgeAtMoment(const ExplainedMoment& moment, LegObserver* observer) {
  const RuleSet& rule_set = *moment.rule_set;
  Batch batch;
  batch.lane_legs.resize(1);
  batch.first_sequence = moment.sequence;
  batch.input.records.push_back(moment.record);
  Intake intake(moment.options, moment.hasher);
  intake.SetRuleSet(moment.rule_set);
  intake.Process(&batch);
  AppendAllLegs(*moment.hasher, &batch);
  const std::vector<Leg>& legs = batch.lane_legs[0];
  if (moment.prepare) {
    for (const Leg& leg : legs) RETURN_IF_ERROR(moment.prepare(leg));
  }

  LedgerOptions ledger = moment.options.ledger;
  ledger.cache_bytes_max = SIZE_MAX;  // for a few subjects
  LaneState state(moment.store, ledger, moment.hasher);
  RETURN_IF_ERROR(RecoverSubjectsOf(legs, moment.store, &state));
  state.SetRuleSet(moment.rule_set, moment.since);
  Judge judge(moment.topics);
  judge.SetRuleSet(moment.rule_set);
  std::vector<int64_t> unknown(rule_set.rules.size());
  const bool enters_ledger = batch.records[0].verdict != AuditVerdict::kRejected;
  for (const Leg& leg : legs) {
    LegFigures figures;
    ApplyOutcome outcome = ApplyOutcome::kApplied;
    if (enters_ledger) {
      ASSIGN_OR_RETURN(outcome, state.Apply(leg, &figures));
    } else {
      state.ReadOnly(leg, &figures);
    }
    LegResult result;
    const bool has_result = judge.JudgeLeg(batch, leg, outcome, &figures, &unknown, &result);
    observer->Observe({0, rule_set, batch, leg, outcome, enters_ledger, &figures,
                       has_result ? &result : nullptr});
    RETURN_IF_ERROR(state.status());
  }
  return VerdictOf(batch.records[0], rule_set);
}

}  // namespace vigla
