// The index finds what is in it and nothing else, through growth and removal, whatever collides.
#include "engine/ledger/subject_index.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

namespace vigla {
namespace {

// The index never reads a subject by itself.
Subject* Numbered(uintptr_t number) { return reinterpret_cast<Subject*>(number); }

TEST(SubjectIndex, IsASetUnderItsHashes) {
  for (const uint64_t hashes : {1, 7, 5000}) {  // few: all belong to the same places
    SubjectIndex index;
    std::mt19937_64 random(hashes);
    std::map<uint64_t, std::set<Subject*>> expected;
    size_t count = 0;
    for (uintptr_t number = 1; number < 3000; ++number) {
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

TEST(SubjectIndex, IsEmptyAtFirst) {
  SubjectIndex index;
  index.Prefetch({1, 2});
  EXPECT_EQ(index.Find({1, 2}, [](const Subject&) { return true; }), nullptr);
}

}  // namespace
}  // namespace vigla
