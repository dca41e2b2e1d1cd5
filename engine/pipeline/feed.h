// The front of the pipeline: batches through intake and sequencer, and out to the rings. Hot.
// Live and replayed records take the same way; what differs is where they come from (live_feed.h,
// replay_feed.h).
#pragma once

#include <deque>
#include <memory>
#include <variant>
#include <vector>

#include "engine/pipeline/intake.h"
#include "engine/pipeline/lane.h"
#include "engine/pipeline/messages.h"
#include "engine/pipeline/metrics.h"
#include "engine/pipeline/sequencer.h"

namespace vigla {

enum class StepResult : uint8_t {
  kIdle,    // nothing to do at the moment
  kWorked,  // call again
  kDone,    // nothing will ever be to do
};

// Used by the intake thread alone.
class Feed {
 public:
  Feed(const PipelineOptions& options, const std::vector<std::string>& topics,
       const KeyedHasher* hasher, const std::vector<std::unique_ptr<Lane>>& lanes,
       BuilderRing* builder, RecycleRing* recycled, const Counter* records_taken);

  Sequencer& sequencer() { return sequencer_; }
  FeedMetrics& metrics() { return metrics_; }
  const std::shared_ptr<const RuleSet>& rule_set() const { return intake_.rule_set(); }

  // Pushes what waits for room in a ring. False: some of it still waits; add nothing more.
  bool Flush();

  // An empty batch, recycled where possible.
  std::unique_ptr<Batch> NewBatch();

  // The order takes effect for all batches submitted later. `is_new`: an entry of the audit.
  void Activate(std::shared_ptr<const ActivationOrder> order, bool is_new);
  // Decodes, validates, sequences, and hands on.
  void Submit(std::unique_ptr<Batch> batch, bool is_replay);

  struct EndOptions {
    std::string source_fingerprint;
    std::shared_ptr<const CommittedEpoch> expected;
  };
  // Cuts the open epoch, which may be empty but for an activation.
  void EndEpoch(EndOptions options);
  // Nothing follows any more.
  void EndAll();

  // Whether a lane can't go on before images are written.
  bool HasCachePressure() const;
  // Epochs that were cut and are not in the store yet.
  uint64_t EpochsUnderWay() const;

 private:
  struct ToLane {
    size_t lane;
    LaneMessage message;
  };
  using Outgoing = std::variant<ToLane, BuilderMessage>;

  bool Push(Outgoing& outgoing);
  void SendToLanes(const LaneMessage& message);
  void Send(std::shared_ptr<const EpochEnd> end);

  Intake intake_;
  Sequencer sequencer_;
  const std::vector<std::unique_ptr<Lane>>& lanes_;
  BuilderRing* builder_;
  RecycleRing* recycled_;
  const Counter* records_taken_;  // by the builder
  const uint64_t records_waiting_max_;
  uint64_t records_pushed_ = 0;  // to the builder
  FeedMetrics metrics_;
  std::deque<Outgoing> outbox_;  // at most one batch or epoch end, times the lanes
  std::shared_ptr<const Activation> activation_;  // of the open epoch, until its first batch
  uint64_t next_ticket_ = kFirstLiveTicket;
};

}  // namespace vigla
