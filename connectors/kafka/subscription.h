// Membership of the one process in its consumer group: all partitions or none. Warm.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "connectors/kafka/client.h"
#include "connectors/kafka/group_membership.h"

struct rd_kafka_queue_s;

namespace vigla {

// A static member with the range assignor. While it holds fewer than all partitions of its topics
// nothing is fetched. Used by one thread.
class Subscription {
 public:
  // Sets the offset of every partition in the list before it is fetched.
  using Place = std::function<absl::Status(const Client&, rd_kafka_topic_partition_list_s*)>;

  static absl::StatusOr<std::unique_ptr<Subscription>> Create(
      std::shared_ptr<const ClientContext> context, std::vector<std::string> topics,
      GroupMembership* membership, Place place);
  ~Subscription();
  Subscription(const Subscription&) = delete;
  Subscription& operator=(const Subscription&) = delete;

  // Takes what the last call was offered, so the caller must have dealt with that call's messages:
  // a position is asked for when none of the former assignment's records is on its way any more.
  // Serves the group and puts at most `capacity` messages into the array, errors and ends among
  // them; the caller destroys them. Waits at most `wait_ms` for the first.
  size_t Poll(rd_kafka_message_s** messages, size_t capacity, int wait_ms);

  // All partitions are assigned and placed.
  bool IsAssigned() const { return is_assigned_; }
  // Not ok: this subscription is of no use any more. Aborted: a twin took over. Unavailable: make a
  // new one. FailedPrecondition: somebody else is in the group, or a position is not in the log.
  absl::Status Health();

  const Client& client() const { return *client_; }

 private:
  Subscription(std::vector<std::string> topics, GroupMembership* membership, Place place);

  absl::Status Subscribe();
  void Rebalanced(int error, rd_kafka_topic_partition_list_s* partitions);
  void Offer(rd_kafka_topic_partition_list_s* partitions);
  void Assigned(rd_kafka_topic_partition_list_s* partitions);

  std::vector<std::string> topics_;
  GroupMembership* membership_;
  Place place_;
  std::unique_ptr<Client> client_;
  rd_kafka_queue_s* queue_ = nullptr;
  rd_kafka_topic_partition_list_s* offered_ = nullptr;  // an assignment to take; owned
  bool is_assigned_ = false;
  absl::Status status_;
  int64_t incomplete_since_ns_ = 0;  // 0: the assignment is complete, or none has come
  bool asked_again_ = false;
  std::string incomplete_text_;
};

}  // namespace vigla
