// Counters of the pipeline: each has one writer and any reader, so plain relaxed atomics. Hot.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "engine/model/decoder.h"

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

struct FeedMetrics {
  Counter records, bytes, epochs, ring_full, batches;
  Counter lag_records_plus_one;        // 0: unknown
  std::array<Counter, 4> verdicts;     // by Verdict
  std::array<Counter, kRejectCodeCount> rejects;  // by RejectCode
};

struct LaneMetrics {
  Counter legs, late, too_late, matched_legs;
  Counter cache_bytes, subjects, evictions;
};

struct BuilderMetrics {
  Counter epochs, alerts, shadow_alerts, audit_frames, rejects;
  std::array<Counter, 5> alerts_by_severity;  // by AlertSeverity
  Counter images_written, image_bytes, commit_ns_total, build_ns_total, write_ns_total;
  Counter last_commit_ns, last_epoch, disk_bytes, free_bytes, gate_closed;
};

}  // namespace vigla
