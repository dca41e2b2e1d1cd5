// Kill -9 of the process and of the broker, anywhere: each input record's alert exactly once.
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <map>
#include <numeric>
#include <random>
#include <set>
#include <string>
#include <thread>

#include "tests/system/kafka/copy_worker.h"
#include "tests/system/kafka/test_cluster.h"

namespace vigla {
namespace {

class CrashTest : public ClusterTest {
 protected:
  void SetUp() override {
    ClusterTest::SetUp();
    if (IsSkipped()) return;
    prefix_ = FreshName("crash");
    topic_ = FreshName("in");
    CreateTopic(topic_, 3);
    CreateOutputs(prefix_);
  }

  void Fill(int records) {
    std::vector<SentRecord> input;
    for (int i = 0; i < records; ++i) input.push_back({i % 3, "", std::to_string(i), {}, 0});
    Upstream().Send(topic_, input);
    records_ = records;
  }

  pid_t Spawn() {
    const pid_t child = fork();
    if (child == 0) {
      execl("/proc/self/exe", "kafka_system", "--copy", topic_.c_str(), prefix_.c_str(), nullptr);
      _exit(127);
    }
    return child;
  }

  void ExpectEachOnce() {
    std::map<std::string, int> counts;
    for (const SeenRecord& alert : ReadTopic(prefix_ + ".alerts", 3, Isolation::kCommitted)) {
      ++counts[alert.value];
    }
    EXPECT_EQ(counts.size(), static_cast<size_t>(records_));
    for (const auto& [value, count] : counts) EXPECT_EQ(count, 1) << value;
    const std::vector<uint64_t> epochs = JournalEpochs(prefix_);  // checks the chain too
    std::vector<uint64_t> contiguous(epochs.size());
    std::iota(contiguous.begin(), contiguous.end(), 1);
    EXPECT_EQ(epochs, contiguous);
    ConnectionChoice choice;
    choice.topics = {topic_};
    choice.prefix = prefix_;
    KafkaConnection connection = Connect(choice);
    ASSERT_EQ(connection.output->Open(), absl::OkStatus());
    const auto positions = connection.output->CommittedPositions();
    ASSERT_TRUE(positions.ok()) << positions.status();
    int64_t committed = 0;
    for (const InputPosition& position : *positions) committed += position.next_offset;
    EXPECT_EQ(committed, records_);
  }

  std::string prefix_;
  std::string topic_;
  int records_ = 0;
};

TEST_F(CrashTest, KilledAgainAndAgainEachEpochIsCommittedOnce) {
  Fill(30'000);
  std::mt19937 random(11);
  int kills = 0;
  int status = 0;
  for (int round = 0; round < 60; ++round) {
    const pid_t child = Spawn();
    const auto life = std::chrono::milliseconds(300 + random() % 1500);
    const auto end = std::chrono::steady_clock::now() + life;
    pid_t ended = 0;
    while (ended == 0 && (round >= 12 || std::chrono::steady_clock::now() < end)) {
      ended = waitpid(child, &status, WNOHANG);
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    if (ended == 0) {
      kill(child, SIGKILL);
      waitpid(child, &status, 0);
      ++kills;
      continue;
    }
    ASSERT_TRUE(WIFEXITED(status));
    if (WEXITSTATUS(status) == kCopyDone) break;
    ASSERT_EQ(WEXITSTATUS(status), kCopyAgain);
  }
  EXPECT_GE(kills, 5);
  ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == kCopyDone);
  ExpectEachOnce();
}

// Needs KAFKA_BROKER, the command, and KAFKA_BROKER_DIR, the folder of the broker under test.
TEST_F(CrashTest, ABrokerKilledInTheMiddleOfCommitsLosesAndRepeatsNothing) {
  const char* command = std::getenv("KAFKA_BROKER");
  const char* folder = std::getenv("KAFKA_BROKER_DIR");
  if (command == nullptr || folder == nullptr) {
    GTEST_SKIP() << "set KAFKA_BROKER and KAFKA_BROKER_DIR";
  }
  Fill(60'000);
  const std::string broker = std::string(command) + " ";
  std::atomic<bool> done{false};
  int restarts = 0;
  std::thread killer([&] {
    std::mt19937 random(5);
    for (; restarts < 3 && !done; ++restarts) {
      std::this_thread::sleep_for(std::chrono::milliseconds(2'000 + random() % 2'000));
      EXPECT_EQ(std::system((broker + "kill " + folder + " >/dev/null").c_str()), 0);
      // On a crowded machine a start may take longer than the command waits.
      int started = 1;
      for (int i = 0; i < 5 && started != 0; ++i) {
        started = std::system((broker + "start " + folder + " >/dev/null").c_str());
      }
      EXPECT_EQ(started, 0);
    }
  });
  int code = kCopyAgain;
  for (int start = 0; start < 20 && code == kCopyAgain; ++start) code = CopyToEnd(topic_, prefix_);
  done = true;
  killer.join();
  EXPECT_EQ(code, kCopyDone);
  EXPECT_GE(restarts, 1);
  ExpectEachOnce();
}

}  // namespace
}  // namespace vigla
