// Ends the process when a client call ignores its timeout (librdkafka#5456, #4420, #4724). Cold.
// Crash-only: a call that hangs can't be taken back, but a restart recovers from everything.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string_view>
#include <thread>

namespace vigla {

// One thread that looks once in `period_ms`; guards one call of each owner at a time. Arming is two
// stores, so that guarding a call costs nothing. Thread-safe.
class Watchdog {
 public:
  static constexpr int kOwners = 2;  // the source's thread and the output's
  static constexpr int kExitCode = 75;

  // `expired` is told the call's name, on the watchdog's thread; it should not return. The default
  // of an owner logs and calls _exit(75).
  explicit Watchdog(std::function<void(std::string_view call)> expired, int period_ms = 1000);
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  // Guards the calls made while it lives. `call` must be a literal.
  class Scope {
   public:
    Scope(Watchdog* watchdog, int owner, const char* call, int limit_ms);
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    Watchdog* watchdog_;
    int owner_;
  };

 private:
  struct Guard {
    std::atomic<const char*> call{nullptr};
    std::atomic<int64_t> deadline_ns{0};  // 0: nothing is guarded; pairs with Watch's acquire
  };

  void Watch();

  std::function<void(std::string_view)> expired_;
  const int period_ms_;
  Guard guards_[kOwners];
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stop_ = false;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace vigla
