// Records as they arrive: polled, cut into epochs by time, size and pressure. Hot.
#pragma once

#include <atomic>
#include <memory>

#include "absl/status/statusor.h"
#include "engine/base/clock.h"
#include "engine/pipeline/feed.h"

namespace vigla {

// Used by the intake thread alone, but for RequestStop.
class LiveFeed {
 public:
  // `gate_closed` is the committer's word that the disk is too full to begin an epoch.
  LiveFeed(const PipelineOptions& options, Source* source, const Clock* clock, Feed* feed,
           const std::atomic<bool>* gate_closed);

  // Takes effect at the next epoch's beginning, which is forced by nothing: without records
  // there is no epoch.
  void ActivateLater(std::shared_ptr<const RuleSet> rule_set, std::string before);

  // Any thread: the open epoch is committed, then Step answers kDone.
  void RequestStop() { stop_.store(true, std::memory_order_relaxed); }

  // Waits at most `wait_ms` for records.
  absl::StatusOr<StepResult> Step(int wait_ms);

 private:
  bool MustCut() const;
  void Cut(bool write_everything);
  absl::StatusOr<StepResult> Finish();

  const PipelineOptions options_;
  Source* source_;
  const Clock* clock_;
  Feed* feed_;
  const std::atomic<bool>* gate_closed_;
  std::atomic<bool> stop_{false};
  std::shared_ptr<const RuleSet> pending_rule_set_;
  std::string pending_before_;
  int64_t epoch_opened_ns_ = 0;
  std::unique_ptr<Batch> batch_;
  bool ended_ = false;
  bool done_ = false;
};

}  // namespace vigla
