// A journal record reads back as itself, and a change of any byte is seen.
#include "engine/model/journal_record.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <limits>
#include <random>
#include <sstream>
#include <string>

namespace vigla {
namespace {

JournalRecord FullRecord() {
  JournalRecord record;
  record.epoch = 7;
  record.first_sequence = {601};
  record.last_sequence = {18'446'744'073'709'551'615U};
  record.runs = {{"transactions", 0, 561, 640, 79},
                 {"tx \"2\"", 3, 0, 9'223'372'036'854'775'807, 1}};
  record.input_digest = Sha256::Of("input");
  record.rule_set = "sha256:ab12";
  record.activation = Activation{"sha256:aa",
                                 "sha256:ab12",
                                 {{"rules/w1.yaml", "cd34"}},
                                 {601},
                                 ParseTime("2026-03-05T08:59:59.000001Z")->time};
  record.alerts_digest = Sha256::Of("alerts");
  record.alerts = 3;
  record.first_audit_frame = 13;
  record.last_audit_frame = 14;
  record.audit_head = Sha256::Of("audit");
  record.newest_event_time = ParseTime("2026-03-05T09:00:00Z")->time;
  record.watermark = ParseTime("2026-03-05T08:00:00Z")->time;
  record.source_fingerprint = "sha256:99";
  record.file_lengths = {{"alerts.ndjson", 12'345}, {"audit.ndjson", 0}};
  record.previous = Sha256::Of("previous");
  record.engine_version = "0.1.0";
  record.semantics = 1;
  return record;
}

// The least there can be: an epoch that only activates nothing and holds no record.
JournalRecord BareRecord() {
  JournalRecord record;
  record.epoch = 1;
  record.first_sequence = {1};
  record.engine_version = "0.1.0";
  return record;
}

std::string Render(const JournalRecord& record) {
  Digest hash;
  return RenderJournalRecord(record, &hash);
}

void ExpectSame(const JournalRecord& a, const JournalRecord& b) {
  EXPECT_EQ(a.epoch, b.epoch);
  EXPECT_EQ(a.first_sequence, b.first_sequence);
  EXPECT_EQ(a.last_sequence, b.last_sequence);
  EXPECT_EQ(a.runs, b.runs);
  EXPECT_EQ(a.input_digest, b.input_digest);
  EXPECT_EQ(a.rule_set, b.rule_set);
  EXPECT_EQ(a.activation, b.activation);
  EXPECT_EQ(a.alerts_digest, b.alerts_digest);
  EXPECT_EQ(a.alerts, b.alerts);
  EXPECT_EQ(a.first_audit_frame, b.first_audit_frame);
  EXPECT_EQ(a.last_audit_frame, b.last_audit_frame);
  EXPECT_EQ(a.audit_head, b.audit_head);
  EXPECT_EQ(a.newest_event_time, b.newest_event_time);
  EXPECT_EQ(a.watermark, b.watermark);
  EXPECT_EQ(a.source_fingerprint, b.source_fingerprint);
  EXPECT_EQ(a.file_lengths, b.file_lengths);
  EXPECT_EQ(a.previous, b.previous);
  EXPECT_EQ(a.engine_version, b.engine_version);
  EXPECT_EQ(a.semantics, b.semantics);
}

TEST(JournalRecord, ReadsBackAsItself) {
  for (const JournalRecord& record : {FullRecord(), BareRecord()}) {
    Digest written;
    const std::string text = RenderJournalRecord(record, &written);
    Digest read;
    const auto parsed = ParseJournalRecord(text, &read);
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    ExpectSame(*parsed, record);
    EXPECT_EQ(read, written);
    EXPECT_EQ(Render(*parsed), text);
  }
}

// The bytes are published and chained: they may grow by members but never change.
TEST(JournalRecord, HasTheGoldenBytes) {
  const std::filesystem::path path = "tests/golden/journal.ndjson";  // from the project root
  std::ifstream file(path);
  ASSERT_TRUE(file) << path;
  std::stringstream golden;
  golden << file.rdbuf();
  EXPECT_EQ(Render(BareRecord()) + "\n" + Render(FullRecord()) + "\n", golden.str());
}

TEST(JournalRecord, HashIsThatOfTheObjectWithoutIt) {
  Digest hash;
  std::string text = RenderJournalRecord(FullRecord(), &hash);
  const std::string member = ",\"hash\":\"" + hash.Hex() + "\"";
  ASSERT_TRUE(text.ends_with(member + "}"));
  text.erase(text.size() - member.size() - 1, member.size());
  EXPECT_EQ(Sha256::Of(text), hash);
}

TEST(JournalRecord, AChangeOfAnyByteIsSeen) {
  const std::string text = Render(FullRecord());
  Digest hash;
  for (size_t at = 0; at < text.size(); ++at) {
    std::string changed = text;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    EXPECT_FALSE(ParseJournalRecord(changed, &hash).ok()) << at;
    EXPECT_FALSE(ParseJournalRecord(text.substr(0, at), &hash).ok()) << at;
  }
  EXPECT_FALSE(ParseJournalRecord(text + "\n", &hash).ok());
}

// A record with a right hash and another content than the schema allows.
std::string Sealed(std::string body) {
  body += "}";
  const std::string hash = Sha256::Of(body).Hex();
  body.pop_back();
  return body + ",\"hash\":\"" + hash + "\"}";
}

std::string Replaced(std::string_view from, std::string_view to) {
  std::string body = Render(FullRecord());
  body.resize(body.rfind(",\"hash\""));
  const size_t at = body.find(from);
  return Sealed(body.replace(at, from.size(), to));
}

TEST(JournalRecord, ALaterV1MayAddMembers) {
  Digest hash;
  const auto parsed = ParseJournalRecord(
      Replaced("\"alerts\":\"3\"", R"("alerts":"3","lanes":{"count":2,"x":[null]})"), &hash);
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  ExpectSame(*parsed, FullRecord());
}

TEST(JournalRecord, AnotherSchemaIsRefused) {
  Digest hash;
  ASSERT_TRUE(ParseJournalRecord(Replaced("\"alerts\":\"3\"", "\"alerts\":\"4\""), &hash).ok());
  constexpr std::pair<std::string_view, std::string_view> kChanges[] = {
      {"vigla.journal.v1", "vigla.journal.v2"},
      {"\"epoch\":\"7\",", ""},
      {"\"epoch\":\"7\"", "\"epoch\":7"},
      {"\"epoch\":\"7\"", "\"epoch\":\"-7\""},
      {"\"epoch\":\"7\"", "\"epoch\":\"7x\""},
      {"\"epoch\":\"7\"", "\"epoch\":\"99999999999999999999\""},
      {"\"epoch\":\"7\"", "\"epoch\":\"7\",\"epoch\":\"7\""},
      {"\"partition\":0", "\"partition\":\"0\""},
      {"\"partition\":0", "\"partition\":99999999999"},
      {"\"records\":\"79\"", "\"other\":\"79\""},
      {"\"after\":\"sha256:ab12\"", "\"later\":\"x\""},
      {"\"runs\":[", "\"runs\":[7,"},
      {"2026-03-05T09:00:00.000000Z", "2026-03-05 09:00"},
      {"\"semantics\":1", "\"semantics\":null"},
      {"{\"schema\"", "[{\"schema\""},
  };
  for (const auto& [from, to] : kChanges) {
    const auto parsed = ParseJournalRecord(Replaced(from, to), &hash);
    EXPECT_EQ(parsed.status().code(), absl::StatusCode::kInvalidArgument) << to;
  }
}

TEST(JournalRecord, RandomRecordsReadBackAsThemselves) {
  std::mt19937_64 random(9);
  const auto text = [&random] {
    std::string bytes;
    for (size_t i = random() % 9; i > 0; --i) bytes += static_cast<char>(random() % 128);
    return bytes;
  };
  for (int round = 0; round < 2'000; ++round) {
    JournalRecord record = BareRecord();
    record.epoch = random();
    record.last_sequence = {random()};
    record.rule_set = text();
    for (size_t i = random() % 4; i > 0; --i) {
      record.runs.push_back({text(), static_cast<int32_t>(random()), static_cast<int64_t>(random()),
                             static_cast<int64_t>(random()), static_cast<int64_t>(random())});
      record.file_lengths.emplace_back(text(), static_cast<int64_t>(random()));
    }
    if (random() % 2 == 0) {
      record.activation = Activation{text(), text(), {{text(), text()}}, {random()}, std::nullopt};
    }
    Digest hash;
    const auto parsed = ParseJournalRecord(Render(record), &hash);
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    ExpectSame(*parsed, record);
  }
}

}  // namespace
}  // namespace vigla
