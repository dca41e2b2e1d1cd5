// Time as the machine sees it, for commit timing and metrics; no result depends on it. Warm.
#pragma once

#include <chrono>
#include <cstdint>

namespace vigla {

// Port: a simulator swaps it. Implementations are thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  // Nanoseconds from an arbitrary start; never decreases.
  virtual int64_t NowNs() const = 0;
  // Microseconds since 1970, to be held against times of other machines; may jump.
  virtual int64_t NowUtcUs() const = 0;
};

class SystemClock final : public Clock {
 public:
  int64_t NowNs() const override {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
  }
  int64_t NowUtcUs() const override {
    return std::chrono::duration_cast<std::chrono::microseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
  }
};

}  // namespace vigla
