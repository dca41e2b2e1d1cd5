// Frames: cut to size, tiled without holes, chained, and read back only if sound.
#include "engine/audit/frame.h"

#include <gtest/gtest.h>

#include <fstream>
#include <random>
#include <sstream>

#include "engine/audit/alert_id.h"
#include "engine/audit/entry.h"

namespace vigla {
namespace {

std::string Intake(uint64_t sequence) {
  IntakeEntry entry;
  entry.sequence = Sequence{sequence};
  entry.topic = "tx";
  entry.offset = static_cast<int64_t>(sequence) - 1;
  const std::string id = "t" + std::to_string(sequence);
  entry.id = id;
  entry.digest = Sha256::Of(id);
  std::string json;
  AppendIntakeEntry(entry, &json);
  return json;
}

std::string Match(uint64_t sequence, std::string_view role) {
  const std::vector<AuditMatch> matches(1, {"rule.a", 1, AuditResult::kAlert, "", "", {}});
  MatchEntry entry;
  entry.sequence = Sequence{sequence};
  entry.ref = "ab";
  entry.role = role;
  entry.matches = matches;
  AlertOrigin origin;
  origin.topic = "tx";
  origin.offset = static_cast<int64_t>(sequence) - 1;
  origin.role = role;
  const std::string id = AlertIdText(MakeAlertId(origin));
  entry.alert_id = id;
  entry.alert_digest = Sha256::Of(id);
  std::string json;
  AppendMatchEntry(entry, &json);
  return json;
}

std::string ReadGolden(const std::string& name) {
  std::ifstream file("tests/golden/audit/" + name);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

Frame MustParse(const std::string& json) {
  auto frame = ParseFrame(json);
  EXPECT_TRUE(frame.ok()) << frame.status() << "\n" << json;
  return frame.ok() ? *frame : Frame();
}

// Published bytes: if this fails, a verifier of yesterday can't read the frames of today.
TEST(FrameTest, Golden) {
  AuditChain chain;
  std::vector<std::string> frames;
  FrameBuilder intake(FrameKind::kIntake, 2'000), matches(FrameKind::kMatches, 1'000'000);
  const std::string rule_set = "sha256:" + Sha256::Of("rules").Hex();
  intake.Begin(1, Sequence{1}, rule_set);
  matches.Begin(1, Sequence{1}, rule_set);
  Activation activation;
  activation.after = rule_set;
  activation.files = {{"packs/w1.yaml", Sha256::Of("pack").Hex()}};
  activation.first_sequence = Sequence{1};
  std::string entry;
  AppendActivationEntry(activation, &entry);
  intake.Add(entry, Sequence{1});
  for (uint64_t i = 1; i <= 8; ++i) intake.Add(Intake(i), Sequence{i});
  matches.Add(Match(2, "debtor"), Sequence{2});
  matches.Add(Match(2, "creditor"), Sequence{2});
  matches.AddUnknown("rule.b", 3);
  matches.AddUnknown("rule.c", 0);
  intake.Finish(Sequence{8}, &chain, &frames);
  matches.Finish(Sequence{8}, &chain, &frames);
  intake.Begin(2, Sequence{9}, rule_set);  // an epoch without a record
  matches.Begin(2, Sequence{9}, rule_set);
  intake.Finish(Sequence{8}, &chain, &frames);
  matches.Finish(Sequence{8}, &chain, &frames);

  std::string lines;
  for (const std::string& frame : frames) lines += frame + "\n";
  EXPECT_EQ(lines, ReadGolden("frames.ndjson")) << "actual:\n" << lines;
}

TEST(FrameTest, HeadIsTheDocumentedHash) {
  FrameHeader header;
  header.kind = FrameKind::kMatches;
  header.number = 2;
  header.epoch = 3;
  header.from = Sequence{4};
  header.to = Sequence{0x0102030405060708};
  header.count = 5;
  header.rule_set = "sha256:x";
  header.unknown_json = "{\"r\":1}";
  header.merkle_root = Sha256::Of("root");
  header.previous = Sha256::Of("previous");
  const std::string bytes =
      "\x02" + std::string(header.previous.View()) + std::string(header.merkle_root.View()) +
      "\x02" + std::string("\0\0\0\0\0\0\0\x02", 8) + std::string("\0\0\0\0\0\0\0\x03", 8) +
      std::string("\0\0\0\0\0\0\0\x04", 8) + "\x01\x02\x03\x04\x05\x06\x07\x08" +
      std::string("\0\0\0\0\0\0\0\x05", 8) + std::string(Sha256::Of("sha256:x").View()) +
      std::string(Sha256::Of("{\"r\":1}").View());
  EXPECT_EQ(FrameHead(header), Sha256::Of(bytes));
}

// The entries of all frames are those that were added, whatever the cut; ranges tile the epoch.
TEST(FrameTest, CutsAnywhereWithoutLosingAnything) {
  std::mt19937 dice(7);
  for (int round = 0; round < 200; ++round) {
    const size_t bytes_max = 1'500 + dice() % 4'000;
    const uint64_t first = 1 + dice() % 1'000, last = first + dice() % 40;
    AuditChain chain(Sha256::Of("before"), 17);
    FrameBuilder intake(FrameKind::kIntake, bytes_max), matches(FrameKind::kMatches, bytes_max);
    intake.Begin(5, Sequence{first}, "sha256:aa");
    matches.Begin(5, Sequence{first}, "sha256:aa");
    std::vector<std::string> added[2];
    for (uint64_t i = first; i <= last; ++i) {
      added[0].push_back(Intake(i));
      intake.Add(added[0].back(), Sequence{i});
      for (const char* role : {"debtor", "creditor"}) {
        if (dice() % 3 == 0) continue;
        added[1].push_back(Match(i, role));
        matches.Add(added[1].back(), Sequence{i});
      }
    }
    std::string unknown;
    for (unsigned i = 0; i < dice() % 200; ++i) {
      const std::string rule = "rule.number" + std::to_string(1000 + i);
      matches.AddUnknown(rule, i + 1);
      unknown += "\"" + rule + "\":" + std::to_string(i + 1) + ",";
    }
    std::vector<std::string> frames;
    intake.Finish(Sequence{last}, &chain, &frames);
    matches.Finish(Sequence{last}, &chain, &frames);

    std::vector<std::string> found[2];
    uint64_t due[2] = {first, first};
    uint64_t number = 17;
    std::string found_unknown;
    AuditChain again(Sha256::Of("before"), 17);
    for (const std::string& json : frames) {
      EXPECT_LE(json.size(), bytes_max);
      Frame frame = MustParse(json);
      EXPECT_TRUE(CheckFrame(frame).ok());
      EXPECT_EQ(frame.header.number, number++);
      EXPECT_EQ(frame.header.previous, again.head());
      EXPECT_EQ(again.Append(&frame.header), frame.head);
      const int kind = frame.header.kind == FrameKind::kMatches;
      const uint64_t from = frame.header.from.value;
      EXPECT_TRUE(from == due[kind] || (kind == 1 && from + 1 == due[kind]));
      due[kind] = frame.header.to.value + 1;
      for (std::string_view entry : frame.entries) found[kind].emplace_back(entry);
      if (const std::string& json_object = frame.header.unknown_json; !json_object.empty()) {
        found_unknown += json_object.substr(1, json_object.size() - 2) + ",";
      }
    }
    EXPECT_EQ(found[0], added[0]);
    EXPECT_EQ(found[1], added[1]);
    EXPECT_EQ(found_unknown, unknown);
    EXPECT_EQ(due[0], last + 1);
    EXPECT_EQ(due[1], last + 1);
    EXPECT_EQ(again.head(), chain.head());
  }
}

TEST(FrameTest, AnEntryLargerThanAFrameStandsAlone) {
  AuditChain chain;
  FrameBuilder matches(FrameKind::kMatches, 2'000);
  matches.Begin(1, Sequence{1}, "sha256:aa");
  const std::string large = "{\"seq\":\"2\",\"x\":\"" + std::string(5'000, 'x') + "\"}";
  matches.Add(Match(1, "debtor"), Sequence{1});
  matches.Add(large, Sequence{2});
  matches.Add(Match(3, "debtor"), Sequence{3});
  std::vector<std::string> frames;
  matches.Finish(Sequence{3}, &chain, &frames);
  ASSERT_EQ(frames.size(), 3u);
  EXPECT_EQ(MustParse(frames[1]).entries, std::vector<std::string_view>{large});
}

TEST(FrameTest, RecycledBuildersStartAnew) {
  AuditChain one_chain, two_chain;
  FrameBuilder recycled(FrameKind::kIntake, 2'000);
  std::vector<std::string> one, two;
  for (uint64_t epoch = 1; epoch <= 3; ++epoch) {
    FrameBuilder fresh(FrameKind::kIntake, 2'000);
    const uint64_t first = epoch * 20 - 19;
    recycled.Begin(epoch, Sequence{first}, "sha256:aa");
    fresh.Begin(epoch, Sequence{first}, "sha256:aa");
    for (uint64_t i = first; i < first + 20; ++i) {
      recycled.Add(Intake(i), Sequence{i});
      fresh.Add(Intake(i), Sequence{i});
    }
    recycled.Finish(Sequence{first + 19}, &one_chain, &one);
    fresh.Finish(Sequence{first + 19}, &two_chain, &two);
  }
  EXPECT_EQ(one, two);
}

std::string AFrame() {
  AuditChain chain;
  FrameBuilder matches(FrameKind::kMatches, 10'000);
  matches.Begin(1, Sequence{1}, "sha256:\"quoted\"");
  matches.Add(Match(1, "debtor"), Sequence{1});
  matches.Add(Match(1, "creditor"), Sequence{1});
  matches.AddUnknown("rule", 1);
  std::vector<std::string> frames;
  matches.Finish(Sequence{2}, &chain, &frames);
  return frames[0];
}

// No byte of a frame may vary unseen: each change fails to parse or to check.
TEST(FrameTest, EveryChangedByteIsSeen) {
  const std::string sound = AFrame();
  ASSERT_TRUE(CheckFrame(MustParse(sound)).ok());
  for (size_t i = 0; i < sound.size(); ++i) {
    for (const char c : {'0', '1', 'a', '"', ' ', '}', '\\', '\xff'}) {
      std::string changed = sound;
      if (changed[i] == c) continue;
      changed[i] = c;
      const auto frame = ParseFrame(changed);
      EXPECT_FALSE(frame.ok() && CheckFrame(*frame).ok()) << i << " " << changed;
    }
    std::string shorter = sound;
    shorter.erase(i, 1);
    const auto frame = ParseFrame(shorter);
    EXPECT_FALSE(frame.ok() && CheckFrame(*frame).ok()) << i << " " << shorter;
  }
}

TEST(FrameTest, EveryPrefixIsRefused) {
  const std::string sound = AFrame();
  for (size_t i = 0; i < sound.size(); ++i) {
    EXPECT_FALSE(ParseFrame(std::string_view(sound).substr(0, i)).ok()) << i;
  }
  EXPECT_FALSE(ParseFrame(sound + "\n").ok());
}

TEST(FrameTest, DeepNestingIsRefusedNotFollowed) {
  std::string json = AFrame();
  const size_t entries = json.find("\"entries\":[") + 11;
  json.insert(entries, "{\"a\":" + std::string(100'000, '[') + std::string(100'000, ']') + "},");
  EXPECT_FALSE(ParseFrame(json).ok());
}

TEST(FrameTest, DroppedSwappedAndDoubledEntriesChangeTheRoot) {
  const std::string text = AFrame();
  Frame frame = MustParse(text);
  Frame changed = frame;
  std::swap(changed.entries[0], changed.entries[1]);
  EXPECT_FALSE(CheckFrame(changed).ok());
  changed = frame;
  changed.entries.pop_back();
  EXPECT_FALSE(CheckFrame(changed).ok());
  changed.header.count = 1;
  EXPECT_FALSE(CheckFrame(changed).ok());
  changed = frame;
  changed.entries.push_back(changed.entries.back());
  changed.header.count = 3;
  EXPECT_FALSE(CheckFrame(changed).ok());
}

}  // namespace
}  // namespace vigla
