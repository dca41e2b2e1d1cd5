// All stores keep the port's contract; the one on disk also over a reopening.
#include "engine/ledger/store.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <thread>

#include "engine/ledger/overlay_store.h"

namespace vigla {
namespace {

enum class Kind { kMemory, kOnDisk, kOverlay };

class StoreContract : public ::testing::TestWithParam<Kind> {
 protected:
  void SetUp() override {
    directory_ = ::testing::TempDir() + "store-test-" + std::to_string(::getpid());
    if (GetParam() == Kind::kOnDisk) {
      auto opened = OpenRocksStore(directory_, 1 << 20);
      ASSERT_TRUE(opened.ok()) << opened.status();
      store_ = *std::move(opened);
    } else if (GetParam() == Kind::kMemory) {
      store_ = NewMemoryStore();
    } else {
      base_ = NewMemoryStore();
      store_ = NewOverlayStore(base_.get());
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
  // Every other key lies beneath, where there is something beneath.
  void Put(std::initializer_list<std::string> keys) {
    StoreBatch batch, beneath;
    for (const std::string& key : keys) {
      const bool is_even = (&key - keys.begin()) % 2 == 0;
      (base_ != nullptr && is_even ? beneath : batch).Put(key, "value of " + key);
    }
    if (base_ != nullptr) {
      ASSERT_TRUE(base_->Write(beneath, false).ok());
    }
    ASSERT_TRUE(store_->Write(batch, false).ok());
  }

  std::string directory_;
  std::unique_ptr<Store> base_;  // beneath an overlay
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

TEST_P(StoreContract, ScansPassOverWhatIsDeletedAndSeeWhatIsReplaced) {
  Put({"a", "b", "c", "d", "e"});
  StoreBatch batch;
  for (const char* key : {"a", "c", "d"}) batch.Delete(key);
  batch.Put("c", "value of c");
  ASSERT_TRUE(store_->Write(batch, false).ok());
  EXPECT_EQ(Keys(false, "", "z", 9), "b c e ");
  EXPECT_EQ(Keys(true, "", "z", 9), "e c b ");
  EXPECT_EQ(Keys(true, "", "e", 1), "c ");
  EXPECT_EQ(Keys(false, "", "z", 1), "b ");
}

INSTANTIATE_TEST_SUITE_P(Stores, StoreContract,
                         ::testing::Values(Kind::kMemory, Kind::kOnDisk, Kind::kOverlay));

TEST(OverlayStore, LeavesWhatIsBeneathAsItIs) {
  const std::unique_ptr<Store> base = NewMemoryStore();
  StoreBatch first;
  first.Put("a", "1");
  ASSERT_TRUE(base->Write(first, false).ok());
  const std::unique_ptr<Store> overlay = NewOverlayStore(base.get());
  StoreBatch second;
  second.Put("b", "2");
  second.Delete("a");
  ASSERT_TRUE(overlay->Write(second, false).ok());
  std::string value;
  EXPECT_TRUE(base->Get("a", &value).ok());
  EXPECT_TRUE(absl::IsNotFound(base->Get("b", &value)));
}

// A reader beside the writer sees a state that there was: every batch puts one number under many
// keys, and large values make the writer move its memory to tables all the while.
TEST(RocksStore, ReadersBesideTheWriterSeeWholeBatchesInOrder) {
  const std::string directory =
      ::testing::TempDir() + "store-beside-" + std::to_string(::getpid());
  auto store = OpenRocksStore(directory, 1 << 20);
  ASSERT_TRUE(store.ok()) << store.status();
  constexpr int kKeys = 16;
  std::atomic<uint64_t> written{0};
  constexpr uint64_t kBatches = 40;  // of 4 MiB: the memory table is full twice
  std::thread writer([&] {
    // Hardly compressible.
    std::string filling(size_t{256} << 10, '\0');
    uint64_t random = 1;
    for (uint64_t number = 1; number <= kBatches; ++number) {
      for (char& byte : filling) {
        random = random * 6364136223846793005 + 1;
        byte = static_cast<char>(random >> 56);
      }
      StoreBatch batch;
      for (int key = 0; key < kKeys; ++key) {
        batch.Put("key" + std::to_string(key), std::to_string(number) + " " + filling);
      }
      ASSERT_TRUE((*store)->Write(batch, false).ok());
      written.store(number);
    }
  });
  int readings = 0;
  uint64_t at_least = 0;
  while (at_least < kBatches) {
    at_least = written.load();
    auto beside = OpenRocksStoreReadOnly(directory);
    if (!beside.ok()) {
      EXPECT_TRUE(absl::IsUnavailable(beside.status())) << beside.status();
      continue;
    }
    ++readings;
    uint64_t seen = 0;
    for (int key = 0; key < kKeys && at_least > 0; ++key) {
      std::string value;
      ASSERT_TRUE((*beside)->Get("key" + std::to_string(key), &value).ok());
      const uint64_t number = std::stoull(value);
      if (key == 0) seen = number;
      EXPECT_EQ(number, seen) << "key " << key << " of reading " << readings;
    }
    EXPECT_GE(seen, at_least);
  }
  EXPECT_GT(readings, 0);
  writer.join();
  store->reset();
  std::filesystem::remove_all(directory);
}

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
