// Records as they arrive: polled, cut into epochs by time, size and pressure. Hot.
#pragma once

#include <atomic>
#include <memory>

#include "absl/status/statusor.h"
#include "engine/base/clock.h"
#include "engine/pipeline/activation_desk.h"
#include "engine/pipeline/feed.h"

namespace vigla {

// Used by the intake thread alone, but for RequestStop.
class LiveFeed {
 public:
  // `gate_closed` is the committer's word that the disk is too full to begin an epoch. `desk`
  // has the sets of later reloads; nullptr: there are none.
  LiveFeed(const PipelineOptions& options, Source* source, const Clock* clock, Feed* feed,
           const std::atomic<bool>* gate_closed, ActivationDesk* desk);

  // Before the first Step: where the journal left off. A `wanted` set that is not `before`, the
  // fingerprint of the active one, takes effect at the next epoch's beginning. One that was
  // submitted (ticket > 0) has an epoch of its own where no record comes; the set of the start
  // forces none.
  void Begin(ActivationDesk::Wanted wanted, std::string before);

  // Any thread: the open epoch is committed, then Step answers kDone.
  void RequestStop() { stop_.store(true, std::memory_order_relaxed); }

  // Waits at most `wait_ms` for records, and before that, unless it is 0, until it is worth asking
  // for some.
  absl::StatusOr<StepResult> Step(int wait_ms);

 private:
  void SpacePolls() const;
  bool MustCut() const;
  void Cut();
  void LookForReload();
  void Want(ActivationDesk::Wanted wanted);
  void ActivatePending();
  absl::StatusOr<StepResult> Finish();

  const PipelineOptions options_;
  Source* source_;
  const Clock* clock_;
  Feed* feed_;
  const std::atomic<bool>* gate_closed_;
  std::atomic<bool> stop_{false};
  ActivationDesk* desk_;
  ActivationDesk::Wanted pending_;  // rule_set nullptr: none
  uint64_t seen_ticket_ = 0;
  std::string judging_;  // fingerprint text of the set that judges; "" before the first
  int64_t epoch_opened_ns_ = 0;
  int64_t next_poll_ns_ = 0;
  std::unique_ptr<Batch> batch_;
  bool ended_ = false;
  bool done_ = false;
};

}  // namespace vigla
