// The end of the pipeline: builds epochs, commits them, and only then writes their legs. Warm.
// Invariant (design.md, 7): the store never holds an effect of an epoch that is not committed, and
// always all effects of every epoch up to the newest that it holds anything of.
#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/base/clock.h"
#include "engine/ledger/leg_log.h"
#include "engine/pipeline/activation_desk.h"
#include "engine/pipeline/epoch_builder.h"
#include "engine/pipeline/feed.h"
#include "engine/pipeline/lane.h"
#include "engine/pipeline/messages.h"
#include "engine/pipeline/resume_point.h"

namespace vigla {

// Step() is called by one thread. Outlives neither its lanes nor its ports.
class CommitStage {
 public:
  struct Ports {
    Store* store = nullptr;
    Output* output = nullptr;
    const Clock* clock = nullptr;
    ActivationDesk* desk = nullptr;  // nullptr: nobody asks
  };
  CommitStage(const PipelineOptions& options, const std::vector<std::string>& topics,
              const Ports& ports, const std::vector<std::unique_ptr<Lane>>& lanes,
              const StateHeader& header);

  // Loads the sequence index's open block; `log` is what the store has. Before the first Step.
  absl::Status Start(const std::vector<LegLogPart>& log);

  BuilderRing& input() { return input_; }
  RecycleRing& recycled() { return recycled_; }
  BuilderMetrics& metrics() { return metrics_; }
  const RuleMetrics& rule_metrics() const { return rule_metrics_; }
  const std::atomic<bool>& gate_closed() const { return gate_closed_; }

  // kDone: everything is committed and in the store, as Feed::EndAll asked.
  absl::StatusOr<StepResult> Step();
  // The outcome of a commit is unknown: this pipeline must be given up and recovered.
  bool must_restart() const { return must_restart_; }

 private:
  bool CollectLaneEpochs();
  absl::Status EndEpoch();
  absl::Status Commit(const EpochEnd& end);
  void NoteLatencies();
  void NoteResumePoint(const EpochEnd& end, const CommittedEpoch& committed);
  absl::Status WriteState(const EpochEnd& end);
  void CheckGate();

  const PipelineOptions options_;
  const std::vector<std::string>& topics_;
  const Ports ports_;
  const std::vector<std::unique_ptr<Lane>>& lanes_;
  BuilderRing input_;
  RecycleRing recycled_;
  BuilderMetrics metrics_;
  RuleMetrics rule_metrics_;
  SequenceIndex index_;
  EpochBuilder builder_;
  StateHeader header_;
  LegLogTail log_;
  std::deque<std::unique_ptr<Batch>> batches_;  // of the open epoch
  std::shared_ptr<const EpochEnd> end_;         // waits for the lanes
  std::vector<std::unique_ptr<LaneEpoch>> lane_epochs_;
  std::atomic<bool> gate_closed_{false};
  int64_t gate_checked_ns_ = 0;
  bool must_restart_ = false;
  bool done_ = false;
};

}  // namespace vigla
