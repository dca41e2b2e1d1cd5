// Regions of memory that were touched before they are needed. Hot (Take), else cold.
// The first touch of a huge page has it cleared, and in a virtual machine that gives free memory
// back to its host, has the host find 2 MiB again: that takes milliseconds, in which a lane would
// judge thousands of legs. A thread of its own does it ahead of them.
#pragma once

#include <atomic>
#include <cstddef>
#include <thread>
#include <vector>

namespace vigla {

class RegionReserve {
 public:
  // Of a huge page, aligned to its size.
  static constexpr size_t kRegionBytes = 2 * 1024 * 1024;

  RegionReserve() = default;
  ~RegionReserve();
  RegionReserve(const RegionReserve&) = delete;
  RegionReserve& operator=(const RegionReserve&) = delete;

  // From now on keeps so many regions ready. Without it all are made when they are needed.
  void Start(size_t regions);
  // Any thread, without a lock: one that is ready, or else a new one. Return gives it back.
  void* Take();
  // A new one, not touched.
  static void* Make();
  // Any thread. Never ready again: whoever takes regions keeps them for long.
  static void Return(void* region);

 private:
  void Fill();

  std::vector<std::atomic<void*>> ready_;  // null: to be filled
  std::atomic<uint32_t> taken_{0};         // wakes the filler, whenever it changes
  std::atomic<bool> stop_{false};
  std::thread filler_;
};

}  // namespace vigla
