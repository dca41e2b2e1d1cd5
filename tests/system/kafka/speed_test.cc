// What the connector alone can do against the broker at hand; prints figures, and holds it to
// floors that only a defect would miss.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "tests/system/kafka/test_cluster.h"

namespace vigla {
namespace {

using Clock = std::chrono::steady_clock;

double SecondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

int Size(const char* name, int otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::atoi(text);
}

class SpeedTest : public ClusterTest {};

TEST_F(SpeedTest, EpochsCommittedBackToBack) {
  const std::string prefix = FreshName("speed");
  CreateOutputs(prefix);
  ConnectionChoice choice;
  choice.topics = {"unused"};
  choice.prefix = prefix;
  KafkaConnection connection = Connect(choice);
  ASSERT_EQ(connection.output->Open(), absl::OkStatus());
  const int epochs = Size("KAFKA_EPOCHS", 1000);
  const auto start = Clock::now();
  for (int epoch = 1; epoch <= epochs; ++epoch) {
    ASSERT_EQ(connection.output->Commit(MakeEpoch(epoch, *connection.output, {"alert"})).status(),
              absl::OkStatus());
  }
  const double seconds = SecondsSince(start);
  std::printf("%d epochs in %.2f s: %.0f epochs/s\n", epochs, seconds, epochs / seconds);
  EXPECT_EQ(JournalEpochs(prefix).size(), static_cast<size_t>(epochs));
}

TEST_F(SpeedTest, RecordsPolledAndReadAgain) {
  const std::string topic = FreshName("in");
  constexpr int kPartitions = 3;
  constexpr size_t kBytes = 388;
  CreateTopic(topic, kPartitions);
  const int records = Size("KAFKA_RECORDS", 300'000);
  {
    Upstream upstream;
    std::vector<SentRecord> chunk(20'000, {0, "", std::string(kBytes, '{'), {}, 0});
    for (size_t i = 0; i < chunk.size(); ++i) {
      chunk[i].partition = static_cast<int>(i % kPartitions);
    }
    for (int sent = 0; sent < records; sent += static_cast<int>(chunk.size())) {
      upstream.Send(topic, chunk);
    }
  }
  ConnectionChoice choice;
  choice.topics = {topic};
  choice.prefix = FreshName("speed");
  choice.until_end = true;
  KafkaConnection connection = Connect(choice);
  ASSERT_EQ(connection.source->Seek({}), absl::OkStatus());
  RecordBatch batch;
  std::vector<JournalRun> runs;
  int64_t polled = 0;
  const auto start = Clock::now();
  while (true) {
    batch.Clear();
    const auto state = connection.source->Poll(512, 1 << 20, 100, &batch);
    ASSERT_TRUE(state.ok()) << state.status();
    if (*state == PollState::kEnd) break;
    for (const InputRecord& record : batch.records) {
      ++polled;
      ASSERT_EQ(record.value.size(), kBytes);
      const RecordPosition& at = record.position;
      if (runs.empty() || runs.back().partition != at.partition) {
        runs.push_back({topic, at.partition, at.offset, at.offset, 0});
      }
      runs.back().last_offset = at.offset;
      ++runs.back().records;
    }
  }
  double seconds = SecondsSince(start);
  std::printf("%ld records of %zu bytes polled in %.2f s: %.0f records/s\n", polled, kBytes,
              seconds, polled / seconds);
  EXPECT_EQ(polled, (records + 19'999) / 20'000 * 20'000);

  int64_t again = 0;
  const auto restart = Clock::now();
  for (const JournalRun& run : runs) {
    ASSERT_EQ(connection.source->ReadRun(run, [&again](const InputRecord&) {
      ++again;
      return absl::OkStatus();
    }), absl::OkStatus());
  }
  seconds = SecondsSince(restart);
  std::printf("%ld records in %zu runs read again in %.2f s: %.0f records/s\n", again, runs.size(),
              seconds, again / seconds);
  EXPECT_EQ(again, polled);
}

}  // namespace
}  // namespace vigla
