// Legs in, match results and images out. Hot.
#include "engine/pipeline/lane.h"

#include <algorithm>
#include <utility>

#include "engine/base/status.h"

namespace vigla {
namespace {

LedgerOptions LaneLedger(const PipelineOptions& options) {
  LedgerOptions ledger = options.ledger;
  ledger.leg_log_bytes_max = options.leg_log_bytes / static_cast<size_t>(options.lanes);
  ledger.cache_bytes_max = options.cache_bytes / static_cast<size_t>(options.lanes);
  return ledger;
}

}  // namespace

Lane::Lane(int index, const PipelineOptions& options, Store* store, const KeyedHasher* hasher,
           const std::vector<std::string>& topics, const Clock* clock, LegObserver* observer)
    : index_(index),
      state_(store, LaneLedger(options), hasher),
      judge_(topics),
      input_(options.ring_batches),
      output_(8),
      clock_(clock),
      observer_(observer) {}

absl::StatusOr<bool> Lane::Step() {
  const uint64_t written = signals_.written_ticket.load(std::memory_order_acquire);
  if (written != written_seen_) {
    written_seen_ = written;
    state_.Written(written);
    UpdatePressure();
  }
  if (finished_ != nullptr) {
    if (!output_.TryPush(finished_)) return false;
    finished_ = nullptr;
  }
  LaneMessage message;
  if (!input_.TryPop(&message)) return false;
  if (message.activation != nullptr) {
    rule_set_ = message.activation->rule_set;
    judge_.SetRuleSet(rule_set_);
    state_.SetRuleSet(rule_set_, message.activation->since);
    epoch_ = nullptr;  // an activation comes between epochs only
  } else if (message.batch != nullptr) {
    RETURN_IF_ERROR(ProcessBatch(*message.batch));
  } else if (message.epoch_end != nullptr) {
    EndEpoch(*message.epoch_end);
  }
  return true;
}

void Lane::StartEpoch() {
  epoch_ = std::make_unique<LaneEpoch>();
  epoch_->unknown.assign(rule_set_ == nullptr ? 0 : rule_set_->rules.size(), 0);
}

absl::Status Lane::ProcessBatch(const Batch& batch) {
  if (epoch_ == nullptr) StartEpoch();
  const std::vector<Leg>& legs = batch.lane_legs[index_];
  for (size_t at = 0; at < legs.size(); at += LaneState::kStretchLegs) {
    const std::span<const Leg> stretch =
        std::span(legs).subspan(at, std::min(LaneState::kStretchLegs, legs.size() - at));
    RETURN_IF_ERROR(state_.LookAhead(stretch));
    for (const Leg& leg : stretch) RETURN_IF_ERROR(ProcessLeg(batch, leg));
    if (!batch.is_replay) NoteLatencies(batch, stretch);
    state_.WriteAhead(stretch.size());
  }
  metrics_.legs.Add(legs.size());
  UpdatePressure();
  return absl::OkStatus();
}

absl::Status Lane::ProcessLeg(const Batch& batch, const Leg& leg) {
  LegFigures figures;
  ApplyOutcome outcome = ApplyOutcome::kApplied;
  const bool enters_ledger = batch.RecordOf(leg.sequence).verdict != AuditVerdict::kRejected;
  if (!enters_ledger) {
    state_.ReadOnly(leg, &figures);
  } else {
    ASSIGN_OR_RETURN(outcome, state_.Apply(leg, &figures));
    if (outcome == ApplyOutcome::kLate) metrics_.late.Add(1);
    if (outcome == ApplyOutcome::kTooLate) metrics_.too_late.Add(1);
  }
  const bool has_result =
      judge_.JudgeLeg(batch, leg, outcome, &figures, &epoch_->unknown, &result_);
  if (observer_ != nullptr) {
    observer_->Observe({index_, *rule_set_, batch, leg, outcome, enters_ledger, &figures,
                        has_result ? &result_ : nullptr});
  }
  if (has_result) epoch_->results.push_back(std::exchange(result_, LegResult{}));
  return absl::OkStatus();
}

void Lane::NoteLatencies(const Batch& batch, std::span<const Leg> legs) {
  metrics_.judge_us.AddAll(legs, clock_->NowUtcUs(), [&](const Leg& leg) {
    return batch.ReceivedUs(batch.InputOf(leg.sequence));
  });
}

void Lane::EndEpoch(const EpochEnd& end) {
  if (epoch_ == nullptr) StartEpoch();
  epoch_->epoch = end.epoch;
  epoch_->write_back = state_.TakeWriteBack(end.write_ticket, state_.IsOverBound());
  metrics_.matched_legs.Add(epoch_->results.size());
  finished_ = std::move(epoch_);
  epoch_ = nullptr;
  if (output_.TryPush(finished_)) finished_ = nullptr;
}

void Lane::UpdatePressure() {
  signals_.cache_pressure.store(state_.IsOverBound(), std::memory_order_relaxed);
  metrics_.cache_bytes.Set(state_.cache_bytes());
  metrics_.subjects.Set(state_.subject_count());
  metrics_.evictions.Set(state_.evictions());
}

}  // namespace vigla
