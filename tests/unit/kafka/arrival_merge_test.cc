// The order in which partitions are given out, and when one that shows nothing is waited for.
#include "connectors/kafka/arrival_merge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <list>
#include <string>
#include <vector>

namespace vigla {
namespace {

using ::testing::ElementsAre;

class ArrivalMergeTest : public ::testing::Test {
 protected:
  // The merge would give what it still holds to the client library, which has not made these.
  ~ArrivalMergeTest() override {
    for (int partition = 0; partition < 3; ++partition) merge_.MarkEnd(0, partition);
    TakeAll(0);
  }

  void Add(int partition, int64_t arrival_ms, size_t bytes = 1) {
    rd_kafka_message_t& message = messages_.emplace_back();
    message.partition = partition;
    message.len = bytes;
    message.offset = arrival_ms;
    merge_.Add(0, &message, arrival_ms);
  }

  // "partition@arrival" of all that the merge gives out now.
  std::vector<std::string> TakeAll(int64_t now_ms) {
    std::vector<std::string> taken;
    uint16_t topic = 0;
    while (const rd_kafka_message_t* message = merge_.Take(&topic, now_ms)) {
      taken.push_back(std::to_string(message->partition) + "@" + std::to_string(message->offset));
    }
    return taken;
  }

  std::list<rd_kafka_message_t> messages_;
  ArrivalMerge merge_;
};

TEST_F(ArrivalMergeTest, TheOldestHeadGoesFirst) {
  for (const int64_t arrival_ms : {1, 4, 5}) Add(0, arrival_ms);
  for (const int64_t arrival_ms : {2, 3, 6}) Add(1, arrival_ms);
  merge_.MarkEnd(0, 0);
  merge_.MarkEnd(0, 1);
  EXPECT_THAT(TakeAll(0), ElementsAre("0@1", "1@2", "1@3", "0@4", "0@5", "1@6"));
  EXPECT_TRUE(merge_.IsEmpty());
}

TEST_F(ArrivalMergeTest, PartitionsOfOneMillisecondTakeTurns) {
  constexpr int kRecords = 1'000;
  for (int partition = 0; partition < 3; ++partition) {
    for (int i = 0; i < kRecords; ++i) Add(partition, 7);
    merge_.MarkEnd(0, partition);
  }
  std::vector<int> given(3, 0);
  for (const std::string& taken : TakeAll(0)) {
    ++given[taken[0] - '0'];
    const auto [least, most] = std::minmax_element(given.begin(), given.end());
    EXPECT_LE(*most - *least, ArrivalMerge::kTurnRecords);
  }
  EXPECT_THAT(given, ElementsAre(kRecords, kRecords, kRecords));
}

TEST_F(ArrivalMergeTest, APartitionThatHasMoreIsWaitedFor) {
  merge_.Expect(0, 0);
  Add(1, 2);
  Add(1, 4);
  EXPECT_THAT(TakeAll(0), ElementsAre());
  Add(0, 3);
  EXPECT_THAT(TakeAll(ArrivalMerge::kWaitMsMax), ElementsAre("1@2", "0@3"));
  merge_.MarkEnd(0, 0);
  EXPECT_THAT(TakeAll(ArrivalMerge::kWaitMsMax), ElementsAre("1@4"));
}

TEST_F(ArrivalMergeTest, ItsWaitEnds) {
  merge_.Expect(0, 0);
  Add(1, 2);
  EXPECT_THAT(TakeAll(100), ElementsAre());
  EXPECT_THAT(TakeAll(99 + ArrivalMerge::kWaitMsMax), ElementsAre());
  EXPECT_THAT(TakeAll(100 + ArrivalMerge::kWaitMsMax), ElementsAre("1@2"));
}

TEST_F(ArrivalMergeTest, OneThatFellBehindIsWaitedForAgainOnceItShows) {
  merge_.Expect(0, 0);
  for (int64_t arrival_ms = 1; arrival_ms < 10; ++arrival_ms) Add(1, arrival_ms);
  EXPECT_THAT(TakeAll(0), ElementsAre());
  uint16_t topic = 0;
  ASSERT_NE(merge_.Take(&topic, ArrivalMerge::kWaitMsMax), nullptr);
  Add(0, 1);
  EXPECT_THAT(TakeAll(ArrivalMerge::kWaitMsMax + 1), ElementsAre("0@1"));
  Add(0, 3);
  EXPECT_THAT(TakeAll(ArrivalMerge::kWaitMsMax + 2), ElementsAre("1@2", "1@3", "0@3"));
}

TEST_F(ArrivalMergeTest, NoWaitHoldsMoreThanItsBytes) {
  merge_.Expect(0, 0);
  Add(1, 2, ArrivalMerge::kBytesMax / 2);
  Add(1, 3, ArrivalMerge::kBytesMax / 2);
  EXPECT_THAT(TakeAll(0), ElementsAre("1@2"));
}

}  // namespace
}  // namespace vigla
