// An epoch is visible together or not at all, with its offsets; the older of two twins stops.
#include <gmock/gmock.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <string>
#include <thread>

#include "tests/system/kafka/test_cluster.h"

namespace vigla {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string Message(const absl::Status& status) {
  return std::string(status.message().data(), status.message().size());
}

std::multiset<std::string> Values(const std::vector<SeenRecord>& records) {
  std::multiset<std::string> values;
  for (const SeenRecord& record : records) values.insert(record.value);
  return values;
}

testing::AssertionResult IsCommitted(const absl::StatusOr<CommitOutcome>& outcome) {
  if (!outcome.ok()) return testing::AssertionFailure() << outcome.status();
  if (*outcome != CommitOutcome::kCommitted) return testing::AssertionFailure() << "unknown";
  return testing::AssertionSuccess();
}

class CommitTest : public ClusterTest {
 protected:
  void SetUp() override {
    ClusterTest::SetUp();
    if (IsSkipped()) return;
    prefix_ = FreshName("commit");
    topic_ = FreshName("in");
    CreateTopic(topic_, 2);
    CreateOutputs(prefix_);
  }
  KafkaConnection Connected(int patience_ms = 60'000) {
    ConnectionChoice choice;
    choice.topics = {topic_};
    choice.prefix = prefix_;
    choice.patience_ms = patience_ms;
    return Connect(choice);
  }
  std::vector<SeenRecord> Alerts(Isolation isolation = Isolation::kCommitted) {
    return ReadTopic(prefix_ + ".alerts", 3, isolation);
  }

