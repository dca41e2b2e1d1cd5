// Output files: whole epochs or none, whatever happens between two of them.
#include "connectors/file/file_output.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <random>

#include "tests/unit/scratch_folder.h"

namespace vigla {
namespace {

constexpr OutputTopic kTopics[] = {OutputTopic::kAlerts, OutputTopic::kAlertsShadow,
                                   OutputTopic::kAudit,  OutputTopic::kJournal,
                                   OutputTopic::kRules,  OutputTopic::kRejects};

// What epoch `number` writes to a topic: sometimes nothing, of changing length.
std::string Line(uint64_t number, OutputTopic topic) {
  const uint64_t dice = number * 7 + static_cast<uint64_t>(topic) * 3;
  if (topic != OutputTopic::kAudit && dice % 4 == 0) return "";
  const std::string filling(dice % 300, 'x');
  return "{\"epoch\":" + std::to_string(number) + ",\"x\":\"" + filling + "\"}";
}

OutputEpoch MakeEpoch(uint64_t number, const Digest& previous) {
  OutputEpoch epoch;
  epoch.epoch = number;
  for (const OutputTopic topic : kTopics) {
    const std::string line = Line(number, topic);
    if (topic == OutputTopic::kJournal || line.empty()) continue;
    epoch.records.push_back({topic, "key", line, {}});
  }
  epoch.journal.epoch = number;
  epoch.journal.first_sequence = Sequence{number};
  epoch.journal.last_sequence = Sequence{number};
  epoch.journal.rule_set = "sha256:x";
  epoch.journal.previous = previous;
  return epoch;
}

FileOutputOptions In(const ScratchFolder& folder, bool sync = false) {
  FileOutputOptions options;
  options.folder = folder.Path("out");
  options.sync = sync;
  return options;
}

void MustCommit(FileOutput* output, uint64_t first, uint64_t last) {
  for (uint64_t epoch = first; epoch <= last; ++epoch) {
    const auto outcome = output->Commit(MakeEpoch(epoch, output->JournalHash()));
    ASSERT_TRUE(outcome.ok()) << outcome.status();
    ASSERT_EQ(*outcome, CommitOutcome::kCommitted);
  }
}

std::vector<std::string> ReadLines(FileOutput* output, OutputTopic topic,
                                   const OutputMark& mark = {}) {
  std::vector<std::string> lines;
  const absl::Status status =
      output->ReadLog(topic, mark, [&](std::string_view value, const OutputMark&) {
        lines.emplace_back(value);
        return absl::OkStatus();
      });
  EXPECT_TRUE(status.ok()) << status;
  return lines;
}

// The files hold exactly the epochs 1 to `last`; returns that number from the journal.
uint64_t CheckWhole(FileOutput* output, const ScratchFolder& folder) {
  const std::vector<std::string> journal = ReadLines(output, OutputTopic::kJournal);
  Digest previous;
  for (size_t i = 0; i < journal.size(); ++i) {
    Digest hash;
    const auto record = ParseJournalRecord(journal[i], &hash);
    EXPECT_TRUE(record.ok());
    EXPECT_EQ(record->epoch, i + 1);
    EXPECT_EQ(record->previous, previous);
    previous = hash;
  }
  EXPECT_EQ(output->JournalHash(), previous);
  for (const OutputTopic topic : kTopics) {
    if (topic == OutputTopic::kJournal) continue;
    std::string expected;
    for (uint64_t epoch = 1; epoch <= journal.size(); ++epoch) {
      const std::string line = Line(epoch, topic);
      if (!line.empty()) expected += line + "\n";
    }
    EXPECT_EQ(folder.Read("out/" + std::string(OutputFileName(topic))), expected);
    EXPECT_EQ(output->Mark(topic).text, std::to_string(expected.size()));
  }
  return journal.size();
}

TEST(FileOutputTest, IsReadBesideTheOneThatWrites) {
  ScratchFolder folder;
  FileOutput reader(In(folder));
  EXPECT_TRUE(absl::IsNotFound(reader.ReadLog(
      OutputTopic::kRules, {}, [](std::string_view, const OutputMark&) {
        return absl::OkStatus();
      })));
  EXPECT_FALSE(std::filesystem::exists(folder.Path("out"))) << "reading makes nothing";
  FileOutput writer(In(folder));
  ASSERT_TRUE(writer.Open().ok());
  EXPECT_EQ(ReadLines(&reader, OutputTopic::kAudit).size(), 0u);
  MustCommit(&writer, 1, 5);
  const OutputMark after = writer.Mark(OutputTopic::kAudit);
  MustCommit(&writer, 6, 8);
  // What belongs to an epoch that is not yet committed does not count, nor does half a line.
  folder.Write("out/audit.ndjson", folder.Read("out/audit.ndjson") + "{\"epoch\":9}\n");
  folder.Write("out/journal.ndjson", folder.Read("out/journal.ndjson") + "{\"epoch\":9,");
  for (const OutputTopic topic : kTopics) {
    EXPECT_EQ(ReadLines(&reader, topic), ReadLines(&writer, topic));
  }
  EXPECT_EQ(ReadLines(&reader, OutputTopic::kAudit, after).size(), 3u);
}

TEST(FileOutputTest, CommitsAndReadsBack) {
  ScratchFolder folder;
  FileOutput output(In(folder, true));
  ASSERT_TRUE(output.Open().ok());
  EXPECT_EQ(output.JournalHash(), Digest());
  EXPECT_TRUE(output.CommittedPositions()->empty());
  MustCommit(&output, 1, 9);
  EXPECT_EQ(CheckWhole(&output, folder), 9u);
  ASSERT_TRUE(output.Open().ok()) << "as after kUnknown";
  EXPECT_EQ(CheckWhole(&output, folder), 9u);
  MustCommit(&output, 10, 12);
  EXPECT_EQ(CheckWhole(&output, folder), 12u);
}

TEST(FileOutputTest, MarksLeadToTheRecordsBehind) {
  ScratchFolder folder;
  FileOutput output(In(folder));
  ASSERT_TRUE(output.Open().ok());
  MustCommit(&output, 1, 5);
  const OutputMark mark = output.Mark(OutputTopic::kAudit);
  MustCommit(&output, 6, 7);
  const std::vector<std::string> expected = {Line(6, OutputTopic::kAudit),
                                             Line(7, OutputTopic::kAudit)};
  EXPECT_EQ(ReadLines(&output, OutputTopic::kAudit, mark), expected);
  // A visitor may stop; the mark it was given leads on.
  std::vector<OutputMark> marks;
  EXPECT_TRUE(absl::IsCancelled(
      output.ReadLog(OutputTopic::kAudit, {}, [&](std::string_view, const OutputMark& after) {
        marks.push_back(after);
        return marks.size() == 6 ? absl::CancelledError() : absl::OkStatus();
      })));
  EXPECT_EQ(ReadLines(&output, OutputTopic::kAudit, marks.back()),
            std::vector<std::string>{Line(7, OutputTopic::kAudit)});
  for (const char* wrong : {"1", "x", "-1", "9999999", "1 "}) {
    EXPECT_TRUE(absl::IsFailedPrecondition(output.ReadLog(
        OutputTopic::kAudit, {wrong},
        [](std::string_view, const OutputMark&) { return absl::OkStatus(); })));
  }
}

TEST(FileOutputTest, ATwinIsKeptOut) {
  ScratchFolder folder;
  FileOutput twin(In(folder));
  {
    FileOutput output(In(folder));
    ASSERT_TRUE(output.Open().ok());
    const absl::Status status = twin.Open();
    EXPECT_TRUE(absl::IsAborted(status)) << status;
    MustCommit(&output, 1, 1);
  }
  EXPECT_TRUE(twin.Open().ok()) << "the lock ends with its owner";
  EXPECT_EQ(CheckWhole(&twin, folder), 1u);
}

TEST(FileOutputTest, FilesOfSomebodyElseAreNotCut) {
  ScratchFolder folder;
  std::filesystem::create_directory(folder.Path("out"));
  folder.Write("out/alerts.ndjson", "precious\n");
  FileOutput output(In(folder));
  EXPECT_TRUE(absl::IsFailedPrecondition(output.Open()));
  EXPECT_EQ(folder.Read("out/alerts.ndjson"), "precious\n");
}

// Files torn anywhere inside the last epoch, in every combination of being ahead or behind.
TEST(FileOutputTest, ATornLastEpochIsCutAtEveryByte) {
  ScratchFolder folder("/dev/shm");
  std::array<std::string, kOutputTopicCount> before, after;
  {
    FileOutput output(In(folder));
    ASSERT_TRUE(output.Open().ok());
    MustCommit(&output, 1, 4);
    for (int i = 0; i < kOutputTopicCount; ++i) {
      before[i] = folder.Read("out/" + std::string(OutputFileName(kTopics[i])));
    }
    MustCommit(&output, 5, 5);
    for (int i = 0; i < kOutputTopicCount; ++i) {
      after[i] = folder.Read("out/" + std::string(OutputFileName(kTopics[i])));
    }
  }
  std::mt19937 dice(5);
  auto tear = [&](size_t journal_bytes, bool outputs_whole) {
    for (int i = 0; i < kOutputTopicCount; ++i) {
      const size_t ahead = after[i].size() - before[i].size();
      size_t bytes = outputs_whole ? after[i].size() : before[i].size() + dice() % (ahead + 1);
      if (kTopics[i] == OutputTopic::kJournal) bytes = journal_bytes;
      folder.Write("out/" + std::string(OutputFileName(kTopics[i])), after[i].substr(0, bytes));
    }
  };
  const size_t journal = static_cast<size_t>(OutputTopic::kJournal);
  for (size_t bytes = before[journal].size(); bytes <= after[journal].size(); ++bytes) {
    // The journal's line is written last: while it is torn the outputs may be anything between.
    const bool is_whole = bytes == after[journal].size();
    tear(bytes, is_whole || dice() % 2 == 0);
    FileOutput output(In(folder));
    ASSERT_TRUE(output.Open().ok());
    ASSERT_EQ(CheckWhole(&output, folder), is_whole ? 5u : 4u) << bytes;
    MustCommit(&output, is_whole ? 6 : 5, 6);
    ASSERT_EQ(CheckWhole(&output, folder), 6u);
  }
  // Blocks that were allocated but never written.
  tear(before[journal].size(), true);
  folder.Write("out/journal.ndjson", before[journal] + std::string(100, '\0'));
  FileOutput output(In(folder));
  ASSERT_TRUE(output.Open().ok());
  EXPECT_EQ(CheckWhole(&output, folder), 4u);
}

TEST(FileOutputTest, OutputsShorterThanCommittedStopAndNothingIsCut) {
  ScratchFolder folder;
  {
    FileOutput output(In(folder));
    ASSERT_TRUE(output.Open().ok());
    MustCommit(&output, 1, 4);
  }
  const std::string audit = folder.Read("out/audit.ndjson");
  folder.Write("out/audit.ndjson", audit.substr(0, audit.size() - 1));
  folder.Write("out/rules.ndjson", folder.Read("out/rules.ndjson") + "torn");
  const std::string rules = folder.Read("out/rules.ndjson");
  FileOutput output(In(folder));
  EXPECT_TRUE(absl::IsFailedPrecondition(output.Open()));
  EXPECT_EQ(folder.Read("out/rules.ndjson"), rules);
}

TEST(FileOutputTest, AnEditedLastJournalLineStops) {
  ScratchFolder folder;
  {
    FileOutput output(In(folder));
    ASSERT_TRUE(output.Open().ok());
    MustCommit(&output, 1, 4);
  }
  std::string journal = folder.Read("out/journal.ndjson");
  journal[journal.size() - 200] ^= 1;
  folder.Write("out/journal.ndjson", journal);
  const std::string audit = folder.Read("out/audit.ndjson");
  FileOutput output(In(folder));
  EXPECT_TRUE(absl::IsFailedPrecondition(output.Open()));
  EXPECT_EQ(folder.Read("out/audit.ndjson"), audit);
}

// A limit on file sizes stands in for a full disk: writes get short, then fail.
TEST(FileOutputTest, AFullDiskLeavesTheLastCommitAndLaterGoesOn) {
  ScratchFolder folder;
  FileOutput output(In(folder));
  ASSERT_TRUE(output.Open().ok());
  MustCommit(&output, 1, 3);
  struct rlimit before;
  getrlimit(RLIMIT_FSIZE, &before);
  signal(SIGXFSZ, SIG_IGN);
  uint64_t epoch = 4;
  int refused = 0;
  for (rlim_t limit = 900; limit < 9'000; limit += 67) {
    const rlimit cap{limit, before.rlim_max};
    setrlimit(RLIMIT_FSIZE, &cap);
    const auto outcome = output.Commit(MakeEpoch(epoch, output.JournalHash()));
    setrlimit(RLIMIT_FSIZE, &before);
    if (outcome.ok()) {
      ++epoch;
    } else {
      EXPECT_TRUE(absl::IsResourceExhausted(outcome.status())) << outcome.status();
      ++refused;
    }
    ASSERT_EQ(CheckWhole(&output, folder), epoch - 1);
  }
  EXPECT_GT(refused, 10);
  EXPECT_GT(epoch, 6u);
}

TEST(FileOutputTest, ALineEndInARecordIsABrokenProgram) {
  ScratchFolder folder;
  FileOutput output(In(folder));
  ASSERT_TRUE(output.Open().ok());
  OutputEpoch epoch = MakeEpoch(1, Digest());
  epoch.records[0].value = "two\nlines";
  EXPECT_DEATH(output.Commit(epoch).IgnoreError(), "find");
}

// A writer is killed at random moments; every start finds whole epochs and goes on behind them.
TEST(FileOutputTest, KilledWritersLeaveWholeEpochs) {
  ScratchFolder folder;
  std::mt19937 dice(1);
  uint64_t last = 0;
  int kills_in_flight = 0;
  for (int kill_number = 0; kill_number < 30; ++kill_number) {
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      FileOutput output(In(folder, true));
      if (!output.Open().ok()) _exit(1);
      for (uint64_t epoch = last + 1;; ++epoch) {
        const auto outcome = output.Commit(MakeEpoch(epoch, output.JournalHash()));
        if (!outcome.ok() || *outcome != CommitOutcome::kCommitted) _exit(2);
      }
    }
    usleep(10'000 + dice() % 250'000);
    kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the child ended by itself: " << WEXITSTATUS(status);
    FileOutput output(In(folder));
    ASSERT_TRUE(output.Open().ok());
    const uint64_t found = CheckWhole(&output, folder);
    EXPECT_GE(found, last) << "a committed epoch was lost";
    kills_in_flight += found > last;
    last = found;
  }
  EXPECT_GT(kills_in_flight, 10) << "most kills must meet a writer at work";
}

}  // namespace
}  // namespace vigla
