// The real broker under these tests: topics made, filled and read by plain librdkafka clients,
// which are witnesses independent of the connector. Set KAFKA_BOOTSTRAP; tests skip without it.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "connectors/kafka/kafka_connection.h"

struct rd_kafka_s;

namespace vigla {

// "" where no broker is given.
std::string Bootstrap();
// A name that no earlier run used.
std::string FreshName(const std::string& stem);

void CreateTopic(const std::string& topic, int partitions);
void AddPartitions(const std::string& topic, int partitions_now);
void DeleteRecordsBefore(const std::string& topic, int partition, int64_t offset);
// The six topics of an output prefix.
void CreateOutputs(const std::string& prefix);

struct SentRecord {
  int partition = 0;
  std::string key;
  std::optional<std::string> value;  // none: a tombstone
  std::vector<std::pair<std::string, std::string>> headers;
  int64_t timestamp_ms = 0;  // 0: now
};

// A producer as an upstream has it; transactional if an id is given.
class Upstream {
 public:
  explicit Upstream(const std::string& transactional_id = "");
  ~Upstream();
  Upstream(const Upstream&) = delete;
  Upstream& operator=(const Upstream&) = delete;

  void Begin();
  void Commit();
  void Abort();
  // Returns once all are acknowledged.
  void Send(const std::string& topic, const std::vector<SentRecord>& records);
  // As a crash leaves it: an open transaction stays open.
  void Vanish();

 private:
  rd_kafka_s* handle_ = nullptr;
};

struct SeenRecord {
  int partition = 0;
  int64_t offset = 0;
  std::string key;
  std::string value;
  std::vector<std::pair<std::string, std::string>> headers;
};
enum class Isolation { kCommitted, kUncommitted };
// Everything up to the end as it is now, by partition.
std::vector<SeenRecord> ReadTopic(const std::string& topic, int partitions, Isolation isolation);
// The end including what is pending.
int64_t EndOffset(const std::string& topic, int partition);

struct ConnectionChoice {
  std::vector<std::string> topics;
  std::string prefix;
  bool until_end = false;
  int patience_ms = 60'000;
  KafkaSettings::Properties properties;  // beside bootstrap.servers
};
KafkaConnection Connect(const ConnectionChoice& choice);

// An epoch with one alert an entry of `alerts` and an audit record, chained to the journal.
OutputEpoch MakeEpoch(uint64_t number, const Output& output,
                      const std::vector<std::string>& alerts,
                      std::vector<InputPosition> positions = {});

// The epochs in the journal topic as a reader of committed records sees them, in order.
std::vector<uint64_t> JournalEpochs(const std::string& prefix);

// Polls until `records` have come, the input ends, or 60 s have passed.
struct PolledRecord {
  RecordPosition position;
  std::string key;
  std::string value;
  bool has_value = true;
  int64_t received_us = 0;
  std::vector<std::pair<std::string, std::string>> headers;
};
std::vector<PolledRecord> PollAll(Source* source, size_t records);

// Skips without a broker.
class ClusterTest : public testing::Test {
 protected:
  void SetUp() override {
    if (Bootstrap().empty()) GTEST_SKIP() << "set KAFKA_BOOTSTRAP to a broker's address";
  }
};

}  // namespace vigla
