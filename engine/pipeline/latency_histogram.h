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

  // Items that end at `now_us`. Neighbours were mostly received at the same time, as far as clocks
  // say: those are counted at once.
  template <typename Items, typename ReceivedUs>
  void AddAll(const Items& items, int64_t now_us, ReceivedUs received_us_of) {
    int64_t received_us = 0;
    uint64_t records = 0;
    for (const auto& item : items) {
      const int64_t own_us = received_us_of(item);
      if (own_us != received_us) {
        if (records > 0) Add(now_us - received_us, records);
        received_us = own_us;
        records = 0;
      }
      ++records;
    }
    if (records > 0) Add(now_us - received_us, records);
  }

  // Of latencies up to kLimitsUs[bucket] and above the limit before; the last bucket has no limit.
  uint64_t Count(size_t bucket) const { return counts_[bucket].Get(); }
  uint64_t SumUs() const { return sum_us_.Get(); }

 private:
  std::array<Counter, kLimitsUs.size() + 1> counts_;
  Counter sum_us_;
};

}  // namespace vigla
