// A number that one thread counts up and any other may read. Hot.
#pragma once

#include <atomic>
#include <cstdint>

namespace vigla {

// A counter with a single writing thread; readers may see it a moment late.
class Counter {
 public:
  void Add(uint64_t n) {
    value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
  void Set(uint64_t n) { value_.store(n, std::memory_order_relaxed); }
  uint64_t Get() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> value_{0};
};

}  // namespace vigla
