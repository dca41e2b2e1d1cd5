// One life of the pipeline: recovery, live work, and a clean end or a reason to start over. Cold.
// The stages are plain Step() functions; this file joins them by rings and gives each a thread,
// or runs them all on the caller's thread, where a seed decides whose turn it is.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/base/region_reserve.h"
#include "engine/pipeline/commit_stage.h"
#include "engine/pipeline/live_feed.h"
#include "engine/pipeline/replay_feed.h"

namespace vigla {

enum class PipelineOutcome : uint8_t {
  kFinished,  // the input ended, or a stop was asked for: all is committed and written
  kRestart,   // a commit's outcome is unknown: construct a new pipeline on the same ports
};

struct PipelinePorts {
  Source* source = nullptr;
  Output* output = nullptr;
  // Called once a life, after the output is open: a twin must be fenced before its state is
  // touched (design.md, 7). The store stays the caller's.
  std::function<absl::StatusOr<Store*>()> open_store;
  const Clock* clock = nullptr;
  // Words for the log; never an account, a name or an id.
  std::function<void(std::string_view message)> log;
  // Rule sets of reloads, and the word which is active; nullptr: there are no reloads.
  ActivationDesk* desk = nullptr;
  // Sees every judged leg, replayed ones included; nullptr: nobody does.
  LegObserver* leg_observer = nullptr;
};

class Pipeline {
 public:
  // `rule_set` is the configured one; it activates at the first live epoch if another was
  // active. Where there is a desk, its newest set is meant instead. The ports must outlive the
  // pipeline.
  Pipeline(const PipelineOptions& options, const LoadOptions& load_options,
           const PipelinePorts& ports, std::shared_ptr<const RuleSet> rule_set);
  ~Pipeline();

  // Opens the output (which fences and settles), reads the state, prepares the replay.
  absl::Status Open();

  // A thread per lane, one for the committer, the caller's for intake.
  absl::StatusOr<PipelineOutcome> RunThreaded();
  // Everything on the caller's thread; `choose(n)` picks a stage, 0 <= result < n. Answering n
  // gives the pipeline up where it stands, as a crash would: kRestart.
  absl::StatusOr<PipelineOutcome> RunStepwise(const std::function<size_t(size_t)>& choose);

  // Any thread: commit the open epoch and finish.
  void RequestStop();

  // Whether recovery is over. Any thread.
  bool IsLive() const { return live_.load(std::memory_order_acquire); }
  FeedMetrics& feed_metrics() { return feed_->metrics(); }
  BuilderMetrics& builder_metrics() { return commit_->metrics(); }
  const RuleMetrics& rule_metrics() const { return commit_->rule_metrics(); }
  const std::vector<std::unique_ptr<Lane>>& lanes() const { return lanes_; }
  uint64_t replayed_records() const;

 private:
  absl::StatusOr<StateHeader> ReadHeader();
  // The ledgers as they were after the newest epoch that the store has.
  absl::Status ReadState();
  absl::StatusOr<StepResult> StepFeed(int wait_ms);
  absl::Status GoLive();
  absl::Status CheckCommittedPositions();
  void Log(std::string_view message) const;

  RegionReserve regions_;  // outlives the lanes
  const PipelineOptions options_;
  const LoadOptions load_options_;
  const PipelinePorts ports_;
  const ActivationDesk::Wanted configured_;
  Store* store_ = nullptr;
  KeyedHasher hasher_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::unique_ptr<CommitStage> commit_;
  std::unique_ptr<Feed> feed_;
  std::unique_ptr<ReplayFeed> replay_;
  std::unique_ptr<LiveFeed> live_feed_;
  std::atomic<bool> live_{false};
  std::atomic<bool> stop_{false};
};

}  // namespace vigla
