// Both stores keep the port's contract; the one on disk also over a reopening.
#include "engine/ledger/store.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

namespace vigla {
namespace {

class StoreContract : public ::testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    directory_ = ::testing::TempDir() + "store-test-" + std::to_string(::getpid());
    if (GetParam()) {
      auto opened = OpenRocksStore(directory_, 1 << 20);
      ASSERT_TRUE(opened.ok()) << opened.status();
      store_ = *std::move(opened);
    } else {
      store_ = NewMemoryStore();
    }
  }
  void TearDown() override {
    store_.reset();
    std::filesystem::remove_all(directory_);
  }
  std::string Keys(bool backward, std::string_view lower, std::string_view upper, size_t most) {
    std::string keys;
    const auto visit = [&](std::string_view key, std::string_view value) {
      EXPECT_EQ(value, "value of " + std::string(key));
      keys += std::string(key) + " ";
      return --most > 0;
    };
    EXPECT_TRUE((backward ? store_->ScanBackward(lower, upper, visit)
                          : store_->ScanForward(lower, upper, visit))
                    .ok());
    return keys;
  }
  void Put(std::initializer_list<std::string> keys) {
    StoreBatch batch;
    for (const std::string& key : keys) batch.Put(key, "value of " + key);
    ASSERT_TRUE(store_->Write(batch, false).ok());
  }

  std::string directory_;
  std::unique_ptr<Store> store_;
};

TEST_P(StoreContract, PutsGetsAndDeletes) {
  Put({"a", "b"});
  std::string value;
  EXPECT_TRUE(store_->Get("a", &value).ok());
  EXPECT_EQ(value, "value of a");
  EXPECT_TRUE(absl::IsNotFound(store_->Get("c", &value)));
  std::vector<std::optional<std::string>> values{"left", "from", "before"};
  ASSERT_TRUE(store_->MultiGet({"b", "c", "a"}, &values).ok());
  EXPECT_EQ(values[0], "value of b");
  EXPECT_EQ(values[1], std::nullopt);
  EXPECT_EQ(values[2], "value of a");
  StoreBatch batch;
  batch.Delete("a");
  batch.Put("b", "new");
  EXPECT_EQ(batch.bytes, 5u);
  ASSERT_TRUE(store_->Write(batch, true).ok());
  EXPECT_TRUE(absl::IsNotFound(store_->Get("a", &value)));
  EXPECT_TRUE(store_->Get("b", &value).ok());
  EXPECT_EQ(value, "new");
  EXPECT_GT(store_->FreeBytes(), 0u);
}

TEST_P(StoreContract, LaterOperationsOfABatchWin) {
  StoreBatch batch;
  batch.Delete("k");
  batch.Put("k", "1");
  batch.Put("k", "2");
  ASSERT_TRUE(store_->Write(batch, false).ok());
  std::string value;
  ASSERT_TRUE(store_->Get("k", &value).ok());
  EXPECT_EQ(value, "2");
}

TEST_P(StoreContract, ScansHalfOpenRanges) {
  Put({"a", "b", "c", "d"});
  EXPECT_EQ(Keys(false, "a", "d", 9), "a b c ");
  EXPECT_EQ(Keys(true, "a", "d", 9), "c b a ");
  EXPECT_EQ(Keys(true, "b", "z", 2), "d c ");
  EXPECT_EQ(Keys(false, "aa", "z", 1), "b ");
  EXPECT_EQ(Keys(true, "x", "z", 9), "");
  EXPECT_EQ(Keys(false, "c", "c", 9), "");
}

INSTANTIATE_TEST_SUITE_P(Stores, StoreContract, ::testing::Bool());

TEST(RocksStore, KeepsWhatWasWrittenAndOpensReadOnly) {
  const std::string directory =
      ::testing::TempDir() + "store-reopen-" + std::to_string(::getpid());
  EXPECT_TRUE(absl::IsNotFound(OpenRocksStoreReadOnly(directory).status()));
  {
    auto store = OpenRocksStore(directory, 1 << 20);
    ASSERT_TRUE(store.ok()) << store.status();
    StoreBatch batch;
    batch.Put("key", "value");
    ASSERT_TRUE((*store)->Write(batch, true).ok());
    EXPECT_FALSE(OpenRocksStore(directory, 1 << 20).ok()) << "two writers on one directory";
  }
  std::string value;
  {
    auto store = OpenRocksStoreReadOnly(directory);
    ASSERT_TRUE(store.ok()) << store.status();
    EXPECT_TRUE((*store)->Get("key", &value).ok());
    EXPECT_EQ(value, "value");
  }
  auto store = OpenRocksStore(directory, 1 << 20);
  ASSERT_TRUE(store.ok()) << store.status();
  EXPECT_TRUE((*store)->Get("key", &value).ok());
  store->reset();
  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace vigla
