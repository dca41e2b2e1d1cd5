// The consumer side of the client library's own rates. Hot.
#include "bench/system/input_reader.h"

#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace vigla {
namespace {

constexpr size_t kChunkRecords = 256;  // as connectors/kafka/kafka_source.cc
constexpr int kRequestMs = 30'000;

int IgnoreStatistics(rd_kafka_t*, char*, size_t, void*) { return 0; }

double SecondsOf(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

int PartitionCount(rd_kafka_t* client, const std::string& topic) {
  rd_kafka_topic_t* handle = rd_kafka_topic_new(client, topic.c_str(), nullptr);
  const rd_kafka_metadata_t* metadata = nullptr;
  const rd_kafka_resp_err_t error = rd_kafka_metadata(client, 0, handle, &metadata, kRequestMs);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) Fail(rd_kafka_err2str(error));
  const int count = metadata->topic_cnt == 1 ? metadata->topics[0].partition_cnt : 0;
  rd_kafka_metadata_destroy(metadata);
  rd_kafka_topic_destroy(handle);
  if (count == 0) Fail("no topic " + topic);
  return count;
}

}  // namespace

void Fail(const std::string& what) {
  std::fprintf(stderr, "%s\n", what.c_str());
  std::exit(1);
}

double NowSeconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double CpuSeconds() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return SecondsOf(usage.ru_utime) + SecondsOf(usage.ru_stime);
}

rd_kafka_t* NewClient(const KafkaSettings& settings, KafkaClientRole role) {
  char text[512];
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  for (const auto& [name, value] : settings.PropertiesOf(role)) {
    if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), text, sizeof text) !=
        RD_KAFKA_CONF_OK) {
      Fail(text);
    }
  }
  rd_kafka_conf_set_stats_cb(conf, &IgnoreStatistics);
  rd_kafka_t* client =
      rd_kafka_new(role == KafkaClientRole::kProducer ? RD_KAFKA_PRODUCER : RD_KAFKA_CONSUMER, conf,
                   text, sizeof text);
  if (client == nullptr) Fail(text);
  return client;
}

InputReader::InputReader(const KafkaSettings& settings, std::string topic)
    : topic_(std::move(topic)),
      client_(NewClient(settings, KafkaClientRole::kMember)),
      queue_(nullptr),
      polled_(kChunkRecords) {
  rd_kafka_poll_set_consumer(client_);
  queue_ = rd_kafka_queue_get_consumer(client_);
  partitions_.resize(PartitionCount(client_, topic_));
  for (size_t i = 0; i < partitions_.size(); ++i) {
    Partition& partition = partitions_[i];
    const rd_kafka_resp_err_t error =
        rd_kafka_query_watermark_offsets(client_, topic_.c_str(), static_cast<int32_t>(i),
                                         &partition.low, &partition.end, kRequestMs);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) Fail(rd_kafka_err2str(error));
    partition.next = partition.low;
  }
  rd_kafka_topic_partition_list_t* assignment = Positions();
  const rd_kafka_resp_err_t error = rd_kafka_assign(client_, assignment);
  rd_kafka_topic_partition_list_destroy(assignment);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) Fail(rd_kafka_err2str(error));
}

InputReader::~InputReader() {
  rd_kafka_queue_destroy(queue_);
  rd_kafka_destroy_flags(client_, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
}

rd_kafka_topic_partition_list_t* InputReader::Positions() const {
  rd_kafka_topic_partition_list_t* list =
      rd_kafka_topic_partition_list_new(static_cast<int>(partitions_.size()));
  for (size_t i = 0; i < partitions_.size(); ++i) {
    rd_kafka_topic_partition_list_add(list, topic_.c_str(), static_cast<int32_t>(i))->offset =
        partitions_[i].next;
  }
  return list;
}

int64_t InputReader::RecordsAtStart() const {
  int64_t records = 0;
  for (const Partition& partition : partitions_) records += partition.end - partition.low;
  return records;
}

bool InputReader::IsEnded() const {
  for (const Partition& partition : partitions_) {
    if (partition.next < partition.end) return false;
  }
  return true;
}

void InputReader::Poll(int wait_ms, const std::function<void(const rd_kafka_message_t&)>& visit) {
  ssize_t count = rd_kafka_consume_batch_queue(queue_, 0, polled_.data(), kChunkRecords);
  if (count <= 0) count = rd_kafka_consume_batch_queue(queue_, wait_ms, polled_.data(), 1);
  for (ssize_t i = 0; i < count; ++i) {
    rd_kafka_message_t* message = polled_[i];
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      Partition& partition = partitions_[message->partition];
      if (message->offset < partition.end) {
        visit(*message);
        partition.next = message->offset + 1;
      }
    } else if (message->err != RD_KAFKA_RESP_ERR__PARTITION_EOF) {
      Fail(rd_kafka_message_errstr(message));
    }
    rd_kafka_message_destroy(message);
  }
}

}  // namespace vigla
