// One librdkafka handle: made from properties, callbacks routed, destroyed within a limit. Warm.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "connectors/kafka/hooks.h"
#include "connectors/kafka/kafka_settings.h"
#include "connectors/kafka/watchdog.h"

struct rd_kafka_s;
struct rd_kafka_message_s;
struct rd_kafka_topic_partition_list_s;

namespace vigla {

// Which of the watchdog's guards a client's calls use.
enum KafkaCaller : int { kSourceCaller = 0, kOutputCaller = 1 };

struct ClientOptions {
  KafkaClientRole role = KafkaClientRole::kReader;
  KafkaCaller caller = kSourceCaller;
  // Served by the thread that polls. Consumers: `error` is a code of librdkafka.
  std::function<void(int error, rd_kafka_topic_partition_list_s* partitions)> rebalanced;
  // Producers: one call a record, after it was acknowledged or given up.
  std::function<void(const rd_kafka_message_s& message)> delivered;
};

// What every client of an instance shares.
struct ClientContext {
  KafkaSettings settings;
  KafkaHooks hooks;
  std::shared_ptr<Watchdog> watchdog;
};

// Used by one thread, but for the counters. Nothing is sent before the first call on the handle.
class Client {
 public:
  // InvalidArgument if properties that are right one by one don't fit together.
  static absl::StatusOr<std::unique_ptr<Client>> Create(
      std::shared_ptr<const ClientContext> context, ClientOptions options);
  // A consumer does not leave its group: as a static member it comes back as itself.
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  rd_kafka_s* handle() const { return handle_; }
  const ClientContext& context() const { return *context_; }

  Watchdog::Scope Guard(const char* call, int limit_ms) const {
    return Watchdog::Scope(context_->watchdog.get(), options_.caller, call, limit_ms);
  }

  // The code of the fatal error that this client has met, or 0.
  int FatalCode() const;
  std::string FatalText() const;

  // Connections lost since the start, as far as librdkafka reports them.
  uint64_t transport_errors() const { return transport_errors_.load(std::memory_order_relaxed); }
  // EndTxn requests written to a socket, retries included.
  uint64_t end_transaction_requests() const {
    return end_transaction_requests_.load(std::memory_order_acquire);
  }
  // Newest error that the client reported by itself, or ""; for messages.
  std::string LastError() const;

 private:
  friend struct ClientCallbacks;

  Client(std::shared_ptr<const ClientContext> context, ClientOptions options)
      : context_(std::move(context)), options_(std::move(options)) {}

  std::shared_ptr<const ClientContext> context_;
  ClientOptions options_;
  rd_kafka_s* handle_ = nullptr;
  std::atomic<uint64_t> transport_errors_{0};
  std::atomic<uint64_t> end_transaction_requests_{0};  // released by the client's threads
  mutable std::mutex mutex_;
  std::string last_error_;  // guarded by mutex_
};

// A topic and how many partitions it has; -1 if there is no such topic.
struct TopicPartitions {
  std::string topic;
  int count = -1;
};

// Asks the brokers; creates nothing. Unavailable if no broker answers within the limit,
// PermissionDenied if a topic may not be described. `client` must be a consumer.
absl::StatusOr<std::vector<TopicPartitions>> DescribeTopics(const Client& client,
                                                            const std::vector<std::string>& topics,
                                                            int timeout_ms);

// First offset and end of a partition; the end is the last stable offset. Retries what may pass.
struct OffsetRange {
  int64_t low = 0;
  int64_t high = 0;
};
absl::StatusOr<OffsetRange> QueryOffsets(const Client& client, const std::string& topic,
                                         int partition, int timeout_ms);

// "Broker: Unknown topic (UNKNOWN_TOPIC_OR_PART)".
std::string KafkaErrorText(int code);

}  // namespace vigla
