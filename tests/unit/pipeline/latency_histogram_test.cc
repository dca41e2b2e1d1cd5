// Buckets hold what the limits say, at the limits too.
#include "engine/pipeline/latency_histogram.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace vigla {
namespace {

TEST(LatencyHistogramTest, ALimitBelongsToItsBucket) {
  for (size_t i = 0; i < LatencyHistogram::kLimitsUs.size(); ++i) {
    LatencyHistogram histogram;
    histogram.Add(LatencyHistogram::kLimitsUs[i]);
    histogram.Add(LatencyHistogram::kLimitsUs[i] + 1);
    EXPECT_EQ(histogram.Count(i), 1u) << i;
    EXPECT_EQ(histogram.Count(i + 1), 1u) << i;
    EXPECT_EQ(histogram.SumUs(), static_cast<uint64_t>(2 * LatencyHistogram::kLimitsUs[i] + 1));
  }
}

TEST(LatencyHistogramTest, CountsManyAsEachByItself) {
  LatencyHistogram histogram;
  histogram.Add(1'200, 3);
  histogram.Add(1'200, 0);
  EXPECT_EQ(histogram.Count(2), 3u);
  EXPECT_EQ(histogram.SumUs(), 3'600u);
}

TEST(LatencyHistogramTest, CountsAllItemsByWhenEachWasReceived) {
  LatencyHistogram histogram;
  const auto itself = [](int64_t received_us) { return received_us; };
  histogram.AddAll(std::vector<int64_t>{}, 2'000, itself);
  EXPECT_EQ(histogram.SumUs(), 0u);
  histogram.AddAll(std::vector<int64_t>{0, 800, 800, 1'700, 800}, 2'000, itself);
  EXPECT_EQ(histogram.Count(0), 1u);
  EXPECT_EQ(histogram.Count(2), 3u);
  EXPECT_EQ(histogram.Count(3), 1u);
  EXPECT_EQ(histogram.SumUs(), 5'900u);
}

TEST(LatencyHistogramTest, AClockThatIsBehindCountsAsNone) {
  LatencyHistogram histogram;
  histogram.Add(-5'000);
  EXPECT_EQ(histogram.Count(0), 1u);
  EXPECT_EQ(histogram.SumUs(), 0u);
}

}  // namespace
}  // namespace vigla