  std::string prefix_;
  std::string topic_;
};

TEST_F(CommitTest, AnEpochIsVisibleWithItsJournalRecordAndOffsets) {
  Upstream().Send(topic_, {{0, "k", "a", {}, 0}, {1, "k", "b", {}, 0}});
  KafkaConnection connection = Connected();
  ASSERT_EQ(connection.output->Open(), absl::OkStatus());
  EXPECT_EQ(connection.output->JournalHash(), Digest{});
  auto none = connection.output->CommittedPositions();
  ASSERT_TRUE(none.ok()) << none.status();
  EXPECT_TRUE(none->empty());
  ASSERT_EQ(connection.source->Seek({}), absl::OkStatus());
  ASSERT_EQ(PollAll(connection.source.get(), 2).size(), 2u);

  const std::vector<InputPosition> positions = {{0, 0, 1}, {0, 1, 1}};
  auto outcome =
      connection.output->Commit(MakeEpoch(1, *connection.output, {"x", "y", "z"}, positions));
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  EXPECT_EQ(*outcome, CommitOutcome::kCommitted);
  EXPECT_EQ(Values(Alerts()), (std::multiset<std::string>{"x", "y", "z"}));
  EXPECT_THAT(JournalEpochs(prefix_), ElementsAre(1));
  auto committed = connection.output->CommittedPositions();
  ASSERT_TRUE(committed.ok()) << committed.status();
  EXPECT_EQ(*committed, positions);

  for (const SeenRecord& alert : Alerts()) {
    EXPECT_EQ(alert.key, alert.value);
    EXPECT_THAT(alert.headers, ElementsAre(testing::Pair("ce_id", alert.key)));
  }
  const auto journal = ReadTopic(prefix_ + ".journal", 1, Isolation::kCommitted);
  EXPECT_EQ(journal[0].key, prefix_);
  EXPECT_FALSE(journal[0].headers.empty());
  EXPECT_EQ(ReadTopic(prefix_ + ".audit", 1, Isolation::kCommitted)[0].key, prefix_);
}

TEST_F(CommitTest, WhatADeadInstanceLeftOpenIsSettledAndNeverSeen) {
  {
    KafkaConnection first = Connected();
    ASSERT_EQ(first.output->Open(), absl::OkStatus());
    ASSERT_TRUE(IsCommitted(first.output->Commit(MakeEpoch(1, *first.output, {"one"}))));
  }
  Upstream dead(prefix_);
  dead.Begin();
  dead.Send(prefix_ + ".alerts", {{0, "", "half", {}, 0}});
  dead.Send(prefix_ + ".journal", {{0, "", "half", {}, 0}});
  dead.Vanish();
  EXPECT_EQ(Values(Alerts(Isolation::kUncommitted)).count("half"), 1u);

  KafkaConnection next = Connected();
  const auto start = std::chrono::steady_clock::now();
  ASSERT_EQ(next.output->Open(), absl::OkStatus());
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
  ASSERT_TRUE(IsCommitted(next.output->Commit(MakeEpoch(2, *next.output, {"two"}))));
  EXPECT_EQ(Values(Alerts()), (std::multiset<std::string>{"one", "two"}));
  EXPECT_THAT(JournalEpochs(prefix_), ElementsAre(1, 2));
}

TEST_F(CommitTest, TheOlderTwinIsFencedAndSaysSo) {
  KafkaConnection older = Connected();
  ASSERT_EQ(older.output->Open(), absl::OkStatus());
  ASSERT_TRUE(IsCommitted(older.output->Commit(MakeEpoch(1, *older.output, {"one"}))));
  KafkaConnection newer = Connected();
  ASSERT_EQ(newer.output->Open(), absl::OkStatus());
  const auto fenced = older.output->Commit(MakeEpoch(2, *older.output, {"of the older"}));
  ASSERT_EQ(fenced.status().code(), absl::StatusCode::kAborted) << fenced.status();
  EXPECT_THAT(Message(fenced.status()), HasSubstr("another instance with output prefix '" +
                                                  prefix_ + "' has taken over"));
  ASSERT_TRUE(IsCommitted(newer.output->Commit(MakeEpoch(2, *newer.output, {"two"}))));
  EXPECT_EQ(Values(Alerts()), (std::multiset<std::string>{"one", "two"}));
  EXPECT_THAT(JournalEpochs(prefix_), ElementsAre(1, 2));
}

TEST_F(CommitTest, AZombieWhosePartitionsWereTakenCommitsNothing) {
  Upstream().Send(topic_, {{0, "k", "a", {}, 0}});
  KafkaConnection zombie = Connected();
  ASSERT_EQ(zombie.output->Open(), absl::OkStatus());
  ASSERT_EQ(zombie.source->Seek({}), absl::OkStatus());
  ASSERT_EQ(PollAll(zombie.source.get(), 1).size(), 1u);
  // Only the input is taken: the membership alone must stop the commit.
  KafkaConnection heir = Connected();
  ASSERT_EQ(heir.source->Seek({}), absl::OkStatus());
  const auto outcome =
      zombie.output->Commit(MakeEpoch(1, *zombie.output, {"late"}, {{0, 0, 1}}));
  ASSERT_EQ(outcome.status().code(), absl::StatusCode::kAborted) << outcome.status();
  EXPECT_TRUE(Alerts().empty());
  absl::Status polled;
  RecordBatch batch;
  for (int i = 0; i < 100 && polled.ok(); ++i) {
    batch.Clear();
    polled = zombie.source->Poll(10, 1000, 100, &batch).status();
  }
  EXPECT_EQ(polled.code(), absl::StatusCode::kAborted) << polled;
}

TEST_F(CommitTest, LogsAreReadInPiecesFromAnyMark) {
  KafkaConnection writer = Connected();
  ASSERT_EQ(writer.output->Open(), absl::OkStatus());
  std::vector<std::string> marks;
  for (uint64_t epoch = 1; epoch <= 100; ++epoch) {
    ASSERT_TRUE(IsCommitted(writer.output->Commit(MakeEpoch(epoch, *writer.output, {}))));
    marks.push_back(writer.output->Mark(OutputTopic::kAudit).text);
  }
  KafkaConnection reader = Connected();
  ASSERT_EQ(reader.output->Open(), absl::OkStatus());
  EXPECT_EQ(reader.output->JournalHash(), writer.output->JournalHash());
  std::vector<std::string> values;
  OutputMark mark;
  int pieces = 0;
  while (true) {
    int left = 23;
    const absl::Status status = reader.output->ReadLog(
        OutputTopic::kAudit, mark,
        [&](std::string_view value, const OutputMark& after) -> absl::Status {
          values.emplace_back(value);
          EXPECT_EQ(after.text, marks[values.size() - 1]);
          mark = after;
          return --left > 0 ? absl::OkStatus() : absl::CancelledError();
        });
    ++pieces;
    if (status.ok()) break;
    ASSERT_TRUE(absl::IsCancelled(status)) << status;
  }
  EXPECT_EQ(pieces, 5);
  ASSERT_EQ(values.size(), 100u);
  EXPECT_EQ(values[99], "frame 100");
  // From a mark in the middle, again.
  values.clear();
  ASSERT_TRUE(reader.output->ReadLog(OutputTopic::kAudit, {marks[49]},
                                     [&](std::string_view value, const OutputMark&) {
                                       values.emplace_back(value);
                                       return absl::OkStatus();
                                     }).ok());
  ASSERT_EQ(values.size(), 50u);
  EXPECT_EQ(values[0], "frame 51");
  // At the very end: nothing, and soon.
  EXPECT_TRUE(reader.output->ReadLog(OutputTopic::kAudit, {marks[99]},
                                     [](std::string_view, const OutputMark&) {
                                       return absl::InternalError("no record was due");
                                     }).ok());
}

TEST_F(CommitTest, ALogThatLacksItsBeginningStopsRecovery) {
  KafkaConnection writer = Connected();
  ASSERT_EQ(writer.output->Open(), absl::OkStatus());
  for (uint64_t epoch = 1; epoch <= 3; ++epoch) {
    ASSERT_TRUE(IsCommitted(writer.output->Commit(MakeEpoch(epoch, *writer.output, {}))));
  }
  DeleteRecordsBefore(prefix_ + ".journal", 0, 4);
  KafkaConnection reader = Connected();
  ASSERT_EQ(reader.output->Open(), absl::OkStatus());
  const auto ignore = [](std::string_view, const OutputMark&) { return absl::OkStatus(); };
  for (const char* mark : {"", "2"}) {
    const absl::Status status = reader.output->ReadLog(OutputTopic::kJournal, {mark}, ignore);
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << mark << status;
  }
  const absl::Status beyond = reader.output->ReadLog(OutputTopic::kJournal, {"7000"}, ignore);
  EXPECT_EQ(beyond.code(), absl::StatusCode::kFailedPrecondition) << beyond;
  EXPECT_THAT(Message(beyond), HasSubstr("ends before the stored position"));
  EXPECT_TRUE(reader.output->ReadLog(OutputTopic::kJournal, {"4"}, ignore).ok());
  EXPECT_EQ(reader.output->ReadLog(OutputTopic::kJournal, {"journal.ndjson:7"}, ignore).code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST_F(CommitTest, MissingOrSplitTopicsAreNamedWithTheRemedy) {
  const std::string bare = FreshName("bare");
  ConnectionChoice choice;
  choice.topics = {topic_};
  choice.prefix = bare;
  KafkaConnection connection = Connect(choice);
  const absl::Status missing = connection.output->Open();
  ASSERT_EQ(missing.code(), absl::StatusCode::kFailedPrecondition) << missing;
  EXPECT_THAT(Message(missing), HasSubstr("--create --topic " + bare + ".alerts"));
  EXPECT_THAT(Message(missing), HasSubstr(bare + ".journal --partitions 1"));
  for (const char* output : {"alerts", "alerts.shadow", "audit", "rules", "rejects"}) {
    CreateTopic(bare + "." + output, 1);
  }
  CreateTopic(bare + ".journal", 2);
  const absl::Status split = connection.output->Open();
  ASSERT_EQ(split.code(), absl::StatusCode::kFailedPrecondition) << split;
  EXPECT_THAT(Message(split), HasSubstr("exactly one partition"));
}

TEST_F(CommitTest, ARecordThatNoBrokerTakesIsNeverRetriedForEver) {
  ConnectionChoice choice;
  choice.topics = {topic_};
  choice.prefix = prefix_;
  choice.properties = {{"message.max.bytes", "8000000"}, {"compression.type", "none"}};
  KafkaConnection connection = Connect(choice);
  ASSERT_EQ(connection.output->Open(), absl::OkStatus());
  const auto refused = connection.output->Commit(
      MakeEpoch(1, *connection.output, {std::string(4'000'000, 'x')}));
  ASSERT_EQ(refused.status().code(), absl::StatusCode::kInternal) << refused.status();
  EXPECT_THAT(Message(refused.status()), HasSubstr("max.message.bytes"));
  const auto too_long = connection.output->Commit(
      MakeEpoch(1, *connection.output, {std::string(9'000'000, 'x')}));
  ASSERT_EQ(too_long.status().code(), absl::StatusCode::kInternal) << too_long.status();
  EXPECT_TRUE(Alerts().empty());
  EXPECT_TRUE(JournalEpochs(prefix_).empty());
}

TEST_F(CommitTest, TheLargestAllowedRecordIsTaken) {
  KafkaConnection connection = Connected();
  ASSERT_EQ(connection.output->Open(), absl::OkStatus());
  OutputEpoch epoch = MakeEpoch(1, *connection.output, {});
  std::string noise(connection.output->RecordBytesMax(), 0);
  for (size_t i = 0; i < noise.size(); ++i) {
    noise[i] = static_cast<char>((i * 2654435761u) >> 11);
  }
  epoch.records.push_back({OutputTopic::kAlerts, std::string(64, 'k'), noise, {{"name", "value"}}});
  const auto outcome = connection.output->Commit(epoch);
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  ASSERT_EQ(Alerts().size(), 1u);
  EXPECT_EQ(Alerts()[0].value, noise);
}

TEST_F(CommitTest, WithoutABrokerItGivesUpInTime) {
  ConnectionChoice choice;
  choice.topics = {topic_};
  choice.prefix = prefix_;
  choice.patience_ms = 1'000;
  const auto settings =
      KafkaSettings::Create({{"bootstrap.servers", "127.0.0.1:1"}}, prefix_);
  ASSERT_TRUE(settings.ok());
  KafkaOptions options;
  options.input_topics = {topic_};
  options.patience_ms = 1'000;
  auto connection = OpenKafka(*settings, options);
  ASSERT_TRUE(connection.ok());
  EXPECT_EQ(connection->output->Open().code(), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace vigla
