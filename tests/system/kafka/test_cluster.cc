// Plain librdkafka, errors fatal to the test program: it can't judge without its witness.
#include "tests/system/kafka/test_cluster.h"

#include <librdkafka/rdkafka.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>

#include "engine/base/status.h"

namespace vigla {
namespace {

constexpr int kTimeoutMs = 60'000;
constexpr const char* kOutputs[] = {"alerts", "alerts.shadow", "audit",
                                    "journal", "rules", "rejects"};

void Demand(bool condition, const std::string& what) {
  if (condition) return;
  std::fprintf(stderr, "the test's own client failed: %s\n", what.c_str());
  std::abort();
}

void DemandNone(rd_kafka_error_t* error, const std::string& what) {
  Demand(error == nullptr, what + ": " + (error ? rd_kafka_error_string(error) : ""));
}

rd_kafka_t* MakeHandle(rd_kafka_type_t type,
                       const std::vector<std::pair<std::string, std::string>>& properties) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  char text[512];
  rd_kafka_conf_set(conf, "bootstrap.servers", Bootstrap().c_str(), text, sizeof text);
  for (const auto& [name, value] : properties) {
    Demand(rd_kafka_conf_set(conf, name.c_str(), value.c_str(), text, sizeof text) ==
               RD_KAFKA_CONF_OK, text);
  }
  rd_kafka_t* handle = rd_kafka_new(type, conf, text, sizeof text);
  Demand(handle != nullptr, text);
  return handle;
}

// Waits for the one result of an administrative request.
void Administer(const std::string& what,
                const std::function<void(rd_kafka_t*, rd_kafka_queue_t*)>& request,
                const std::function<std::string(const rd_kafka_event_t*)>& judge) {
  rd_kafka_t* handle = MakeHandle(RD_KAFKA_PRODUCER, {});
  rd_kafka_queue_t* queue = rd_kafka_queue_new(handle);
  request(handle, queue);
  rd_kafka_event_t* event = rd_kafka_queue_poll(queue, kTimeoutMs);
  Demand(event != nullptr && rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR_NO_ERROR, what);
  const std::string problem = judge(event);
  Demand(problem.empty(), what + ": " + problem);
  rd_kafka_event_destroy(event);
  rd_kafka_queue_destroy(queue);
  rd_kafka_destroy(handle);
}

std::string Text(const void* bytes, size_t size) {
  return bytes == nullptr ? "" : std::string(static_cast<const char*>(bytes), size);
}

std::vector<std::pair<std::string, std::string>> HeadersOf(const rd_kafka_message_t* message) {
  std::vector<std::pair<std::string, std::string>> all;
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return all;
  const char* name = nullptr;
  const void* value = nullptr;
  size_t size = 0;
  for (size_t i = 0; rd_kafka_header_get_all(headers, i, &name, &value, &size) == 0; ++i) {
    all.emplace_back(name, Text(value, size));
  }
  return all;
}

// The broker acknowledges a topic before it leads the partitions.
void AwaitPartitions(const std::string& topic, int partitions) {
  rd_kafka_t* handle = MakeHandle(RD_KAFKA_CONSUMER, {});
  rd_kafka_topic_t* topic_handle = rd_kafka_topic_new(handle, topic.c_str(), nullptr);
  for (int led = -1; led != partitions;) {
    const rd_kafka_metadata_t* metadata = nullptr;
    Demand(rd_kafka_metadata(handle, 0, topic_handle, &metadata, kTimeoutMs) ==
               RD_KAFKA_RESP_ERR_NO_ERROR, "metadata of " + topic);
    led = 0;
    for (int i = 0; i < metadata->topics[0].partition_cnt; ++i) {
      led += metadata->topics[0].partitions[i].leader >= 0 ? 1 : 0;
    }
    rd_kafka_metadata_destroy(metadata);
  }
  rd_kafka_topic_destroy(topic_handle);
  rd_kafka_destroy(handle);
}

}  // namespace

