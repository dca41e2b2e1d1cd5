// The input as it lies in its topics: positions, runs, ends, and what makes the engine stop.
#include <gmock/gmock.h>
#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <random>
#include <string>
#include <thread>

#include "tests/system/kafka/test_cluster.h"

namespace vigla {
namespace {

using ::testing::HasSubstr;

std::string Message(const absl::Status& status) {
  return std::string(status.message().data(), status.message().size());
}

class SourceTest : public ClusterTest {
 protected:
  void SetUp() override {
    ClusterTest::SetUp();
    if (!IsSkipped()) topic_ = FreshName("in");
  }
  KafkaConnection Connected(bool until_end = false) {
    ConnectionChoice choice;
    choice.topics = {topic_};
    choice.prefix = FreshName("source");
    choice.until_end = until_end;
    return Connect(choice);
  }
  // The records that a transaction adds to random partitions, some of them aborted.
  void FillTransactionally(int transactions, int partitions) {
    Upstream upstream(FreshName("upstream"));
    std::mt19937 random(7);
    for (int number = 0; number < transactions; ++number) {
      upstream.Begin();
      std::vector<SentRecord> records;
      const bool aborted = random() % 3 == 0;
      for (int i = 0; i < 20; ++i) {
        records.push_back({static_cast<int>(random() % partitions), "k",
                           (aborted ? "aborted " : "kept ") + std::to_string(number) + "/" +
                               std::to_string(i), {}, 0});
      }
      upstream.Send(topic_, records);
      if (aborted) {
        upstream.Abort();
      } else {
        upstream.Commit();
        kept_ += records.size();
      }
    }
  }

