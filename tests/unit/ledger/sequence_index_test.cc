// The index gives back what was appended, from memory and from the store, and forgets on demand.
#include "engine/ledger/sequence_index.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "engine/ledger/index_block.h"

namespace vigla {
namespace {

std::string Uuid(std::mt19937_64* random) {
  std::string id;
  for (int i = 0; i < 36; ++i) {
    id += i == 8 || i == 13 || i == 18 || i == 23 ? '-' : "0123456789abcdef"[(*random)() % 16];
  }
  return id;
}

std::vector<IndexedTransaction> MakeTransactions(size_t count, uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<IndexedTransaction> all;
  std::vector<int64_t> offsets(4);
  for (size_t i = 0; i < count; ++i) {
    const int partition = static_cast<int>(random() % 4);
    IndexedTransaction t;
    switch (random() % 4) {
      case 0: t.id = "TX-2026-" + std::to_string(1'000'000 + i); break;
      case 1: t.id = Uuid(&random); break;
      case 2: t.id = "Überweisung " + std::to_string(random()); break;
      default: break;  // unreadable: none
    }
    offsets[static_cast<size_t>(partition)] += 1 + static_cast<int64_t>(random() % 3);
    t.position = {static_cast<uint16_t>(partition / 2), partition % 2,
                  offsets[static_cast<size_t>(partition)]};
    all.push_back(t);
  }
  return all;
}

void ExpectAll(const std::vector<IndexedTransaction>& all, SequenceIndex* index) {
  for (size_t i = 0; i < all.size(); ++i) {
    const auto found = index->Resolve({i + 1});
    ASSERT_TRUE(found.ok()) << found.status();
    ASSERT_EQ(found->id, all[i].id);
    ASSERT_EQ(found->position, all[i].position);
  }
  EXPECT_TRUE(absl::IsNotFound(index->Resolve({all.size() + 1}).status()));
  EXPECT_TRUE(absl::IsNotFound(index->Resolve({0}).status()));
}

TEST(SequenceIndex, GivesBackWhatWasAppended) {
  const auto store = NewMemoryStore();
  SequenceIndex index(store.get(), 2);
  ASSERT_TRUE(index.Start({1}).ok());
  const auto all = MakeTransactions(5000, 1);
  for (size_t i = 0; i < all.size(); ++i) {
    index.Append({i + 1}, all[i].id, all[i].position);
    if (i % 700 == 0) {
      StoreBatch batch;
      index.TakeWriteBack(&batch);
      ASSERT_TRUE(store->Write(batch, false).ok());
    }
  }
  ExpectAll(all, &index);  // partly written, and few of them cached
}

TEST(SequenceIndex, StartsAgainWhereTheStateIs) {
  const auto store = NewMemoryStore();
  const auto all = MakeTransactions(3000, 2);
  {
    SequenceIndex index(store.get(), 2);
    ASSERT_TRUE(index.Start({1}).ok());
    for (size_t i = 0; i < all.size(); ++i) index.Append({i + 1}, all[i].id, all[i].position);
    StoreBatch batch;
    index.TakeWriteBack(&batch);
    ASSERT_TRUE(store->Write(batch, false).ok());
  }
  for (const uint64_t next : {3001, 2500, 2048, 1024, 1023, 1}) {
    SequenceIndex index(store.get(), 2);
    ASSERT_TRUE(index.Start({next}).ok());
    ExpectAll({all.begin(), all.begin() + static_cast<ptrdiff_t>(next - 1)}, &index);
    // What follows may be other transactions than those the store had.
    index.Append({next}, "another", {9, 9, 9});
    StoreBatch batch;
    index.TakeWriteBack(&batch);
    ASSERT_TRUE(store->Write(batch, false).ok());
    EXPECT_EQ(index.Resolve({next})->id, "another");
    EXPECT_TRUE(absl::IsNotFound(index.Resolve({next + 1}).status()));
    SequenceIndex again(store.get(), 2);
    ASSERT_TRUE(again.Start({next + 1}).ok());
    EXPECT_EQ(again.Resolve({next})->id, "another");
    EXPECT_EQ(again.Resolve({next})->position, (RecordPosition{9, 9, 9}));
  }
}

TEST(SequenceIndex, AMissingPartIsDataLoss) {
  const auto store = NewMemoryStore();
  SequenceIndex index(store.get(), 2);
  EXPECT_EQ(index.Start({500}).code(), absl::StatusCode::kDataLoss);
}

TEST(SequenceIndex, TakesAtMost24BytesATransaction) {
  std::mt19937_64 random(3);
  IndexBlock uuids(Sequence{1024}), numbers(Sequence{1024});
  for (int i = 0; i < 1024; ++i) {
    const RecordPosition position{0, static_cast<int32_t>(random() % 12), 1'000'000 + i};
    uuids.Append(Uuid(&random), position);
    numbers.Append("PAY" + std::to_string(20260000000 + i * 7), position);
  }
  EXPECT_LE(uuids.Encode().size(), 1024u * 24);
  EXPECT_LE(numbers.Encode().size(), 1024u * 8);
}

}  // namespace
}  // namespace vigla
