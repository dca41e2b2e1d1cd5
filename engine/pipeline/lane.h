// A lane: one owner of its subjects, applying and judging their legs in sequence. Hot.
#pragma once

#include <atomic>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/base/clock.h"
#include "engine/ledger/lane_state.h"
#include "engine/pipeline/judge.h"
#include "engine/pipeline/leg_observer.h"
#include "engine/pipeline/messages.h"
#include "engine/pipeline/metrics.h"
#include "engine/pipeline/options.h"

namespace vigla {

// What lanes and the builder tell each other beside the rings.
struct LaneSignals {
  // The builder's: the batches of all write tickets up to this one are in the store.
  // Release store pairs with the lane's acquire load.
  std::atomic<uint64_t> written_ticket{0};
  // The lane's: over its bound with everything pinned. Read by the intake thread, which then
  // cuts the epoch and stops polling; no data hangs on it, so relaxed is enough.
  std::atomic<bool> cache_pressure{false};
};

// Step() is called by one thread; nothing else is shared but rings and signals.
class Lane {
 public:
  // `observer` may be nullptr.
  Lane(int index, const PipelineOptions& options, Store* store, const KeyedHasher* hasher,
       const std::vector<std::string>& topics, const Clock* clock, LegObserver* observer);

  LaneRing& input() { return input_; }
  LaneEpochRing& output() { return output_; }
  LaneSignals& signals() { return signals_; }
  LaneState& state() { return state_; }
  LaneMetrics& metrics() { return metrics_; }

  // Handles at most one message. False: there was nothing to do. After an error the lane does
  // nothing more.
  absl::StatusOr<bool> Step();

 private:
  absl::Status ProcessBatch(const Batch& batch);
  absl::Status ProcessLeg(const Batch& batch, const Leg& leg);
  void NoteLatencies(const Batch& batch, std::span<const Leg> legs);
  void EndEpoch(const EpochEnd& end);
  void StartEpoch();
  void UpdatePressure();

  const int index_;
  LaneState state_;
  Judge judge_;
  LaneRing input_;
  LaneEpochRing output_;
  LaneSignals signals_;
  LaneMetrics metrics_;
  uint64_t written_seen_ = 0;
  std::shared_ptr<const RuleSet> rule_set_;
  const Clock* const clock_;
  LegObserver* const observer_;
  LegResult result_;                     // of the leg at hand
  std::unique_ptr<LaneEpoch> epoch_;     // being filled
  std::unique_ptr<LaneEpoch> finished_;  // waits for room in output_
};

}  // namespace vigla
