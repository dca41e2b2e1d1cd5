// Alert ids: golden, sensitive to each part of the origin, and never ambiguous.
#include "engine/audit/alert_id.h"

#include <gtest/gtest.h>

#include <set>

namespace vigla {
namespace {

AlertOrigin Origin() {
  AlertOrigin origin;
  origin.rule_set = Sha256::Of("a rule set");
  origin.topic = "transactions";
  origin.partition = 3;
  origin.offset = 561;
  origin.kind = SubjectKind::kAccount;
  origin.subject_id = "DE02120300000000202051";
  origin.role = "creditor";
  return origin;
}

// The bytes are drawn in engine/docs/formats.md; published ids must never change.
TEST(AlertIdTest, Golden) {
  const std::string bytes = std::string(Sha256::Of("a rule set").View()) +
                            std::string("\0\0\0\x0c", 4) + "transactions" +
                            std::string("\0\0\0\x03", 4) + std::string("\0\0\0\0\0\0\x02\x31", 8) +
                            "\x01" + std::string("\0\0\0\x16", 4) + "DE02120300000000202051" +
                            std::string("\0\0\0\x08", 4) + "creditor";
  const std::string text = AlertIdText(MakeAlertId(Origin()));
  EXPECT_EQ(text, "al_" + Base32Of(Sha256::Of(bytes).View().substr(0, 16)));
  EXPECT_EQ(text.size(), 29u);
}

TEST(AlertIdTest, EachPartCounts) {
  std::set<AlertId> ids = {MakeAlertId(Origin())};
  AlertOrigin origin = Origin();
  origin.rule_set = Sha256::Of("another");
  EXPECT_TRUE(ids.insert(MakeAlertId(origin)).second);
  origin = Origin();
  origin.topic = "transaction";
  EXPECT_TRUE(ids.insert(MakeAlertId(origin)).second);
  origin = Origin();
  origin.partition = 4;
  EXPECT_TRUE(ids.insert(MakeAlertId(origin)).second);
  origin = Origin();
  origin.offset = 562;
  EXPECT_TRUE(ids.insert(MakeAlertId(origin)).second);
  origin = Origin();
  origin.kind = SubjectKind::kParty;
  EXPECT_TRUE(ids.insert(MakeAlertId(origin)).second);
  origin = Origin();
  origin.subject_id = "DE02120300000000202052";
  EXPECT_TRUE(ids.insert(MakeAlertId(origin)).second);
  origin = Origin();
  origin.role = "debtor";
  EXPECT_TRUE(ids.insert(MakeAlertId(origin)).second);
  EXPECT_EQ(ids.size(), 8u);
}

TEST(AlertIdTest, BytesThatMoveBetweenFieldsMakeAnotherId) {
  AlertOrigin a = Origin(), b = Origin();
  a.subject_id = "xcreditor";
  a.role = "";
  b.subject_id = "x";
  EXPECT_NE(MakeAlertId(a), MakeAlertId(b));
}

TEST(AlertIdTest, RolesGoBothWays) {
  const std::pair<SubjectKind, LegOrder> legs[] = {
      {SubjectKind::kAccount, LegOrder::kDebtorAccount},
      {SubjectKind::kAccount, LegOrder::kCreditorAccount},
      {SubjectKind::kParty, LegOrder::kDebtorParty},
      {SubjectKind::kParty, LegOrder::kCreditorParty},
      {SubjectKind::kDevice, LegOrder::kDevice},
      {SubjectKind::kCard, LegOrder::kCard},
      {SubjectKind::kMerchant, LegOrder::kMerchant}};
  for (const auto& [kind, order] : legs) EXPECT_EQ(ParseLegOrder(kind, RoleText(order)), order);
  EXPECT_EQ(ParseLegOrder(SubjectKind::kMerchant, "debtor"), std::nullopt);
  EXPECT_EQ(ParseLegOrder(SubjectKind::kCard, "creditor"), std::nullopt);
  EXPECT_EQ(ParseLegOrder(SubjectKind::kAccount, "payer"), std::nullopt);
}

TEST(AlertIdTest, SourceText) {
  std::string text = "at ";
  AppendSourceText("tx-0@x", 12, 9'007'199'254'740'993, &text);
  EXPECT_EQ(text, "at tx-0@x-12@9007199254740993");
}

}  // namespace
}  // namespace vigla
