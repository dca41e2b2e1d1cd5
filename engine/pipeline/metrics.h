// Counters of the pipeline: each has one writer and any reader, so plain relaxed atomics. Hot.
#pragma once

#include <array>

#include "engine/model/decoder.h"
#include "engine/pipeline/counter.h"
#include "engine/pipeline/latency_histogram.h"

namespace vigla {

struct FeedMetrics {
  Counter records, bytes, epochs, ring_full, batches;
  Counter lag_records_plus_one;        // 0: unknown
  std::array<Counter, 4> verdicts;     // by Verdict
  std::array<Counter, kRejectCodeCount> rejects;  // by RejectCode
};

struct LaneMetrics {
  Counter legs, late, too_late, matched_legs;
  Counter cache_bytes, subjects, evictions;
  LatencyHistogram judge_us;  // from received to judged, of each live leg
};

struct BuilderMetrics {
  Counter records_taken;  // from the ring
  Counter epochs, alerts, shadow_alerts, audit_frames, rejects;
  std::array<Counter, 5> alerts_by_severity;  // by AlertSeverity
  Counter images_written, image_bytes, commit_ns_total, build_ns_total, write_ns_total;
  Counter last_commit_ns, last_epoch, disk_bytes, free_bytes, gate_closed;
  LatencyHistogram end_to_end_us;  // from received to committed, of each record
};

}  // namespace vigla
