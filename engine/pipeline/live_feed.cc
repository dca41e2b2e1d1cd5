// Polling, and the decision where an epoch ends. Hot.
#include "engine/pipeline/live_feed.h"

#include "engine/base/status.h"

namespace vigla {
namespace {

// Partitions that alternate record by record make a run each, and all runs of an epoch are in one
// journal record: one too large for Kafka would end the process at every start. Another batch of
// records may follow before the cut, hence far below the record limit.
constexpr size_t kRunBytesMax = 600 * 1024;

}  // namespace

LiveFeed::LiveFeed(const PipelineOptions& options, Source* source, const Clock* clock,
                   Feed* feed, const std::atomic<bool>* gate_closed)
    : options_(options), source_(source), clock_(clock), feed_(feed),
      gate_closed_(gate_closed) {}

void LiveFeed::ActivateLater(std::shared_ptr<const RuleSet> rule_set, std::string before) {
  pending_rule_set_ = std::move(rule_set);
  pending_before_ = std::move(before);
}

bool LiveFeed::MustCut() const {
  const Sequencer& sequencer = feed_->sequencer();
  if (!sequencer.IsOpen()) return false;
  return sequencer.open_records() >= options_.epoch_records_max ||
         sequencer.open_bytes() >= options_.epoch_bytes_max ||
         sequencer.open_run_bytes() >= kRunBytesMax || feed_->HasCachePressure() ||
         clock_->NowNs() - epoch_opened_ns_ >= options_.commit_interval_ms * 1'000'000;
}

void LiveFeed::Cut(bool write_everything) {
  Feed::EndOptions end;
  end.write_everything = write_everything;
  end.source_fingerprint = source_->Fingerprint();
  feed_->EndEpoch(std::move(end));
  feed_->metrics().lag_records_plus_one.Set(static_cast<uint64_t>(source_->LagRecords() + 1));
}

absl::StatusOr<StepResult> LiveFeed::Finish() {
  if (done_) return StepResult::kDone;
  if (feed_->sequencer().IsOpen()) Cut(true);
  feed_->RequestImages();
  done_ = true;
  return StepResult::kWorked;
}

absl::StatusOr<StepResult> LiveFeed::Step(int wait_ms) {
  if (!feed_->Flush()) return StepResult::kIdle;
  if (ended_ || stop_.load(std::memory_order_relaxed)) return Finish();
  if (MustCut()) {
    Cut(false);
    return StepResult::kWorked;
  }
  // An epoch is begun only where it can be ended: with room for its subjects and its images.
  if (!feed_->sequencer().IsOpen() &&
      (feed_->HasCachePressure() || gate_closed_->load(std::memory_order_relaxed))) {
    return StepResult::kIdle;
  }
  if (batch_ == nullptr) batch_ = feed_->NewBatch();
  ASSIGN_OR_RETURN(const PollState state,
                   source_->Poll(options_.batch_records_max, options_.batch_bytes_max, wait_ms,
                                 &batch_->input));
  if (state == PollState::kEnd) {
    ended_ = true;
    return StepResult::kWorked;
  }
  if (state == PollState::kIdle) return StepResult::kIdle;
  if (!feed_->sequencer().IsOpen()) {
    epoch_opened_ns_ = clock_->NowNs();
    if (pending_rule_set_ != nullptr) {
      feed_->Activate(feed_->sequencer().Activate(std::move(pending_rule_set_), pending_before_),
                      true);
      pending_rule_set_ = nullptr;
    }
  }
  feed_->Submit(std::move(batch_), /*is_replay=*/false);
  return StepResult::kWorked;
}

}  // namespace vigla
