// Rebalances, and what is wrong when they don't end with all partitions. Warm.
#include "connectors/kafka/subscription.h"

#include <librdkafka/rdkafka.h>

#include <utility>

#include "engine/base/clock.h"
#include "engine/base/status.h"

namespace vigla {
namespace {

constexpr int kDescribeMs = 30'000;
// Partitions may be newer than the group's last assignment, which a static member gets back as it
// was: leaving and joining once makes the group assign anew.
constexpr int64_t kAskAgainMs = 3'000;
constexpr int64_t kIncompleteMsMax = 30'000;

}  // namespace

Subscription::Subscription(std::vector<std::string> topics, GroupMembership* membership,
                           Place place)
    : topics_(std::move(topics)), membership_(membership), place_(std::move(place)) {}

absl::StatusOr<std::unique_ptr<Subscription>> Subscription::Create(
    std::shared_ptr<const ClientContext> context, std::vector<std::string> topics,
    GroupMembership* membership, Place place) {
  std::unique_ptr<Subscription> subscription(
      new Subscription(std::move(topics), membership, std::move(place)));
  ClientOptions options;
  options.role = KafkaClientRole::kMember;
  options.caller = kSourceCaller;
  options.rebalanced = [raw = subscription.get()](int error,
                                                  rd_kafka_topic_partition_list_s* partitions) {
    raw->Rebalanced(error, partitions);
  };
  ASSIGN_OR_RETURN(subscription->client_, Client::Create(std::move(context), std::move(options)));
  rd_kafka_poll_set_consumer(subscription->client_->handle());
  subscription->queue_ = rd_kafka_queue_get_consumer(subscription->client_->handle());
  RETURN_IF_ERROR(subscription->Subscribe());
  return subscription;
}

Subscription::~Subscription() {
  Offer(nullptr);
  if (queue_ != nullptr) rd_kafka_queue_destroy(queue_);
}

absl::Status Subscription::Subscribe() {
  rd_kafka_topic_partition_list_t* list =
      rd_kafka_topic_partition_list_new(static_cast<int>(topics_.size()));
  for (const std::string& topic : topics_) {
    rd_kafka_topic_partition_list_add(list, topic.c_str(), RD_KAFKA_PARTITION_UA);
  }
  const auto guard = client_->Guard("subscribing", kDescribeMs);
  const rd_kafka_resp_err_t error = rd_kafka_subscribe(client_->handle(), list);
  rd_kafka_topic_partition_list_destroy(list);
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return absl::OkStatus();
  return MakeError(absl::StatusCode::kUnavailable, "can't subscribe: " + KafkaErrorText(error));
}

void Subscription::Rebalanced(int error, rd_kafka_topic_partition_list_s* partitions) {
  if (error == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
    Offer(rd_kafka_topic_partition_list_copy(partitions));
    return;
  }
  Offer(nullptr);
  if (rd_kafka_assignment_lost(client_->handle()) != 0) {
    membership_->Lose();
    status_ = MakeError(absl::StatusCode::kUnavailable,
                        "the group took the partitions back: no heartbeat reached it in time");
  }
  is_assigned_ = false;
  rd_kafka_assign(client_->handle(), nullptr);
}

void Subscription::Offer(rd_kafka_topic_partition_list_s* partitions) {
  if (offered_ != nullptr) rd_kafka_topic_partition_list_destroy(offered_);
  offered_ = partitions;
}

void Subscription::Assigned(rd_kafka_topic_partition_list_s* partitions) {
  is_assigned_ = false;
  int expected = 0;
  auto described = DescribeTopics(*client_, topics_, kDescribeMs);
  if (!described.ok()) {
    status_ = described.status();
  } else {
    for (const TopicPartitions& topic : *described) expected += topic.count > 0 ? topic.count : 0;
    if (partitions->cnt == expected) {
      status_ = place_(*client_, partitions);
    } else if (incomplete_since_ns_ == 0) {
      incomplete_since_ns_ = SystemClock().NowNs();
    }
    incomplete_text_ = std::to_string(partitions->cnt) + " of " + std::to_string(expected);
  }
  if (!status_.ok() || partitions->cnt != expected) {
    rd_kafka_topic_partition_list_t* none = rd_kafka_topic_partition_list_new(1);
    rd_kafka_assign(client_->handle(), none);
    rd_kafka_topic_partition_list_destroy(none);
    return;
  }
  rd_kafka_assign(client_->handle(), partitions);
  membership_->Capture(*client_);
  incomplete_since_ns_ = 0;
  asked_again_ = false;
  is_assigned_ = true;
}

size_t Subscription::Poll(rd_kafka_message_s** messages, size_t capacity, int wait_ms) {
  if (rd_kafka_topic_partition_list_t* offered = std::exchange(offered_, nullptr)) {
    Assigned(offered);
    rd_kafka_topic_partition_list_destroy(offered);
  }
  // librdkafka waits until the array is full: take what is there, else wait for one.
  ssize_t count = rd_kafka_consume_batch_queue(queue_, 0, messages, capacity);
  if (count <= 0 && wait_ms > 0) {
    count = rd_kafka_consume_batch_queue(queue_, wait_ms, messages, 1);
  }
  return count > 0 ? static_cast<size_t>(count) : 0;
}

absl::Status Subscription::Health() {
  if (!status_.ok()) return status_;
  if (const int code = client_->FatalCode(); code != 0) {
    membership_->Lose();
    if (code == RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID) {
      return status_ = MakeError(absl::StatusCode::kAborted,
                                 "another instance with output prefix '" +
                                     client_->context().settings.output_prefix() +
                                     "' has taken over the input (or the group's coordinator "
                                     "took a repeated join for one: librdkafka#3437)");
    }
    return status_ = MakeError(absl::StatusCode::kUnavailable,
                               "the consumer has failed: " + client_->FatalText());
  }
  if (incomplete_since_ns_ == 0) return absl::OkStatus();
  const int64_t waited_ms = (SystemClock().NowNs() - incomplete_since_ns_) / 1'000'000;
  if (waited_ms > kIncompleteMsMax) {
    return status_ = MakeError(
               absl::StatusCode::kFailedPrecondition,
               "only " + incomplete_text_ + " partitions were assigned: another consumer is in "
               "group '" + client_->context().settings.group_id() +
                   "'. One process must hold all partitions; stop the other one");
  }
  if (waited_ms > kAskAgainMs && !asked_again_) {
    asked_again_ = true;
    const auto guard = client_->Guard("leaving the group", kDescribeMs);
    rd_kafka_unsubscribe(client_->handle());
    return Subscribe();
  }
  return absl::OkStatus();
}

}  // namespace vigla