std::string Bootstrap() {
  const char* address = std::getenv("KAFKA_BOOTSTRAP");
  return address == nullptr ? "" : address;
}

std::string FreshName(const std::string& stem) {
  static int count = 0;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return stem + "-" +
         std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(now).count()) + "-" +
         std::to_string(++count);
}

void CreateTopic(const std::string& topic, int partitions) {
  char text[256];
  rd_kafka_NewTopic_t* wanted =
      rd_kafka_NewTopic_new(topic.c_str(), partitions, 1, text, sizeof text);
  Administer(
      "creating " + topic,
      [&](rd_kafka_t* handle, rd_kafka_queue_t* queue) {
        rd_kafka_CreateTopics(handle, &wanted, 1, nullptr, queue);
      },
      [](const rd_kafka_event_t* event) -> std::string {
        size_t count = 0;
        const auto* results =
            rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(
                const_cast<rd_kafka_event_t*>(event)), &count);
        const char* problem = rd_kafka_topic_result_error_string(results[0]);
        return problem == nullptr ? "" : problem;
      });
  rd_kafka_NewTopic_destroy(wanted);
  AwaitPartitions(topic, partitions);
}

void AddPartitions(const std::string& topic, int partitions_now) {
  char text[256];
  rd_kafka_NewPartitions_t* wanted =
      rd_kafka_NewPartitions_new(topic.c_str(), partitions_now, text, sizeof text);
  Administer(
      "adding partitions to " + topic,
      [&](rd_kafka_t* handle, rd_kafka_queue_t* queue) {
        rd_kafka_CreatePartitions(handle, &wanted, 1, nullptr, queue);
      },
      [](const rd_kafka_event_t*) { return std::string(); });
  rd_kafka_NewPartitions_destroy(wanted);
  AwaitPartitions(topic, partitions_now);
}

void DeleteRecordsBefore(const std::string& topic, int partition, int64_t offset) {
  rd_kafka_topic_partition_list_t* list = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(list, topic.c_str(), partition)->offset = offset;
  rd_kafka_DeleteRecords_t* wanted = rd_kafka_DeleteRecords_new(list);
  rd_kafka_topic_partition_list_destroy(list);
  Administer(
      "deleting records of " + topic,
      [&](rd_kafka_t* handle, rd_kafka_queue_t* queue) {
        rd_kafka_DeleteRecords(handle, &wanted, 1, nullptr, queue);
      },
      [](const rd_kafka_event_t*) { return std::string(); });
  rd_kafka_DeleteRecords_destroy(wanted);
}

void CreateOutputs(const std::string& prefix) {
  for (const char* output : kOutputs) {
    CreateTopic(prefix + "." + output, std::string(output) == "alerts" ? 3 : 1);
  }
}

Upstream::Upstream(const std::string& transactional_id) {
  std::vector<std::pair<std::string, std::string>> properties = {
      {"linger.ms", "1"},
      {"queue.buffering.max.messages", "2000000"},
      {"enable.idempotence", "true"}};  // else a first batch tried again would lie after others
  if (!transactional_id.empty()) properties.emplace_back("transactional.id", transactional_id);
  handle_ = MakeHandle(RD_KAFKA_PRODUCER, properties);
  if (!transactional_id.empty()) {
    DemandNone(rd_kafka_init_transactions(handle_, kTimeoutMs), "init_transactions");
  }
}

Upstream::~Upstream() { Vanish(); }

void Upstream::Vanish() {
  if (handle_ != nullptr) rd_kafka_destroy(handle_);
  handle_ = nullptr;
}

void Upstream::Begin() { DemandNone(rd_kafka_begin_transaction(handle_), "begin"); }
void Upstream::Commit() {
  DemandNone(rd_kafka_commit_transaction(handle_, kTimeoutMs), "commit");
}
void Upstream::Abort() { DemandNone(rd_kafka_abort_transaction(handle_, kTimeoutMs), "abort"); }

