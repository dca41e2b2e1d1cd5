// Audit entries: their published bytes, their bound, and that what is read back is what was said.
#include "engine/audit/entry.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "engine/audit/canonical_reader.h"
#include "engine/audit/entry_reader.h"

namespace vigla {
namespace {

const std::string kZeros(64, '0');

IntakeEntry Valid() {
  IntakeEntry entry;
  entry.sequence = Sequence{9'007'199'254'740'993};
  entry.topic = "tx";
  entry.partition = 0;
  entry.offset = 561;
  entry.id = "a";
  return entry;
}

std::string Render(const IntakeEntry& entry) {
  std::string json;
  AppendIntakeEntry(entry, &json);
  return json;
}
std::string Render(const MatchEntry& entry) {
  std::string json;
  AppendMatchEntry(entry, &json);
  return json;
}

TEST(EntryTest, IntakeBytes) {
  EXPECT_EQ(Render(Valid()), "{\"seq\":\"9007199254740993\",\"source\":\"tx-0@561\",\"id\":\"a\","
                             "\"digest\":\"" + kZeros + "\",\"verdict\":\"valid\"}");
  IntakeEntry entry = Valid();
  const std::vector<std::string_view> by = {"validity.iban", "validity.\"x\""};
  entry.by = by;
  entry.verdict = AuditVerdict::kRejected;
  EXPECT_EQ(Render(entry),
            "{\"seq\":\"9007199254740993\",\"source\":\"tx-0@561\",\"id\":\"a\",\"digest\":\"" +
                kZeros + "\",\"verdict\":\"rejected\",\"by\":[\"validity.iban\","
                         "\"validity.\\\"x\\\"\"]}");
}

TEST(EntryTest, AnUnreadableRecordHasNoId) {
  IntakeEntry entry = Valid();
  entry.id = {};
  entry.verdict = AuditVerdict::kUnreadable;
  EXPECT_EQ(Render(entry), "{\"seq\":\"9007199254740993\",\"source\":\"tx-0@561\",\"digest\":\"" +
                               kZeros + "\",\"verdict\":\"unreadable\"}");
}

TEST(EntryTest, HostileIdsStayOneCanonicalString) {
  for (const std::string_view id : {"\"},{\"seq\":\"1", "\\", "\n", "\x7f", "é€😀", "\xff\xfe",
                                    "\xe2\x80\xa8"}) {
    IntakeEntry entry = Valid();
    entry.id = id;
    entry.topic = id;
    const std::string json = Render(entry);
    ReadIntakeEntry read;
    ASSERT_TRUE(ReadIntake(json, &read)) << json;
    EXPECT_EQ(read.sequence, entry.sequence);
    EXPECT_EQ(read.offset, 561);
    EXPECT_EQ(json.find('\n'), std::string::npos);
    EXPECT_TRUE(IsUtf8(json));
  }
}

TEST(EntryTest, IntakeIsReadBack) {
  IntakeEntry entry = Valid();
  entry.topic = "a-1@2";  // looks like a source itself
  entry.partition = 7;
  entry.digest = Sha256::Of("x");
  entry.verdict = AuditVerdict::kFlagged;
  const std::vector<std::string_view> by = {"r"};
  entry.by = by;
  ReadIntakeEntry read;
  ASSERT_TRUE(ReadIntake(Render(entry), &read));
  EXPECT_EQ(read.topic, "a-1@2");
  EXPECT_EQ(read.partition, 7);
  EXPECT_EQ(read.offset, 561);
  EXPECT_EQ(read.digest, entry.digest);
  EXPECT_EQ(read.verdict, AuditVerdict::kFlagged);
  EXPECT_FALSE(read.is_activation);
}

TEST(EntryTest, MatchBytes) {
  const std::vector<AuditValue> values = {{"paid_in_3d", "27900.00"}, {"usual", "unknown"}};
  std::vector<AuditMatch> matches(3);
  matches[0] = {"structuring.cash_pieces", 4, AuditResult::kAlert, "", "", values};
  matches[1] = {"velocity.day", 1, AuditResult::kFolded, "al_6f", "", {}};
  matches[2] = {"country.high", 2, AuditResult::kExcepted, "", "payroll", {}};
  MatchEntry entry;
  entry.sequence = Sequence{8};
  entry.ref = "00ff";
  entry.role = "creditor";
  entry.matches = matches;
  entry.alert_id = "al_x";
  entry.alert_digest = Digest();
  const std::string json = Render(entry);
  EXPECT_EQ(json,
            "{\"seq\":\"8\",\"subject\":{\"kind\":\"account\",\"ref\":\"00ff\"},\"role\":"
            "\"creditor\",\"matches\":[{\"rule\":\"structuring.cash_pieces\",\"version\":4,"
            "\"result\":\"alert\",\"values\":{\"paid_in_3d\":\"27900.00\",\"usual\":\"unknown\"}},"
            "{\"rule\":\"velocity.day\",\"version\":1,\"result\":\"folded\",\"into\":\"al_6f\"},"
            "{\"rule\":\"country.high\",\"version\":2,\"result\":\"excepted\",\"exception\":"
            "\"payroll\"}],\"alert_id\":\"al_x\",\"alert_digest\":\"" + kZeros + "\"}");
  ReadMatchEntry read;
  ASSERT_TRUE(ReadMatch(json, &read));
  EXPECT_EQ(read.order, LegOrder::kCreditorAccount);
  EXPECT_EQ(read.alert_id, "al_x");
  EXPECT_EQ(read.alert_digest, Digest());
  EXPECT_EQ(read.shadow_digest, std::nullopt);
}

TEST(EntryTest, LargeMatchEntriesGiveUpValuesThenMatchesForADigest) {
  const std::string text(1000, 'v');
  const std::vector<AuditValue> values(100, {"name", text});
  std::vector<AuditMatch> matches(10, {"rule", 1, AuditResult::kShadow, "", "", values});
  MatchEntry entry;
  entry.sequence = Sequence{1};
  entry.ref = "00";
  entry.role = "debtor";
  entry.matches = matches;
  std::string json = Render(entry);
  EXPECT_LE(json.size(), kEntryBytesMax);
  EXPECT_NE(json.find("\"values_omitted\":true"), std::string::npos);
  EXPECT_EQ(json.find("vvv"), std::string::npos);

  matches.assign(20'000, {"a.rule.with.a.long.name", 1, AuditResult::kShadow, "", "", {}});
  entry.matches = matches;
  json = Render(entry);
  EXPECT_LE(json.size(), kEntryBytesMax);
  EXPECT_NE(json.find("\"matches_omitted\":20000,\"matches_digest\":\""), std::string::npos);
  const std::string first = json;
  matches.back().version = 2;
  EXPECT_NE(Render(entry), first) << "the digest covers what was left out";
  ReadMatchEntry read;
  EXPECT_TRUE(ReadMatch(json, &read));
}

TEST(EntryTest, ManyDecidingRulesAreCounted) {
  const std::vector<std::string_view> by(50'000, "validity.some_rule");
  IntakeEntry entry = Valid();
  entry.by = by;
  const std::string json = Render(entry);
  EXPECT_LE(json.size(), kEntryBytesMax);
  EXPECT_NE(json.find("],\"by_omitted\":"), std::string::npos);
  ReadIntakeEntry read;
  EXPECT_TRUE(ReadIntake(json, &read));
}

TEST(EntryTest, ActivationBytes) {
  Activation activation;
  activation.after = "sha256:" + kZeros;
  activation.files = {{"packs/a.yaml", kZeros}};
  activation.first_sequence = Sequence{1};
  std::string json;
  AppendActivationEntry(activation, &json);
  EXPECT_EQ(json, "{\"seq\":\"1\",\"activation\":{\"after\":\"sha256:" + kZeros +
                      "\",\"files\":[{\"name\":\"packs/a.yaml\",\"sha256\":\"" + kZeros +
                      "\"}]}}");
  activation.before = "sha256:11";
  activation.newest_before = EventTime{0};
  json.clear();
  AppendActivationEntry(activation, &json);
  EXPECT_NE(json.find("{\"before\":\"sha256:11\",\"after\":"), std::string::npos);
  EXPECT_NE(json.find(",\"newest_before\":\"1970-01-01T00:00:00.000000Z\"}}"), std::string::npos);
  ReadIntakeEntry read;
  ASSERT_TRUE(ReadIntake(json, &read));
  EXPECT_TRUE(read.is_activation);
  EXPECT_EQ(read.before, "sha256:11");
}

TEST(EntryTest, NamesGoBothWays) {
  for (int i = 0; i < 4; ++i) {
    const auto verdict = static_cast<AuditVerdict>(i);
    EXPECT_EQ(ParseAuditVerdict(AuditVerdictName(verdict)), verdict);
  }
  EXPECT_EQ(ParseAuditVerdict("maybe"), std::nullopt);
  EXPECT_EQ(AuditResultName(AuditResult::kTooLate), "too_late");
}

TEST(EntryTest, WhatIsNoEntryIsRefused) {
  ReadIntakeEntry intake;
  ReadMatchEntry match;
  for (const std::string_view json :
       {"", "{}", "[]", "{\"seq\":\"1\"}", "{\"seq\":1}", "{\"seq\":\"01\"}", "{\"seq\":\"1\",}",
        "{\"seq\":\"1\",\"source\":\"tx-0@\",\"digest\":\"\",\"verdict\":\"valid\"}",
        "{\"seq\":\"18446744073709551616\"}", "{\"seq\":\"1\"} "}) {
    EXPECT_FALSE(ReadIntake(json, &intake)) << json;
    EXPECT_FALSE(ReadMatch(json, &match)) << json;
  }
}

}  // namespace
}  // namespace vigla