  std::string topic_;
  size_t kept_ = 0;
};

// Consecutive records of one partition, as the sequencer makes them.
std::vector<JournalRun> RunsOf(const std::vector<PolledRecord>& records,
                               const std::string& topic) {
  std::vector<JournalRun> runs;
  for (const PolledRecord& record : records) {
    if (runs.empty() || runs.back().partition != record.position.partition) {
      runs.push_back({topic, record.position.partition, record.position.offset, 0, 0});
    }
    runs.back().last_offset = record.position.offset;
    ++runs.back().records;
  }
  return runs;
}

TEST_F(SourceTest, RecordsArriveByteForByte) {
  CreateTopic(topic_, 1);
  const std::string bytes("\0\xff\n{", 4);
  Upstream().Send(topic_, {{0, bytes, bytes, {{"traceparent", "00-1"}, {"empty", ""}}, 1234},
                           {0, "gone", std::nullopt, {}, 5678},
                           {0, "", "", {}, 9999}});
  KafkaConnection connection = Connected();
  ASSERT_EQ(connection.source->Seek({}), absl::OkStatus());
  const auto records = PollAll(connection.source.get(), 3);
  ASSERT_EQ(records.size(), 3u);
  EXPECT_EQ(records[0].key, bytes);
  EXPECT_EQ(records[0].value, bytes);
  EXPECT_EQ(records[0].received_us, 1'234'000);
  EXPECT_EQ(records[0].headers,
            (std::vector<std::pair<std::string, std::string>>{{"traceparent", "00-1"},
                                                              {"empty", ""}}));
  EXPECT_FALSE(records[1].has_value);
  EXPECT_TRUE(records[2].has_value);
  EXPECT_TRUE(records[2].headers.empty());
  EXPECT_EQ(records[2].position, (RecordPosition{0, 0, 2}));
}

TEST_F(SourceTest, SeekGoesAnywhereAndUnnamedPartitionsBeginAtTheEarliest) {
  CreateTopic(topic_, 2);
  std::vector<SentRecord> records;
  for (int i = 0; i < 20; ++i) records.push_back({i % 2, "", std::to_string(i), {}, 0});
  Upstream().Send(topic_, records);
  KafkaConnection connection = Connected();
  ASSERT_EQ(connection.source->Seek({{0, 1, 7}}), absl::OkStatus());
  auto polled = PollAll(connection.source.get(), 13);
  ASSERT_EQ(polled.size(), 13u);
  std::map<int, int64_t> first;
  for (const PolledRecord& record : polled) {
    first.emplace(record.position.partition, record.position.offset);
  }
  EXPECT_EQ(first[0], 0);
  EXPECT_EQ(first[1], 7);
  EXPECT_EQ(connection.source->LagRecords(), 0);
  // Starting over goes back.
  ASSERT_EQ(connection.source->Seek({{0, 0, 9}, {0, 1, 9}}), absl::OkStatus());
  polled = PollAll(connection.source.get(), 2);
  ASSERT_EQ(polled.size(), 2u);
  EXPECT_EQ(polled[0].position.offset, 9);
  EXPECT_EQ(polled[1].position.offset, 9);
}

TEST_F(SourceTest, APositionThatIsNotInTheLogStops) {
  CreateTopic(topic_, 1);
  std::vector<SentRecord> records(10, SentRecord{0, "", "v", {}, 0});
  Upstream().Send(topic_, records);
  DeleteRecordsBefore(topic_, 0, 5);
  KafkaConnection connection = Connected();
  const absl::Status gone = connection.source->Seek({{0, 0, 3}});
  ASSERT_EQ(gone.code(), absl::StatusCode::kFailedPrecondition) << gone;
  EXPECT_THAT(Message(gone), HasSubstr("starts after the stored position: offset 3 is gone (it "
                                       "holds offsets 5 to 9)"));
  const absl::Status beyond = connection.source->Seek({{0, 0, 11}});
  ASSERT_EQ(beyond.code(), absl::StatusCode::kFailedPrecondition) << beyond;
  EXPECT_THAT(Message(beyond), HasSubstr("ends before the stored position"));
  ASSERT_EQ(connection.source->Seek({{0, 0, 10}}), absl::OkStatus());
  ASSERT_EQ(connection.source->Seek({}), absl::OkStatus());
  EXPECT_EQ(PollAll(connection.source.get(), 1)[0].position.offset, 5);
}

TEST_F(SourceTest, RecordsDeletedUnderAReaderStopIt) {
  CreateTopic(topic_, 1);
  std::vector<SentRecord> records(10, SentRecord{0, "", "v", {}, 0});
  Upstream upstream;
  upstream.Send(topic_, records);
  KafkaConnection connection = Connected();
  ASSERT_TRUE(connection.source->ReadRun({topic_, 0, 0, 4, 5}, [](const InputRecord&) {
    return absl::OkStatus();
  }).ok());
  DeleteRecordsBefore(topic_, 0, 10);
  const absl::Status gone =
      Connected().source->ReadRun({topic_, 0, 5, 9, 5}, [](const InputRecord&) {
        return absl::OkStatus();
      });
  EXPECT_EQ(gone.code(), absl::StatusCode::kFailedPrecondition) << gone;
  EXPECT_THAT(Message(gone), HasSubstr("starts after the stored position"));
}

TEST_F(SourceTest, AMissingTopicIsNamed) {
  KafkaConnection connection = Connected();
  const absl::Status missing = connection.source->Seek({});
  ASSERT_EQ(missing.code(), absl::StatusCode::kFailedPrecondition) << missing;
  EXPECT_THAT(Message(missing), HasSubstr("'" + topic_ + "' does not exist"));
}

TEST_F(SourceTest, ReadsToTheEndAlsoWhereItConsistsOfMarkersAndAbortedRecords) {
  CreateTopic(topic_, 4);  // partition 3 stays empty
  FillTransactionally(12, 3);
  Upstream tail(FreshName("tail"));
  tail.Begin();
  tail.Send(topic_, {{0, "", "aborted", {}, 0}, {1, "", "aborted", {}, 0}});
  tail.Abort();
  KafkaConnection connection = Connected(true);
  ASSERT_EQ(connection.source->Seek({}), absl::OkStatus());
  tail.Begin();
  tail.Send(topic_, {{0, "", "after the end", {}, 0}});
  tail.Commit();
  const auto records = PollAll(connection.source.get(), 1'000'000);
  EXPECT_EQ(records.size(), kept_);
  for (const PolledRecord& record : records) {
    EXPECT_EQ(record.value.substr(0, 5), "kept ");
  }
  RecordBatch batch;
  EXPECT_EQ(*connection.source->Poll(10, 1000, 10, &batch), PollState::kEnd);
}

TEST_F(SourceTest, AnEmptyTopicEndsAtOnce) {
  CreateTopic(topic_, 3);
  KafkaConnection connection = Connected(true);
  ASSERT_EQ(connection.source->Seek({}), absl::OkStatus());
  RecordBatch batch;
  EXPECT_EQ(*connection.source->Poll(10, 1000, 10, &batch), PollState::kEnd);
}

TEST_F(SourceTest, RunsAreReadAgainAsTheyWereOverInterleavedPartitionsAndAbortedRecords) {
  CreateTopic(topic_, 3);
  FillTransactionally(25, 3);
  KafkaConnection connection = Connected(true);
  ASSERT_EQ(connection.source->Seek({}), absl::OkStatus());
  auto live = PollAll(connection.source.get(), 1'000'000);
  ASSERT_EQ(live.size(), kept_);
  // A finer interleaving than fetches give: by offset.
  std::stable_sort(live.begin(), live.end(), [](const PolledRecord& a, const PolledRecord& b) {
    return a.position.offset < b.position.offset;
  });
  const std::vector<JournalRun> runs = RunsOf(live, topic_);
  ASSERT_GT(runs.size(), 100u);

  KafkaConnection again = Connected();
  for (int pass = 0; pass < 2; ++pass) {  // the second goes back to the beginning
    size_t next = 0;
    for (const JournalRun& run : runs) {
      const absl::Status status =
          again.source->ReadRun(run, [&](const InputRecord& record) -> absl::Status {
            EXPECT_EQ(record.position, live[next].position);
            EXPECT_EQ(std::string(record.value), live[next].value);
            EXPECT_EQ(record.received_us, live[next].received_us);
            ++next;
            return absl::OkStatus();
          });
      ASSERT_TRUE(status.ok()) << status;
    }
    EXPECT_EQ(next, live.size());
  }
  // And live reading goes on after them.
  const JournalRun& last = runs.back();
  ASSERT_EQ(again.source->Seek({{0, last.partition, last.last_offset}}), absl::OkStatus());
}

TEST_F(SourceTest, ARunThatLacksARecordStopsWithEvidence) {
  CreateTopic(topic_, 1);
  std::vector<SentRecord> records(10, SentRecord{0, "", "v", {}, 0});
  Upstream upstream(FreshName("upstream"));
  upstream.Begin();
  upstream.Send(topic_, records);
  upstream.Commit();  // a marker at offset 10
  upstream.Begin();
  upstream.Send(topic_, records);
  upstream.Commit();
  const auto visit = [](const InputRecord&) { return absl::OkStatus(); };
  EXPECT_TRUE(Connected().source->ReadRun({topic_, 0, 8, 12, 4}, visit).ok());
  for (const JournalRun& wrong :
       {JournalRun{topic_, 0, 8, 12, 5}, JournalRun{topic_, 0, 8, 12, 3},
        JournalRun{topic_, 0, 10, 12, 2}, JournalRun{topic_, 0, 18, 40, 10}}) {
    const absl::Status status = Connected().source->ReadRun(wrong, visit);
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
    EXPECT_THAT(Message(status), HasSubstr("the journal has"));
  }
  EXPECT_EQ(Connected().source->ReadRun({"another", 0, 0, 1, 2}, visit).code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST_F(SourceTest, ABacklogComesInTheOrderInWhichItsRecordsArrived) {
  CreateTopic(topic_, 3);
  std::vector<SentRecord> records;
  for (int i = 0; i < 30'000; ++i) {
    records.push_back({i % 7 % 3, "", std::string(300, 'v'), {}, 1'700'000'000'000 + i});
  }
  Upstream().Send(topic_, records);
  KafkaConnection connection = Connected(true);
  ASSERT_EQ(connection.source->Seek({}), absl::OkStatus());
  const auto polled = PollAll(connection.source.get(), 1'000'000);
  ASSERT_EQ(polled.size(), records.size());
  int64_t newest_us = 0;
  for (const PolledRecord& record : polled) {
    EXPECT_LE(newest_us, record.received_us);
    newest_us = record.received_us;
  }
}

TEST_F(SourceTest, NewPartitionsAreReadFromTheirEarliestRecord) {
  CreateTopic(topic_, 1);
  Upstream().Send(topic_, {{0, "", "old", {}, 0}});
  ConnectionChoice choice;
  choice.topics = {topic_};
  choice.prefix = FreshName("source");
  choice.properties = {{"topic.metadata.refresh.interval.ms", "1000"}};
  KafkaConnection connection = Connect(choice);
  ASSERT_EQ(connection.source->Seek({}), absl::OkStatus());
  ASSERT_EQ(PollAll(connection.source.get(), 1).size(), 1u);
  AddPartitions(topic_, 3);
  Upstream().Send(topic_, {{2, "", "new", {}, 0}, {0, "", "old too", {}, 0}});
  const auto records = PollAll(connection.source.get(), 2);
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[0].position.offset + records[1].position.offset, 1);
}

TEST_F(SourceTest, PartitionsAddedBetweenTwoRunsAreHeldAtOnce) {
  CreateTopic(topic_, 1);
  Upstream().Send(topic_, {{0, "", "old", {}, 0}});
  ConnectionChoice choice;
  choice.topics = {topic_};
  choice.prefix = FreshName("source");
  {
    KafkaConnection first = Connect(choice);
    ASSERT_EQ(first.source->Seek({}), absl::OkStatus());
  }
  AddPartitions(topic_, 2);
  Upstream().Send(topic_, {{1, "", "new", {}, 0}});
  KafkaConnection second = Connect(choice);  // gets the group's old assignment back at first
  ASSERT_EQ(second.source->Seek({{0, 0, 1}}), absl::OkStatus());
  const auto records = PollAll(second.source.get(), 1);
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(records[0].value, "new");
}

TEST_F(SourceTest, AStrangerInTheGroupStopsIt) {
  CreateTopic(topic_, 2);
  ConnectionChoice choice;
  choice.topics = {topic_};
  choice.prefix = FreshName("source");
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  char text[256];
  rd_kafka_conf_set(conf, "bootstrap.servers", Bootstrap().c_str(), text, sizeof text);
  rd_kafka_conf_set(conf, "group.id", choice.prefix.c_str(), text, sizeof text);
  rd_kafka_conf_set(conf, "partition.assignment.strategy", "range", text, sizeof text);
  rd_kafka_t* stranger = rd_kafka_new(RD_KAFKA_CONSUMER, conf, text, sizeof text);
  ASSERT_NE(stranger, nullptr) << text;
  rd_kafka_poll_set_consumer(stranger);
  rd_kafka_topic_partition_list_t* list = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(list, topic_.c_str(), RD_KAFKA_PARTITION_UA);
  rd_kafka_subscribe(stranger, list);
  rd_kafka_topic_partition_list_destroy(list);
  std::atomic<bool> stop{false};
  std::thread polling([&] {
    while (!stop) {
      if (rd_kafka_message_t* message = rd_kafka_consumer_poll(stranger, 50)) {
        rd_kafka_message_destroy(message);
      }
    }
  });
  std::this_thread::sleep_for(std::chrono::seconds(2));
  KafkaConnection connection = Connect(choice);
  const absl::Status status = connection.source->Seek({});
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
  EXPECT_THAT(Message(status), HasSubstr("One process must hold all partitions"));
  stop = true;
  polling.join();
  rd_kafka_consumer_close(stranger);
  rd_kafka_destroy(stranger);
}

}  // namespace
}  // namespace vigla
