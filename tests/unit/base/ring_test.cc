// The ring hands everything over once, in order, and never more than it holds.
#include "engine/base/ring.h"

#include <gtest/gtest.h>

#include <memory>
#include <thread>

namespace vigla {
namespace {

TEST(Ring, RefusesWhenFullAndKeepsTheValue) {
  Ring<std::unique_ptr<int>> ring(3);
  EXPECT_EQ(ring.Capacity(), 4U) << "rounded up to a power of two";
  for (int i = 0; i < 4; ++i) {
    auto value = std::make_unique<int>(i);
    EXPECT_TRUE(ring.TryPush(value));
  }
  auto refused = std::make_unique<int>(4);
  EXPECT_FALSE(ring.TryPush(refused));
  ASSERT_NE(refused, nullptr);
  EXPECT_EQ(ring.Size(), 4U);
  EXPECT_EQ(**ring.Front(), 0);
  std::unique_ptr<int> popped;
  EXPECT_TRUE(ring.TryPop(&popped));
  EXPECT_EQ(*popped, 0);
  EXPECT_TRUE(ring.TryPush(refused));
  for (int i = 1; i <= 4; ++i) {
    ASSERT_TRUE(ring.TryPop(&popped));
    EXPECT_EQ(*popped, i);
  }
  EXPECT_FALSE(ring.TryPop(&popped));
  EXPECT_EQ(ring.Front(), nullptr);
}

TEST(Ring, KeepsOrderBetweenThreads) {
  constexpr uint64_t kCount = 300'000;
  Ring<uint64_t> ring(64);
  std::thread producer([&ring] {
    for (uint64_t i = 0; i < kCount; ++i) {
      uint64_t value = i;
      while (!ring.TryPush(value)) std::this_thread::yield();
    }
  });
  bool in_order = true;
  for (uint64_t i = 0; i < kCount; ++i) {
    uint64_t value = 0;
    while (!ring.TryPop(&value)) std::this_thread::yield();
    in_order = in_order && value == i;
  }
  producer.join();
  EXPECT_TRUE(in_order);
  EXPECT_EQ(ring.Size(), 0U);
}

}  // namespace
}  // namespace vigla
