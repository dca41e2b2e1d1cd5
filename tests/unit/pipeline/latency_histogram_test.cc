// Buckets hold what the limits say, at the limits too.
#include "engine/pipeline/latency_histogram.h"

#include <gtest/gtest.h>

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

TEST(LatencyHistogramTest, AClockThatIsBehindCountsAsNone) {
  LatencyHistogram histogram;
  histogram.Add(-5'000);
  EXPECT_EQ(histogram.Count(0), 1u);
  EXPECT_EQ(histogram.SumUs(), 0u);
}

}  // namespace
}  // namespace vigla
