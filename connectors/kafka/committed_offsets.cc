// Asks the group's coordinator. Cold.
#include "connectors/kafka/committed_offsets.h"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <thread>
#include <utility>

#include "engine/base/clock.h"
#include "engine/base/status.h"

namespace vigla {
namespace {

constexpr int kCallMs = 10'000;
constexpr int kCallMsMax = 60'000;

struct ListDestroyer {
  void operator()(rd_kafka_topic_partition_list_t* list) const {
    rd_kafka_topic_partition_list_destroy(list);
  }
};
using PartitionList = std::unique_ptr<rd_kafka_topic_partition_list_t, ListDestroyer>;

// The first error of the call or of a partition.
rd_kafka_resp_err_t Fetch(const Client& client, rd_kafka_topic_partition_list_t* list) {
  const auto guard = client.Guard("reading committed offsets", kCallMsMax);
  rd_kafka_resp_err_t error = rd_kafka_committed(client.handle(), list, kCallMs);
  for (int i = 0; i < list->cnt && error == RD_KAFKA_RESP_ERR_NO_ERROR; ++i) {
    error = list->elems[i].err;
  }
  return error;
}

}  // namespace

absl::StatusOr<std::vector<InputPosition>> ReadCommittedOffsets(
    std::shared_ptr<const ClientContext> context, const std::vector<std::string>& topics,
    int patience_ms) {
  ClientOptions options;
  options.role = KafkaClientRole::kOffsets;
  options.caller = kOutputCaller;
  ASSIGN_OR_RETURN(const auto client, Client::Create(std::move(context), std::move(options)));
  ASSIGN_OR_RETURN(const auto described, DescribeTopics(*client, topics, patience_ms));
  const PartitionList list(rd_kafka_topic_partition_list_new(16));
  for (const TopicPartitions& topic : described) {
    for (int partition = 0; partition < topic.count; ++partition) {
      rd_kafka_topic_partition_list_add(list.get(), topic.topic.c_str(), partition);
    }
  }
  const SystemClock clock;
  const int64_t deadline_ns = clock.NowNs() + int64_t{patience_ms} * 1'000'000;
  while (list->cnt > 0) {
    const rd_kafka_resp_err_t error = Fetch(*client, list.get());
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) break;
    if (error == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED ||
        error == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED) {
      return MakeError(absl::StatusCode::kPermissionDenied,
                       "may not read the group's offsets: " + KafkaErrorText(error) +
                           "; allow Read on the group and the input topics");
    }
    if (clock.NowNs() > deadline_ns) {
      return MakeError(absl::StatusCode::kUnavailable,
                       "can't read the group's offsets: " + KafkaErrorText(error) + "; " +
                           client->LastError());
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  std::vector<InputPosition> positions;
  for (int i = 0; i < list->cnt; ++i) {
    const rd_kafka_topic_partition_t& element = list->elems[i];
    if (element.offset < 0) continue;
    const auto topic = std::find(topics.begin(), topics.end(), element.topic);
    positions.push_back({static_cast<uint16_t>(topic - topics.begin()), element.partition,
                         element.offset});
  }
  std::sort(positions.begin(), positions.end());
  return positions;
}

}  // namespace vigla
