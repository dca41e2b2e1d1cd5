// Subjects are told apart by kind, tenant and id, however the three are cut.
#include "engine/model/subject.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "engine/model/decoder.h"
#include "engine/model/transaction.h"

namespace vigla {
namespace {

TEST(SubjectKind, NamesReadBack) {
  for (int i = 1; i <= 5; ++i) {
    const auto kind = static_cast<SubjectKind>(i);
    EXPECT_EQ(ParseSubjectKind(SubjectKindName(kind)), kind);
  }
  EXPECT_EQ(SubjectKindName(SubjectKind::kMerchant), "merchant");
  EXPECT_FALSE(ParseSubjectKind("Account"));
  EXPECT_FALSE(ParseSubjectKind(""));
}

TEST(Vocabulary, NamesReadBack) {
  for (int i = 0; i < kKindCount; ++i) {
    const auto kind = static_cast<Kind>(i);
    EXPECT_EQ(ParseKind(KindName(kind)), kind);
  }
  for (int i = 0; i < kStatusCount; ++i) {
    const auto status = static_cast<StatusCode>(i);
    EXPECT_EQ(ParseStatus(StatusName(status)), status);
  }
  EXPECT_EQ(KindName(Kind::kCreditTransfer), "credit_transfer");
  EXPECT_EQ(KindName(Kind::kAdjustment), "adjustment");
  EXPECT_EQ(StatusName(StatusCode::kCancelled), "cancelled");
  EXPECT_EQ(DirectionName(Direction::kDebit), "debit");
  EXPECT_EQ(DirectionName(Direction::kCredit), "credit");
  EXPECT_FALSE(ParseKind("transfer"));
  EXPECT_FALSE(ParseStatus("Settled"));
}

TEST(IdentityHash, TellsKindsTenantsAndIdsApart) {
  const KeyedHasher hasher("key");
  std::set<Hash128> seen;
  size_t inputs = 0;
  for (uint8_t kind = 1; kind <= 5; ++kind) {
    for (const std::string_view tenant : {"", "a", "ab", "abc"}) {
      for (const std::string_view id : {"", "c", "bc", "abc", "x"}) {
        seen.insert(IdentityHash(hasher, kind, tenant, id));
        ++inputs;
      }
    }
  }
  EXPECT_EQ(seen.size(), inputs);
}

TEST(NormaliseAccount, UppersAsciiAndDropsSpaces) {
  Arena arena;
  EXPECT_EQ(NormaliseAccount("de02 1203 0000", &arena), "DE0212030000");
  EXPECT_EQ(NormaliseAccount(" é ß-ä ", &arena), "éß-ä");
  EXPECT_EQ(NormaliseAccount("   ", &arena), "");
  EXPECT_EQ(NormaliseAccount("", &arena), "");
}

}  // namespace
}  // namespace vigla
