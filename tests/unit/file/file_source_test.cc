// Input files: every line is counted once, and what was consumed must not change.
#include "connectors/file/file_source.h"

#include <gtest/gtest.h>

#include <random>

#include "tests/unit/scratch_folder.h"

namespace vigla {
namespace {

struct Seen {
  uint16_t topic;
  int64_t offset;
  std::string value;
  bool operator==(const Seen&) const = default;
};

std::unique_ptr<FileSource> MustOpen(const std::vector<std::string>& paths) {
  auto source = FileSource::Open(paths);
  EXPECT_TRUE(source.ok()) << source.status();
  return std::move(source).value();
}

std::vector<Seen> ReadAll(FileSource* source, size_t records_max = 100,
                          size_t bytes_max = 1 << 20) {
  std::vector<Seen> seen;
  RecordBatch batch;
  while (true) {
    batch.Clear();
    const auto state = source->Poll(records_max, bytes_max, 0, &batch);
    EXPECT_TRUE(state.ok()) << state.status();
    if (!state.ok() || *state == PollState::kEnd) return seen;
    EXPECT_LE(batch.records.size(), records_max);
    EXPECT_FALSE(batch.records.empty());
    for (const InputRecord& record : batch.records) {
      EXPECT_EQ(record.position.partition, 0);
      EXPECT_EQ(record.received_us, 0);
      seen.push_back({record.position.topic, record.position.offset, std::string(record.value)});
    }
  }
}

InputPosition At(uint16_t topic, int64_t next) { return {topic, 0, next}; }

TEST(FileSourceTest, OffsetsCountEveryLine) {
  ScratchFolder folder;
  const auto path = folder.Write("tx.ndjson", "a\n\nb\r\n \t\r\n\r\n c \nd");
  auto source = MustOpen({path});
  EXPECT_EQ(source->topics(), std::vector<std::string>{"tx.ndjson"});
  EXPECT_EQ(source->LagRecords(), -1);
  const std::vector<Seen> expected = {{0, 0, "a"}, {0, 2, "b"}, {0, 5, " c "}, {0, 6, "d"}};
  EXPECT_EQ(ReadAll(source.get()), expected);
  EXPECT_EQ(source->LagRecords(), 0);
}

TEST(FileSourceTest, FilesFollowEachOtherAsConfigured) {
  ScratchFolder folder;
  const auto b = folder.Write("b", "1\n2"), a = folder.Write("a", "3\n"), c = folder.Write("c", "");
  auto source = MustOpen({b, c, a});
  const std::vector<Seen> expected = {{0, 0, "1"}, {0, 1, "2"}, {2, 0, "3"}};
  EXPECT_EQ(ReadAll(source.get()), expected);
}

TEST(FileSourceTest, AnyBatchAndBufferCutGivesTheSameRecords) {
  ScratchFolder folder;
  std::mt19937 dice(3);
  std::string text;
  std::vector<Seen> expected;
  for (int64_t line = 0; line < 3'000; ++line) {
    // Lines around the size of the read buffer too.
    const size_t bytes = line % 500 == 7 ? (1 << 20) - 2 + dice() % 5 : dice() % 700;
    const std::string value(bytes, static_cast<char>('a' + line % 26));
    text += value + (dice() % 2 ? "\n" : "\r\n");
    if (bytes > 0) expected.push_back({0, line, value});
  }
  const auto path = folder.Write("tx", text);
  for (const size_t records_max : {1u, 7u, 100'000u}) {
    auto source = MustOpen({path});
    EXPECT_TRUE(ReadAll(source.get(), records_max, 10'000) == expected);
  }
}

TEST(FileSourceTest, SeekGoesOnAfterAnyPosition) {
  ScratchFolder folder;
  const auto path = folder.Write("tx", "a\n\nb\nc\n\nd");
  const std::vector<Seen> all = {{0, 0, "a"}, {0, 2, "b"}, {0, 3, "c"}, {0, 5, "d"}};
  auto source = MustOpen({path});
  for (int64_t next = 0; next <= 6; ++next) {
    std::vector<Seen> expected;
    for (const Seen& seen : all) {
      if (seen.offset >= next) expected.push_back(seen);
    }
    ASSERT_TRUE(source->Seek({At(0, next)}).ok());
    EXPECT_EQ(ReadAll(source.get()), expected) << next;
  }
  EXPECT_TRUE(absl::IsFailedPrecondition(source->Seek({At(0, 7)})));
  EXPECT_TRUE(absl::IsFailedPrecondition(source->Seek({At(1, 0)})));
}

// Whatever the cut, stopping and starting over continues where it stopped, also in grown files.
TEST(FileSourceTest, RestartsContinueAtTheRecordBehind) {
  std::mt19937 dice(11);
  for (int round = 0; round < 200; ++round) {
    ScratchFolder folder;
    std::string text[2];
    std::vector<Seen> expected;
    for (uint16_t file = 0; file < 2; ++file) {
      const int lines = dice() % 30;
      for (int line = 0; line < lines; ++line) {
        const bool empty = dice() % 4 == 0;
        const std::string value = empty ? "" : "r" + std::to_string(dice());
        text[file] += value + (dice() % 3 ? "\n" : "\r\n");
        if (!empty) expected.push_back({file, line, value});
      }
    }
    const auto one = folder.Write("one", text[0]), two = folder.Write("two", text[1]);
    std::vector<Seen> seen;
    std::string fingerprint;
    std::vector<InputPosition> positions;
    for (bool at_end = false; !at_end;) {
      auto source = MustOpen({one, two});
      const absl::Status verified = source->Verify(fingerprint);
      ASSERT_TRUE(verified.ok()) << verified;
      ASSERT_TRUE(source->Seek(positions).ok());
      EXPECT_EQ(source->Fingerprint(), fingerprint);
      for (int polls = dice() % 4; polls >= 0 && !at_end; --polls) {
        RecordBatch batch;
        const auto state = source->Poll(1 + dice() % 5, 1000, 0, &batch);
        ASSERT_TRUE(state.ok());
        at_end = *state == PollState::kEnd;
        for (const InputRecord& record : batch.records) {
          const auto& at = record.position;
          seen.push_back({at.topic, at.offset, std::string(record.value)});
          std::erase_if(positions, [&](auto& p) { return p.topic == at.topic; });
          positions.push_back(At(at.topic, at.offset + 1));
        }
      }
      fingerprint = source->Fingerprint();
    }
    EXPECT_EQ(seen, expected);
  }
}

TEST(FileSourceTest, TheFingerprintIsOfTheBytesUpToTheLastRecord) {
  ScratchFolder folder;
  const auto path = folder.Write("tx", "a\nbb\r\n\n\n");
  auto source = MustOpen({path});
  EXPECT_EQ(source->Fingerprint(), "");
  ReadAll(source.get());
  EXPECT_EQ(source->Fingerprint(), "6 2 " + Sha256::Of("a\nbb\r\n").Hex() + " tx");
}

struct Restart {
  std::string fingerprint;
  int64_t next = 0;
};

Restart Consume(const std::string& path) {
  auto source = MustOpen({path});
  const auto seen = ReadAll(source.get());
  return {source->Fingerprint(), seen.empty() ? 0 : seen.back().offset + 1};
}

absl::StatusOr<std::vector<Seen>> GoOn(const std::string& path, const Restart& from) {
  auto source = MustOpen({path});
  const absl::Status verified = source->Verify(from.fingerprint);
  if (!verified.ok()) return verified;
  const absl::Status found = source->Seek({At(0, from.next)});
  if (!found.ok()) return found;
  return ReadAll(source.get());
}

TEST(FileSourceTest, AGrownFileOnlyAdds) {
  ScratchFolder folder;
  const auto path = folder.Write("tx", "a\nb\n");
  const Restart from = Consume(path);
  folder.Write("tx", "a\nb\n\nc");
  const auto seen = GoOn(path, from);
  ASSERT_TRUE(seen.ok()) << seen.status();
  EXPECT_EQ(*seen, (std::vector<Seen>{{0, 3, "c"}}));
}

TEST(FileSourceTest, AnyChangedByteBeforeThePositionStops) {
  ScratchFolder folder;
  const std::string text = "{\"a\":1}\n\n{\"b\":2}\r\n";
  const auto path = folder.Write("tx", text);
  const Restart from = Consume(path);
  for (size_t i = 0; i < text.size(); ++i) {
    std::string changed = text + "more\n";
    changed[i] = 'X';
    folder.Write("tx", changed);
    const auto seen = GoOn(path, from);
    EXPECT_TRUE(absl::IsFailedPrecondition(seen.status())) << i;
    folder.Write("tx", text.substr(0, i));
    EXPECT_TRUE(absl::IsFailedPrecondition(GoOn(path, from).status())) << i;
  }
  folder.Write("tx", text + "more\n");
  EXPECT_TRUE(GoOn(path, from).ok());
}

TEST(FileSourceTest, AnUnterminatedLastLineMayGetItsEndButNoMoreText) {
  ScratchFolder folder;
  const auto path = folder.Write("tx", "a\nb");
  const Restart from = Consume(path);
  EXPECT_EQ(from.next, 2);
  EXPECT_TRUE(GoOn(path, from)->empty()) << "unchanged";
  for (const std::string_view end : {"\n", "\r\n"}) {
    folder.Write("tx", "a\nb" + std::string(end) + "c\n");
    const auto seen = GoOn(path, from);
    ASSERT_TRUE(seen.ok()) << seen.status();
    EXPECT_EQ(*seen, (std::vector<Seen>{{0, 2, "c"}})) << "as a reading from the start counts";
  }
  folder.Write("tx", "a\nbb\nc\n");
  const auto seen = GoOn(path, from);
  EXPECT_TRUE(absl::IsFailedPrecondition(seen.status()));
  EXPECT_NE(std::string(seen.status().message()).find("had no line end"), std::string::npos);
}

TEST(FileSourceTest, AFileThatIsNoLongerConfiguredStops) {
  ScratchFolder folder;
  const auto one = folder.Write("one", "a\n"), two = folder.Write("two", "a\n");
  const Restart from = Consume(one);
  EXPECT_TRUE(absl::IsFailedPrecondition(MustOpen({two})->Verify(from.fingerprint)));
  EXPECT_TRUE(MustOpen({two, one})->Verify(from.fingerprint).ok());
  EXPECT_TRUE(absl::IsFailedPrecondition(MustOpen({one})->Verify("what is this")));
}

TEST(FileSourceTest, RunsAreReadAgainExactly) {
  ScratchFolder folder;
  const auto path = folder.Write("tx", "a\n\nb\r\nc\n\nd");
  auto source = MustOpen({path});
  std::string values;
  auto visit = [&](const InputRecord& record) {
    values += std::to_string(record.position.offset) + std::string(record.value);
    return absl::OkStatus();
  };
  EXPECT_TRUE(source->ReadRun({"tx", 0, 0, 2, 2}, visit).ok());
  EXPECT_TRUE(source->ReadRun({"tx", 0, 3, 5, 2}, visit).ok());
  EXPECT_TRUE(source->ReadRun({"tx", 0, 0, 0, 1}, visit).ok()) << "backwards too";
  EXPECT_EQ(values, "0a2b3c5d0a");
  for (const JournalRun& run : std::vector<JournalRun>{{"tx", 0, 0, 2, 3}, {"tx", 0, 0, 1, 1},
                                                       {"tx", 0, 1, 2, 1}, {"tx", 0, 5, 6, 2},
                                                       {"tx", 1, 0, 0, 1}, {"ty", 0, 0, 0, 1}}) {
    EXPECT_TRUE(absl::IsFailedPrecondition(source->ReadRun(run, visit)))
        << run.first_offset << " " << run.last_offset;
  }
  EXPECT_EQ(source->ReadRun({"tx", 0, 0, 0, 1},
                            [](const InputRecord&) { return absl::CancelledError(); }),
            absl::CancelledError());
}

TEST(FileSourceTest, AnEndlessLineIsCutAndThenPassedOver) {
  ScratchFolder folder;
  std::string text = std::string(LineReader::kLineBytesMax + 3'000'000, 'x') + "\nb\n";
  text += std::string(LineReader::kLineBytesMax + 1, ' ') + "\nc\n";
  const auto path = folder.Write("tx", text);
  auto source = MustOpen({path});
  const auto seen = ReadAll(source.get());
  ASSERT_EQ(seen.size(), 4u);
  EXPECT_EQ(seen[0].value.size(), LineReader::kLineBytesMax);
  EXPECT_EQ(seen[1], (Seen{0, 1, "b"}));
  EXPECT_EQ(seen[2].offset, 2);
  EXPECT_EQ(seen[3], (Seen{0, 3, "c"}));
  EXPECT_EQ(source->Fingerprint(),
            std::to_string(text.size()) + " 4 " + Sha256::Of(text).Hex() + " tx");
  ASSERT_TRUE(source->Verify(source->Fingerprint()).ok());
  ASSERT_TRUE(source->Seek({At(0, 3)}).ok());
  EXPECT_EQ(ReadAll(source.get()).size(), 1u);
  int64_t bytes = 0;
  EXPECT_TRUE(source->ReadRun({"tx", 0, 0, 3, 4}, [&](const InputRecord& record) {
    bytes += static_cast<int64_t>(record.value.size());
    return absl::OkStatus();
  }).ok());
  EXPECT_EQ(bytes, 2 * static_cast<int64_t>(LineReader::kLineBytesMax) + 2);
}

TEST(FileSourceTest, WhatCannotBeAnInputIsRefusedAtOnce) {
  ScratchFolder folder;
  const auto path = folder.Write("tx", "");
  std::filesystem::create_directory(folder.Path("sub"));
  const auto same = folder.Write("sub/tx", "");
  EXPECT_TRUE(absl::IsNotFound(FileSource::Open({folder.Path("none")}).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(FileSource::Open({}).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(FileSource::Open({folder.path()}).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(FileSource::Open({path, same}).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(FileSource::Open({"/dev/zero"}).status()));
}

TEST(FileSourceTest, AFileCutWhileItIsReadStops) {
  ScratchFolder folder;
  const auto path = folder.Write("tx", std::string(5 << 20, 'x') + "\n");
  auto source = MustOpen({path});
  std::filesystem::resize_file(path, 1 << 20);
  RecordBatch batch;
  EXPECT_TRUE(absl::IsFailedPrecondition(source->Poll(10, 1 << 20, 0, &batch).status()));
}

}  // namespace
}  // namespace vigla
