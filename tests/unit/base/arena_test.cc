// What an arena hands out stays whole until Reset, and Reset lets go of huge blocks.
#include "engine/base/arena.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

namespace vigla {
namespace {

TEST(Arena, KeepsEveryTextUntilReset) {
  Arena arena;
  std::vector<std::string> texts;
  std::vector<std::string_view> copies;
  for (size_t i = 0; i < 3000; ++i) {
    texts.push_back(std::string(i % 200, static_cast<char>('a' + i % 26)));
    copies.push_back(arena.Copy(texts.back()));
  }
  for (size_t i = 0; i < texts.size(); ++i) ASSERT_EQ(copies[i], texts[i]);
}

TEST(Arena, AlignsAndInitialises) {
  struct alignas(16) Pair {
    int64_t a = 5;
    int64_t b = 6;
  };
  Arena arena;
  for (int i = 0; i < 5000; ++i) {
    arena.Copy("x");
    const Pair* pair = arena.New<Pair>();
    ASSERT_EQ(reinterpret_cast<uintptr_t>(pair) % alignof(Pair), 0U);
    ASSERT_EQ(pair->a + pair->b, 11);
    const int* zeros = arena.NewArray<int>(3);
    ASSERT_EQ(zeros[0] + zeros[1] + zeros[2], 0);
  }
}

TEST(Arena, ReusesItsBlocksAfterReset) {
  Arena arena;
  const char* first = arena.Copy("abc").data();
  arena.Copy(std::string(3 * Arena::kBlockBytes, 'x'));
  EXPECT_GT(arena.UsedBytes(), 3 * Arena::kBlockBytes);
  arena.Reset();
  EXPECT_EQ(arena.UsedBytes(), 0U);
  EXPECT_EQ(arena.Copy("def").data(), first);
}

}  // namespace
}  // namespace vigla
