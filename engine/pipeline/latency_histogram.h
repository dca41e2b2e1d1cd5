// How many records took how long, in buckets with fixed limits. Hot.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "engine/pipeline/counter.h"

namespace vigla {

// One writer, any reader, who may see counts of a moment late and none of them twice.
class LatencyHistogram {
 public:
  // Dense where the promises are: verdicts within milliseconds, alerts within some ten of them.
  static constexpr std::array<int64_t, 26> kLimitsUs = {
      500,     1'000,   1'500,   2'000,   3'000,   4'000,     5'000,     7'500,     10'000,
      15'000,  20'000,  30'000,  40'000,  50'000,  60'000,    80'000,    100'000,   150'000,
      200'000, 300'000, 500'000, 750'000, 1'000'000, 2'500'000, 10'000'000, 60'000'000};

  // So many records. A negative latency comes from clocks that differ, and counts as none.
  void Add(int64_t latency_us, uint64_t records = 1) {
    latency_us = std::max<int64_t>(latency_us, 0);
    const auto bucket = std::lower_bound(kLimitsUs.begin(), kLimitsUs.end(), latency_us);
    counts_[static_cast<size_t>(bucket - kLimitsUs.begin())].Add(records);
    sum_us_.Add(static_cast<uint64_t>(latency_us) * records);
  }

  // Of latencies up to kLimitsUs[bucket] and above the limit before; the last bucket has no limit.
  uint64_t Count(size_t bucket) const { return counts_[bucket].Get(); }
  uint64_t SumUs() const { return sum_us_.Get(); }

 private:
  std::array<Counter, kLimitsUs.size() + 1> counts_;
  Counter sum_us_;
};

}  // namespace vigla
