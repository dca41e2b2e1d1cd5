// The index finds what is in it and nothing else, through growth and removal, whatever collides.
#include "engine/ledger/subject_index.h"

#include <gtest/gtest.h>

#include <iterator>
#include <map>
#include <random>
#include <set>

namespace vigla {
namespace {

// The index never reads a subject by itself; no subject lies at address 1.
Subject* Numbered(uintptr_t number) { return reinterpret_cast<Subject*>(number); }

TEST(SubjectIndex, IsASetUnderItsHashes) {
  for (const uint64_t hashes : {1, 7, 5000}) {  // few: all belong to the same places
    SubjectIndex index;
    std::mt19937_64 random(hashes);
    std::map<uint64_t, std::set<Subject*>> expected;
    size_t count = 0;
    for (uintptr_t number = 2; number < 3000; ++number) {
      const Hash128 hash{0, random() % hashes * 0x10001};
      std::set<Subject*>& same = expected[hash.low];
      if (!same.empty() && random() % 3 == 0) {
        index.Erase(hash, *same.begin());
        same.erase(same.begin());
        --count;
      } else {
        index.Insert(hash, Numbered(number));
        same.insert(Numbered(number));
        ++count;
      }
      ASSERT_EQ(index.size(), count);
    }
    size_t visited = 0;
    index.ForEach([&](Subject*) { ++visited; });
    EXPECT_EQ(visited, count);
    for (const auto& [low, same] : expected) {
      std::set<Subject*> found;
      EXPECT_EQ(index.Find({9, low}, [&](const Subject& subject) {
        found.insert(const_cast<Subject*>(&subject));
        return false;
      }), nullptr);
      EXPECT_EQ(found, same);
    }
  }
}

// Growing takes many insertions; at each moment of it all are there, and each can go.
TEST(SubjectIndex, HasAllWhileItGrows) {
  SubjectIndex index;
  std::mt19937_64 random(3);
  std::map<Subject*, Hash128> expected;
  for (uintptr_t number = 2; number < 1'500; ++number) {
    const Hash128 hash{0, random()};
    index.Insert(hash, Numbered(number));
    expected.emplace(Numbered(number), hash);
    if (number % 5 == 0) {  // of any age
      auto gone = expected.begin();
      std::advance(gone, random() % expected.size());
      index.Erase(gone->second, gone->first);
      EXPECT_EQ(index.Find(gone->second, [](const Subject&) { return true; }), nullptr);
      expected.erase(gone);
    }
    for (const auto& [subject, its_hash] : expected) {
      ASSERT_EQ(index.Find(its_hash, [](const Subject&) { return true; }), subject) << number;
    }
    std::set<Subject*> visited;
    index.ForEach([&](Subject* subject) { EXPECT_TRUE(visited.insert(subject).second); });
    ASSERT_EQ(visited.size(), expected.size());
    ASSERT_EQ(index.size(), expected.size());
  }
}

TEST(SubjectIndex, IsEmptyAtFirst) {
  SubjectIndex index;
  index.Prefetch({1, 2});
  EXPECT_EQ(index.Find({1, 2}, [](const Subject&) { return true; }), nullptr);
}

}  // namespace
}  // namespace vigla
