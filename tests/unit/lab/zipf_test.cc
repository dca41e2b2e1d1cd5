// Zipf's law by octaves: shares as the law has them, every rank within reach.
#include "engine/lab/zipf.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

namespace vigla {
namespace {

// The share of each octave, by its first rank, found by asking at evenly spread places.
std::map<int64_t, double> Shares(const Zipf& zipf) {
  constexpr int kAsked = 1 << 16;
  std::map<int64_t, double> shares;
  for (int i = 0; i < kAsked; ++i) {
    const auto place = static_cast<uint64_t>(i) << 48;
    shares[zipf.RangeAt(place).first] += 1.0 / kAsked;
  }
  return shares;
}

TEST(Zipf, SharesAreThoseOfTheLaw) {
  for (int64_t ranks : {1, 2, 3, 1000, 1024, 1'000'003}) {
    for (int thousandths : {0, 500, 800, 1000, 1200, 2000}) {
      std::map<int64_t, double> expected;
      double total = 0;
      for (int64_t first = 1; first <= ranks; first *= 2) {
        const auto count = static_cast<double>(std::min(first, ranks - first + 1));
        total += expected[first] =
            count * std::pow(static_cast<double>(first), -thousandths / 1000.0);
      }
      std::map<int64_t, double> shares = Shares(Zipf(ranks, thousandths));
      for (const auto& [first, weight] : expected) {
        EXPECT_NEAR(shares[first], weight / total, 5e-5)
            << ranks << " ranks, exponent " << thousandths << ", octave of " << first;
      }
    }
  }
}

TEST(Zipf, OctavesTileTheRanks) {
  const Zipf zipf(1000, 0);
  std::map<int64_t, int64_t> counts;
  for (uint64_t i = 0; i < 1 << 16; ++i) {
    const RankRange range = zipf.RangeAt(i << 48);
    counts[range.first] = range.count;
  }
  int64_t next = 1;
  for (const auto& [first, count] : counts) {
    EXPECT_EQ(first, next);
    next = first + count;
  }
  EXPECT_EQ(next, 1001);
  EXPECT_EQ(zipf.RangeAt(~uint64_t{0}).first, 512);
}

}  // namespace
}  // namespace vigla
