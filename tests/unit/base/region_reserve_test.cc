// Regions are usable, whole and nobody else's, whether they were ready or not.
#include "engine/base/region_reserve.h"

#include <cstdint>
#include <cstring>
#include <set>
#include <thread>
#include <vector>

#include "engine/base/block_pool.h"
#include "gtest/gtest.h"

namespace vigla {
namespace {

bool IsAligned(const void* region) {
  return reinterpret_cast<uintptr_t>(region) % RegionReserve::kRegionBytes == 0;
}

TEST(RegionReserve, WithoutAStartRegionsAreMadeWhenTheyAreTaken) {
  RegionReserve reserve;
  void* const one = reserve.Take();
  void* const other = reserve.Take();
  EXPECT_NE(one, other);
  EXPECT_TRUE(IsAligned(one));
  std::memset(one, 1, RegionReserve::kRegionBytes);
  RegionReserve::Return(one);
  RegionReserve::Return(other);
}

TEST(RegionReserve, ThreadsThatTakeFasterThanItIsFilledNeverShareARegion) {
  constexpr int kThreads = 3;
  constexpr int kRegions = 40;
  RegionReserve reserve;
  reserve.Start(4);
  std::vector<std::vector<void*>> taken(kThreads);
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      for (int n = 0; n < kRegions; ++n) {
        void* const region = reserve.Take();
        std::memset(region, i + 1, 64);
        taken[i].push_back(region);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::set<void*> different;
  for (int i = 0; i < kThreads; ++i) {
    for (void* const region : taken[i]) {
      EXPECT_TRUE(IsAligned(region));
      EXPECT_EQ(*static_cast<char*>(region), i + 1);
      EXPECT_TRUE(different.insert(region).second);
      RegionReserve::Return(region);
    }
  }
  EXPECT_EQ(different.size(), size_t{kThreads * kRegions});
}

TEST(RegionReserve, APoolGrowsByItsRegionsAndOutlivesNone) {
  RegionReserve reserve;
  reserve.Start(2);
  BlockPool pool(&reserve);
  std::set<void*> blocks;
  while (pool.Bytes() < 8 * RegionReserve::kRegionBytes) {
    void* const block = pool.Allocate(BlockPool::kBlockBytesMax);
    std::memset(block, 7, BlockPool::kBlockBytesMax);
    EXPECT_TRUE(blocks.insert(block).second);
  }
}

}  // namespace
}  // namespace vigla
