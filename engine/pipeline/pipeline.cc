// Stages joined, recovered, run. Cold.
#include "engine/pipeline/pipeline.h"

#include <algorithm>
#include <mutex>
#include <thread>

#include "engine/base/status.h"
#include "engine/ledger/leg_log.h"
#include "engine/pipeline/legs.h"

namespace vigla {
namespace {

PipelineOptions WithRegions(PipelineOptions options, RegionReserve* regions) {
  options.ledger.regions = regions;
  return options;
}

}  // namespace

Pipeline::Pipeline(const PipelineOptions& options, const LoadOptions& load_options,
                   const PipelinePorts& ports, std::shared_ptr<const RuleSet> rule_set)
    : options_(WithRegions(options, &regions_)),
      load_options_(load_options),
      ports_(ports),
      configured_(ports.desk != nullptr ? ports.desk->wanted()
                                        : ActivationDesk::Wanted{std::move(rule_set), 0}),
      hasher_(options.identity_key) {}

Pipeline::~Pipeline() = default;

void Pipeline::Log(std::string_view message) const {
  if (ports_.log) ports_.log(message);
}

absl::StatusOr<StateHeader> Pipeline::ReadHeader() {
  StateHeader header;
  header.identity_key = Sha256::Of(options_.identity_key);
  std::string value;
  const absl::Status status = store_->Get(kStateHeaderKey, &value);
  if (absl::IsNotFound(status)) return header;
  RETURN_IF_ERROR(status);
  const Digest wanted_key = header.identity_key;
  ASSIGN_OR_RETURN(header, ParseStateHeader(value));
  if (header.identity_key != wanted_key) {
    return MakeError(absl::StatusCode::kFailedPrecondition,
                     "the state was built with another identity key; configure that key again, "
                     "or move the state directory away to have it rebuilt");
  }
  if (header.semantics != 1) {
    return MakeError(absl::StatusCode::kFailedPrecondition,
                     "the state was built by semantics that this version does not have");
  }
  const std::string base = configured_.rule_set->rates.base().Text();
  if (!header.base_currency.empty() && header.base_currency != base) {
    return MakeError(absl::StatusCode::kFailedPrecondition,
                     "the ledgers are kept in " + header.base_currency + " but the rules' base "
                     "currency is now " + base +
                         "; sums over both would mean nothing. Keep the base currency, or start "
                         "with a new output and state");
  }
  return header;
}

absl::Status Pipeline::Open() {
  RETURN_IF_ERROR(ports_.output->Open());
  ASSIGN_OR_RETURN(store_, ports_.open_store());
  ASSIGN_OR_RETURN(const StateHeader header, ReadHeader());
  const std::vector<std::string>& topics = ports_.source->topics();
  for (int i = 0; i < options_.lanes; ++i) {
    lanes_.push_back(std::make_unique<Lane>(i, options_, store_, &hasher_, topics,
                                            ports_.clock, ports_.leg_observer));
  }
  const CommitStage::Ports commit_ports{store_, ports_.output, ports_.clock, ports_.desk};
  commit_ = std::make_unique<CommitStage>(options_, topics, commit_ports, lanes_, header);
  RETURN_IF_ERROR(ReadState());
  feed_ = std::make_unique<Feed>(options_, topics, &hasher_, lanes_, &commit_->input(),
                                 &commit_->recycled(), &commit_->metrics().records_taken);
  replay_ = std::make_unique<ReplayFeed>(options_, load_options_, ports_.source, ports_.output,
                                         feed_.get(), header);
  RETURN_IF_ERROR(replay_->Start());
  live_feed_ = std::make_unique<LiveFeed>(options_, ports_.source, ports_.clock, feed_.get(),
                                          &commit_->gate_closed(), ports_.desk);
  if (stop_.load(std::memory_order_relaxed)) live_feed_->RequestStop();
  return absl::OkStatus();
}

absl::Status Pipeline::ReadState() {
  ASSIGN_OR_RETURN(const std::vector<LegLogPart> log, ReadLegLog(store_));
  RETURN_IF_ERROR(commit_->Start(log));
  if (log.empty()) return absl::OkStatus();
  size_t log_bytes = 0;
  for (const LegLogPart& part : log) log_bytes += part.value.size();
  Log("state: the log of legs has " + std::to_string(log_bytes) + " bytes");
  std::mutex writing;
  const auto write = [&](const StoreBatch& batch) {
    std::lock_guard<std::mutex> lock(writing);
    return store_->Write(batch, /*sync=*/false);
  };
  std::vector<absl::Status> statuses(lanes_.size());
  const auto recover = [&](size_t lane) {
    const auto is_mine = [&](const Hash128& hash) {
      return LaneOf(hash, lanes_.size()) == lane;
    };
    statuses[lane] = lanes_[lane]->state().Recover(log, is_mine, write);
  };
  std::vector<std::thread> others;
  for (size_t lane = 1; lane < lanes_.size(); ++lane) others.emplace_back(recover, lane);
  recover(0);
  for (std::thread& other : others) other.join();
  for (const absl::Status& status : statuses) RETURN_IF_ERROR(status);
  return absl::OkStatus();
}

void Pipeline::RequestStop() {
  stop_.store(true, std::memory_order_relaxed);
  if (live_feed_ != nullptr) live_feed_->RequestStop();
}

uint64_t Pipeline::replayed_records() const {
  return replay_ == nullptr ? 0 : replay_->replayed_records();
}

absl::Status Pipeline::CheckCommittedPositions() {
  ASSIGN_OR_RETURN(std::vector<InputPosition> committed, ports_.output->CommittedPositions());
  if (committed.empty()) {
    if (!feed_->sequencer().positions().empty()) {
      Log("the consumer group has no offsets; the journal's are used, as always");
    }
    return absl::OkStatus();
  }
  const auto& ours = feed_->sequencer().positions();
  for (const InputPosition& theirs : committed) {
    auto same = std::find_if(ours.begin(), ours.end(), [&](const InputPosition& position) {
      return position.topic == theirs.topic && position.partition == theirs.partition;
    });
    const int64_t next = same == ours.end() ? 0 : same->next_offset;
    if (same != ours.end() && next == theirs.next_offset) continue;
    return MakeError(
        absl::StatusCode::kFailedPrecondition,
        "the consumer group's offset for " + ports_.source->topics()[theirs.topic] +
            " partition " + std::to_string(theirs.partition) + " is " +
            std::to_string(theirs.next_offset) + " but the journal ends at " +
            std::to_string(next) +
            ": somebody has moved the offsets, or the journal was cut. Nothing was processed");
  }
  return absl::OkStatus();
}

absl::Status Pipeline::GoLive() {
  RETURN_IF_ERROR(CheckCommittedPositions());
  if (!replay_->source_fingerprint().empty()) {
    RETURN_IF_ERROR(ports_.source->Verify(replay_->source_fingerprint()));
  }
  RETURN_IF_ERROR(ports_.source->Seek(feed_->sequencer().positions()));
  live_feed_->Begin(configured_, replay_->rule_set());
  if (replay_->replayed_records() > 0) {
    Log("recovered: " + std::to_string(replay_->replayed_records()) +
        " records were judged again and agree with the audit trail");
  }
  live_.store(true, std::memory_order_release);
  return absl::OkStatus();
}

absl::StatusOr<StepResult> Pipeline::StepFeed(int wait_ms) {
  if (live_.load(std::memory_order_relaxed)) return live_feed_->Step(wait_ms);
  ASSIGN_OR_RETURN(const StepResult result, replay_->Step());
  if (result != StepResult::kDone) return result;
  RETURN_IF_ERROR(GoLive());
  return StepResult::kWorked;
}

absl::StatusOr<PipelineOutcome> Pipeline::RunStepwise(
    const std::function<size_t(size_t)>& choose) {
  const size_t stages = lanes_.size() + 2;
  while (true) {
    const size_t stage = choose(stages);
    if (stage >= stages) return PipelineOutcome::kRestart;
    if (stage < lanes_.size()) {
      RETURN_IF_ERROR(lanes_[stage]->Step().status());
    } else if (stage == lanes_.size()) {
      RETURN_IF_ERROR(StepFeed(0).status());
    } else {
      ASSIGN_OR_RETURN(const StepResult result, commit_->Step());
      if (commit_->must_restart()) return PipelineOutcome::kRestart;
      if (result == StepResult::kDone) return PipelineOutcome::kFinished;
    }
  }
}

}  // namespace vigla