void Upstream::Send(const std::string& topic, const std::vector<SentRecord>& records) {
  for (const SentRecord& record : records) {
    rd_kafka_headers_t* headers = rd_kafka_headers_new(record.headers.size());
    for (const auto& [name, value] : record.headers) {
      rd_kafka_header_add(headers, name.data(), static_cast<ssize_t>(name.size()), value.data(),
                          static_cast<ssize_t>(value.size()));
    }
    std::array<rd_kafka_vu_t, 7> arguments{};
    arguments[0].vtype = RD_KAFKA_VTYPE_TOPIC;
    arguments[0].u.cstr = topic.c_str();
    arguments[1].vtype = RD_KAFKA_VTYPE_PARTITION;
    arguments[1].u.i32 = record.partition;
    arguments[2].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
    arguments[2].u.i = RD_KAFKA_MSG_F_COPY | RD_KAFKA_MSG_F_BLOCK;
    arguments[3].vtype = RD_KAFKA_VTYPE_KEY;
    arguments[3].u.mem = {const_cast<char*>(record.key.data()), record.key.size()};
    arguments[4].vtype = RD_KAFKA_VTYPE_VALUE;
    arguments[4].u.mem = {nullptr, 0};
    if (record.value) {
      arguments[4].u.mem = {const_cast<char*>(record.value->data()), record.value->size()};
    }
    arguments[5].vtype = RD_KAFKA_VTYPE_TIMESTAMP;
    arguments[5].u.i64 = record.timestamp_ms;
    arguments[6].vtype = RD_KAFKA_VTYPE_HEADERS;
    arguments[6].u.headers = headers;
    DemandNone(rd_kafka_produceva(handle_, arguments.data(), arguments.size()), "produce");
  }
  Demand(rd_kafka_flush(handle_, kTimeoutMs) == RD_KAFKA_RESP_ERR_NO_ERROR, "flush");
}

int64_t EndOffset(const std::string& topic, int partition) {
  rd_kafka_t* handle =
      MakeHandle(RD_KAFKA_CONSUMER, {{"isolation.level", "read_uncommitted"}});
  int64_t low = 0;
  int64_t high = 0;
  Demand(rd_kafka_query_watermark_offsets(handle, topic.c_str(), partition, &low, &high,
                                          kTimeoutMs) == RD_KAFKA_RESP_ERR_NO_ERROR,
         "watermarks of " + topic);
  rd_kafka_destroy(handle);
  return high;
}

std::vector<SeenRecord> ReadTopic(const std::string& topic, int partitions, Isolation isolation) {
  const bool committed = isolation == Isolation::kCommitted;
  rd_kafka_t* handle = MakeHandle(
      RD_KAFKA_CONSUMER, {{"isolation.level", committed ? "read_committed" : "read_uncommitted"},
                          {"enable.partition.eof", "true"},
                          {"fetch.wait.max.ms", "10"}});
  rd_kafka_topic_t* topic_handle = rd_kafka_topic_new(handle, topic.c_str(), nullptr);
  std::vector<SeenRecord> seen;
  for (int partition = 0; partition < partitions; ++partition) {
    rd_kafka_consume_start(topic_handle, partition, RD_KAFKA_OFFSET_BEGINNING);
    while (true) {
      rd_kafka_message_t* message = rd_kafka_consume(topic_handle, partition, kTimeoutMs);
      Demand(message != nullptr, "reading " + topic);
      const rd_kafka_resp_err_t error = message->err;
      const int64_t offset = message->offset;
      if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
        seen.push_back({partition, message->offset, Text(message->key, message->key_len),
                        Text(message->payload, message->len), HeadersOf(message)});
      }
      rd_kafka_message_destroy(message);
      // A commit is acknowledged before its markers are in the partitions.
      int64_t low = 0;
      int64_t high = 0;
      rd_kafka_get_watermark_offsets(handle, topic.c_str(), partition, &low, &high);
      if (error == RD_KAFKA_RESP_ERR__PARTITION_EOF && offset >= high) break;
    }
    rd_kafka_consume_stop(topic_handle, partition);
  }
  rd_kafka_topic_destroy(topic_handle);
  rd_kafka_destroy(handle);
  return seen;
}

