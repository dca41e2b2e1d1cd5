// The thin shell of threads around the stages. Cold: the loops are hot, the work is in Step().
#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <thread>

#include "engine/base/status.h"
#include "engine/base/time_slice.h"
#include "engine/pipeline/pipeline.h"

namespace vigla {
namespace {

// Records are waited for by whoever sent them, an epoch's end is not: where there are fewer
// processors than threads, the threads up to the verdict have their turn soon, and are soon done.
constexpr std::chrono::microseconds kSliceUpToVerdict{200};

// Waiting that gives a busy neighbour the core soon and a quiet machine its rest: each sleep is
// twice as long as the one before, since a wake-up costs what judging several records does.
class Backoff {
 public:
  void Worked() {
    yields_ = 0;
    sleep_us_ = kSleepUsMin;
  }
  void Idle() {
    if (++yields_ <= kYieldsMax) return std::this_thread::yield();
    std::this_thread::sleep_for(std::chrono::microseconds(sleep_us_));
    sleep_us_ = std::min(2 * sleep_us_, kSleepUsMax);
  }

 private:
  static constexpr int kYieldsMax = 8;
  static constexpr int kSleepUsMin = 50;
  static constexpr int kSleepUsMax = 800;
  int yields_ = 0;
  int sleep_us_ = kSleepUsMin;
};

// The first failure of any thread, and the flag that ends the others.
class Verdicts {
 public:
  void Fail(const absl::Status& status) {
    std::lock_guard<std::mutex> lock(mutex_);
    if (status_.ok()) status_ = status;
    ended_.store(true, std::memory_order_release);
  }
  void End() { ended_.store(true, std::memory_order_release); }
  bool HasEnded() const { return ended_.load(std::memory_order_acquire); }
  absl::Status status() {
    std::lock_guard<std::mutex> lock(mutex_);
    return status_;
  }

 private:
  std::mutex mutex_;
  absl::Status status_;
  std::atomic<bool> ended_{false};
};

void LaneLoop(Lane* lane, Verdicts* verdicts) {
  pthread_setname_np(pthread_self(), "lane");
  AskForTimeSlice(kSliceUpToVerdict);
  Backoff backoff;
  while (!verdicts->HasEnded()) {
    const absl::StatusOr<bool> worked = lane->Step();
    if (!worked.ok()) return verdicts->Fail(worked.status());
    *worked ? backoff.Worked() : backoff.Idle();
  }
}

void CommitLoop(CommitStage* commit, Verdicts* verdicts) {
  pthread_setname_np(pthread_self(), "commit");
  Backoff backoff;
  while (!verdicts->HasEnded()) {
    const absl::StatusOr<StepResult> result = commit->Step();
    if (!result.ok()) return verdicts->Fail(result.status());
    if (commit->must_restart() || *result == StepResult::kDone) return verdicts->End();
    *result == StepResult::kWorked ? backoff.Worked() : backoff.Idle();
  }
}

}  // namespace

absl::StatusOr<PipelineOutcome> Pipeline::RunThreaded() {
  constexpr int kPollWaitMs = 5;
  // Enough for what lanes take while the thread that prepares more waits for its turn.
  regions_.Start(8 + lanes_.size());
  Verdicts verdicts;
  std::vector<std::thread> threads;
  for (const auto& lane : lanes_) threads.emplace_back(LaneLoop, lane.get(), &verdicts);
  threads.emplace_back(CommitLoop, commit_.get(), &verdicts);
  AskForTimeSlice(kSliceUpToVerdict);
  Backoff backoff;
  while (!verdicts.HasEnded()) {
    const absl::StatusOr<StepResult> result = StepFeed(kPollWaitMs);
    if (!result.ok()) {
      verdicts.Fail(result.status());
      break;
    }
    *result == StepResult::kWorked ? backoff.Worked() : backoff.Idle();
  }
  for (std::thread& thread : threads) thread.join();
  RETURN_IF_ERROR(verdicts.status());
  return commit_->must_restart() ? PipelineOutcome::kRestart : PipelineOutcome::kFinished;
}

}  // namespace vigla
