// Polling, and the decision where an epoch ends. Hot.
#include "engine/pipeline/live_feed.h"

#include <chrono>
#include <thread>

#include "engine/base/status.h"

namespace vigla {
namespace {

// Partitions that alternate record by record make a run each, and all runs of an epoch are in one
// journal record: one too large for Kafka would end the process at every start. Another batch of
// records may follow before the cut, hence far below the record limit.
constexpr size_t kRunBytesMax = 600 * 1024;

// One that is being committed, and one that is ready when it is done. Cut by the clock beyond that,
// small epochs would only queue behind a slow commit, each as dear as a large one.
constexpr uint64_t kEpochsUnderWayMax = 2;

// A batch costs every thread it passes a wake-up, and memory of its own that is cold by the time
// it is used again: polled for as they arrive, a few records cost twice as much each. So a poll
// that did not fill its batch is followed by another only after so long.
constexpr int64_t kPollIntervalNs = 500'000;

}  // namespace

LiveFeed::LiveFeed(const PipelineOptions& options, Source* source, const Clock* clock,
                   Feed* feed, const std::atomic<bool>* gate_closed, ActivationDesk* desk)
    : options_(options), source_(source), clock_(clock), feed_(feed),
      gate_closed_(gate_closed), desk_(desk) {}

void LiveFeed::Begin(ActivationDesk::Wanted wanted, std::string before) {
  judging_ = std::move(before);
  if (desk_ != nullptr && !judging_.empty()) desk_->NoteUnchanged(judging_, 0);
  Want(std::move(wanted));
}

void LiveFeed::Want(ActivationDesk::Wanted wanted) {
  seen_ticket_ = wanted.ticket;
  pending_ = std::move(wanted);
  if (pending_.rule_set->FingerprintText() != judging_) return;
  pending_.rule_set = nullptr;
  if (desk_ != nullptr) desk_->NoteUnchanged(judging_, seen_ticket_);
}

void LiveFeed::LookForReload() {
  if (desk_ != nullptr && desk_->newest_ticket() != seen_ticket_) Want(desk_->wanted());
}

void LiveFeed::ActivatePending() {
  if (pending_.rule_set == nullptr) return;
  std::string after = pending_.rule_set->FingerprintText();
  feed_->Activate(
      feed_->sequencer().Activate(std::move(pending_.rule_set), judging_, pending_.ticket), true);
  pending_.rule_set = nullptr;
  judging_ = std::move(after);
}

bool LiveFeed::MustCut() const {
  const Sequencer& sequencer = feed_->sequencer();
  if (!sequencer.IsOpen()) return false;
  if (sequencer.open_records() >= options_.epoch_records_max ||
      sequencer.open_bytes() >= options_.epoch_bytes_max ||
      sequencer.open_run_bytes() >= kRunBytesMax || feed_->HasCachePressure()) {
    return true;
  }
  return clock_->NowNs() - epoch_opened_ns_ >= options_.commit_interval_ms * 1'000'000 &&
         feed_->EpochsUnderWay() < kEpochsUnderWayMax;
}

void LiveFeed::SpacePolls() const {
  const int64_t wait_ns = next_poll_ns_ - clock_->NowNs();
  if (wait_ns > 0) std::this_thread::sleep_for(std::chrono::nanoseconds(wait_ns));
}

void LiveFeed::Cut() {
  Feed::EndOptions end;
  end.source_fingerprint = source_->Fingerprint();
  feed_->EndEpoch(std::move(end));
  feed_->metrics().lag_records_plus_one.Set(static_cast<uint64_t>(source_->LagRecords() + 1));
}

absl::StatusOr<StepResult> LiveFeed::Finish() {
  if (done_) return StepResult::kDone;
  if (feed_->sequencer().IsOpen()) Cut();
  feed_->EndAll();
  done_ = true;
  return StepResult::kWorked;
}

absl::StatusOr<StepResult> LiveFeed::Step(int wait_ms) {
  if (!feed_->Flush()) return StepResult::kIdle;
  if (ended_ || stop_.load(std::memory_order_relaxed)) return Finish();
  if (MustCut()) {
    Cut();
    return StepResult::kWorked;
  }
  // An epoch is begun only where it can be ended: with room for its subjects and its images.
  if (!feed_->sequencer().IsOpen() &&
      (feed_->HasCachePressure() || gate_closed_->load(std::memory_order_relaxed))) {
    return StepResult::kIdle;
  }
  LookForReload();
  if (wait_ms > 0) SpacePolls();
  if (batch_ == nullptr) batch_ = feed_->NewBatch();
  ASSIGN_OR_RETURN(const PollState state,
                   source_->Poll(options_.batch_records_max, options_.batch_bytes_max, wait_ms,
                                 &batch_->input));
  if (state == PollState::kEnd) {
    ended_ = true;
    return StepResult::kWorked;
  }
  if (state == PollState::kIdle) {
    const bool forces = pending_.rule_set != nullptr && pending_.ticket > 0;
    if (!forces || feed_->sequencer().IsOpen()) return StepResult::kIdle;
    ActivatePending();
    Cut();
    return StepResult::kWorked;
  }
  if (!feed_->sequencer().IsOpen()) {
    epoch_opened_ns_ = clock_->NowNs();
    ActivatePending();
  }
  const bool is_full = batch_->input.records.size() >= options_.batch_records_max ||
                       batch_->input.bytes >= options_.batch_bytes_max;
  next_poll_ns_ = is_full ? 0 : clock_->NowNs() + kPollIntervalNs;
  batch_->polled_us = clock_->NowUtcUs();
  feed_->Submit(std::move(batch_), /*is_replay=*/false);
  return StepResult::kWorked;
}

}  // namespace vigla