KafkaConnection Connect(const ConnectionChoice& choice) {
  KafkaSettings::Properties properties = choice.properties;
  properties["bootstrap.servers"] = Bootstrap();
  if (const char* debug = std::getenv("KAFKA_DEBUG")) properties["debug"] = debug;
  const auto settings = KafkaSettings::Create(properties, choice.prefix);
  Demand(settings.ok(), settings.status().ToString());
  KafkaOptions options;
  options.input_topics = choice.topics;
  options.until_end = choice.until_end;
  options.patience_ms = choice.patience_ms;
  options.hooks.log = [](KafkaLogLevel level, std::string_view message) {
    if (std::getenv("KAFKA_VERBOSE") != nullptr || level == KafkaLogLevel::kError) {
      const auto now = std::chrono::steady_clock::now().time_since_epoch();
      std::fprintf(stderr, "  [client %.4f] %.*s\n", std::chrono::duration<double>(now).count(),
                   static_cast<int>(message.size()), message.data());
    }
  };
  auto connection = OpenKafka(*settings, std::move(options));
  Demand(connection.ok(), connection.status().ToString());
  return std::move(*connection);
}

OutputEpoch MakeEpoch(uint64_t number, const Output& output,
                      const std::vector<std::string>& alerts,
                      std::vector<InputPosition> positions) {
  OutputEpoch epoch;
  epoch.epoch = number;
  for (const std::string& alert : alerts) {
    epoch.records.push_back({OutputTopic::kAlerts, alert, alert, {{"ce_id", alert}}});
  }
  epoch.records.push_back({OutputTopic::kAudit, "", "frame " + std::to_string(number), {}});
  epoch.journal.epoch = number;
  epoch.journal.first_sequence = {number};
  epoch.journal.last_sequence = {number};
  epoch.journal.previous = output.JournalHash();
  epoch.journal.engine_version = "test";
  epoch.positions = std::move(positions);
  return epoch;
}

std::vector<uint64_t> JournalEpochs(const std::string& prefix) {
  std::vector<uint64_t> epochs;
  Digest previous;
  for (const SeenRecord& record : ReadTopic(prefix + ".journal", 1, Isolation::kCommitted)) {
    Digest hash;
    const auto journal = ParseJournalRecord(record.value, &hash);
    EXPECT_TRUE(journal.ok()) << journal.status();
    if (!journal.ok()) break;
    EXPECT_EQ(journal->previous.Hex(), previous.Hex()) << "epoch " << journal->epoch;
    previous = hash;
    epochs.push_back(journal->epoch);
  }
  return epochs;
}

std::vector<PolledRecord> PollAll(Source* source, size_t records) {
  std::vector<PolledRecord> polled;
  RecordBatch batch;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (polled.size() < records && std::chrono::steady_clock::now() < deadline) {
    batch.Clear();
    const auto state = source->Poll(records - polled.size(), 1 << 20, 100, &batch);
    EXPECT_TRUE(state.ok()) << state.status();
    if (!state.ok() || *state == PollState::kEnd) break;
    EXPECT_EQ(*state == PollState::kRecords, !batch.records.empty());
    for (const InputRecord& record : batch.records) {
      PolledRecord copy{record.position,  std::string(record.key), std::string(record.value),
                        record.has_value, record.received_us,      {}};
      if (record.headers != nullptr) {
        for (const Header& header : *record.headers) {
          copy.headers.emplace_back(std::string(header.key), std::string(header.value));
        }
      }
      polled.push_back(std::move(copy));
    }
  }
  return polled;
}

}  // namespace vigla
