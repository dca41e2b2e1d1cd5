// Looks at deadlines once a period. Cold.
#include "connectors/kafka/watchdog.h"

#include <chrono>
#include <utility>

#include "engine/base/check.h"
#include "engine/base/clock.h"

namespace vigla {

Watchdog::Watchdog(std::function<void(std::string_view)> expired, int period_ms)
    : expired_(std::move(expired)), period_ms_(period_ms), thread_([this] { Watch(); }) {}

Watchdog::~Watchdog() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stop_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void Watchdog::Watch() {
  const SystemClock clock;
  std::unique_lock<std::mutex> lock(mutex_);
  while (!stop_) {
    wake_.wait_for(lock, std::chrono::milliseconds(period_ms_));
    for (Guard& guard : guards_) {
      const int64_t deadline = guard.deadline_ns.load(std::memory_order_acquire);
      if (deadline == 0 || clock.NowNs() < deadline) continue;
      const char* call = guard.call.load(std::memory_order_relaxed);
      guard.deadline_ns.store(0, std::memory_order_relaxed);
      expired_(call == nullptr ? "" : call);
    }
  }
}

Watchdog::Scope::Scope(Watchdog* watchdog, int owner, const char* call, int limit_ms)
    : watchdog_(watchdog), owner_(owner) {
  CHECK(owner >= 0 && owner < kOwners);
  Guard& guard = watchdog_->guards_[owner_];
  guard.call.store(call, std::memory_order_relaxed);
  guard.deadline_ns.store(SystemClock().NowNs() + int64_t{limit_ms} * 1'000'000,
                          std::memory_order_release);
}

Watchdog::Scope::~Scope() {
  watchdog_->guards_[owner_].deadline_ns.store(0, std::memory_order_release);
}

}  // namespace vigla
