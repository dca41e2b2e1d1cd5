// Blocks that are in use never overlap, whatever comes and goes.
#include "engine/base/block_pool.h"

#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <random>
#include <vector>

namespace vigla {
namespace {

TEST(BlockPool, BlocksAreAlignedAndKeepWhatIsWritten) {
  BlockPool pool;
  std::mt19937_64 random(3);
  struct Use {
    size_t bytes = 0;
    unsigned char filling = 0;
  };
  std::map<unsigned char*, Use> uses;
  const auto is_whole = [](const unsigned char* block, const Use& use) {
    return block[0] == use.filling && std::memcmp(block, block + 1, use.bytes - 1) == 0;
  };
  for (int i = 0; i < 40'000; ++i) {
    // Many come, many go, again and again.
    if (!uses.empty() && random() % 100 < (i / 10'000 % 2 == 0 ? 30u : 70u)) {
      auto use = uses.lower_bound(reinterpret_cast<unsigned char*>(random()));
      if (use == uses.end()) use = uses.begin();
      ASSERT_TRUE(is_whole(use->first, use->second));
      pool.Free(use->first, use->second.bytes);
      uses.erase(use);
      continue;
    }
    const size_t bytes = 8 + random() % (BlockPool::kBlockBytesMax - 7);
    auto* const block = static_cast<unsigned char*>(pool.Allocate(bytes));
    ASSERT_EQ(reinterpret_cast<uintptr_t>(block) % BlockPool::kAlignment, 0u);
    const auto filling = static_cast<unsigned char>(random());
    std::memset(block, filling, bytes);
    uses[block] = {bytes, filling};
  }
  for (const auto& [block, use] : uses) ASSERT_TRUE(is_whole(block, use));
}

TEST(BlockPool, MemoryOfOneSizeServesAnotherOnceItIsEmpty) {
  BlockPool pool;
  constexpr size_t kBytes = 1024 * 1024;
  for (const size_t bytes : {64, 384, 1024, 4096}) {
    std::vector<void*> blocks;
    for (size_t used = 0; used < kBytes; used += bytes) blocks.push_back(pool.Allocate(bytes));
    for (void* block : blocks) pool.Free(block, bytes);
    EXPECT_EQ(pool.Bytes(), size_t{2} * kBytes) << bytes;
  }
}

}  // namespace
}  // namespace vigla
