// Makes handles and routes their callbacks. Warm.
#include "connectors/kafka/client.h"

#include <librdkafka/rdkafka.h>
#include <syslog.h>

#include <algorithm>
#include <utility>

#include "engine/base/clock.h"
#include "engine/base/status.h"

namespace vigla {
namespace {

constexpr int kDestroyMsMax = 30'000;
constexpr int16_t kEndTxnApiKey = 26;
constexpr char kInterceptor[] = "vigla";

KafkaLogLevel LevelOf(int syslog_level) {
  if (syslog_level <= LOG_ERR) return KafkaLogLevel::kError;
  if (syslog_level == LOG_WARNING) return KafkaLogLevel::kWarning;
  return syslog_level == LOG_DEBUG ? KafkaLogLevel::kDebug : KafkaLogLevel::kInfo;
}

bool IsTransport(int code) {
  return code == RD_KAFKA_RESP_ERR__TRANSPORT || code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN ||
         code == RD_KAFKA_RESP_ERR__RESOLVE || code == RD_KAFKA_RESP_ERR__TIMED_OUT ||
         code == RD_KAFKA_RESP_ERR__SSL;
}

}  // namespace

// The C callbacks; `opaque` is the Client.
struct ClientCallbacks {
  static void Log(const rd_kafka_t* handle, int level, const char* facility, const char* text) {
    const auto* client = static_cast<const Client*>(rd_kafka_opaque(handle));
    client->context_->hooks.Log(LevelOf(level), std::string(facility) + ": " + text);
  }

  static void Error(rd_kafka_t*, int code, const char* reason, void* opaque) {
    auto* client = static_cast<Client*>(opaque);
    if (IsTransport(code)) client->transport_errors_.fetch_add(1, std::memory_order_relaxed);
    const std::lock_guard<std::mutex> lock(client->mutex_);
    client->last_error_ = reason;
  }

  static int Statistics(rd_kafka_t*, char* json, size_t bytes, void* opaque) {
    const auto* client = static_cast<const Client*>(opaque);
    if (client->context_->hooks.statistics) {
      client->context_->hooks.statistics(std::string_view(json, bytes));
    }
    return 0;  // librdkafka frees the text
  }

  static void Rebalance(rd_kafka_t*, rd_kafka_resp_err_t error,
                        rd_kafka_topic_partition_list_t* partitions, void* opaque) {
    static_cast<Client*>(opaque)->options_.rebalanced(error, partitions);
  }

  static void Delivered(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
    static_cast<Client*>(opaque)->options_.delivered(*message);
  }

  static rd_kafka_resp_err_t RequestSent(rd_kafka_t*, int, const char*, int32_t, int16_t api_key,
                                         int16_t, int32_t, size_t, void* opaque) {
    if (api_key == kEndTxnApiKey) {
      static_cast<Client*>(opaque)->end_transaction_requests_.fetch_add(
          1, std::memory_order_release);
    }
    return RD_KAFKA_RESP_ERR_NO_ERROR;
  }

  static rd_kafka_resp_err_t New(rd_kafka_t* handle, const rd_kafka_conf_t*, void* opaque, char*,
                                 size_t) {
    return rd_kafka_interceptor_add_on_request_sent(handle, kInterceptor, &RequestSent, opaque);
  }
};

absl::StatusOr<std::unique_ptr<Client>> Client::Create(std::shared_ptr<const ClientContext> context,
                                                       ClientOptions options) {
  const bool is_producer = options.role == KafkaClientRole::kProducer;
  std::unique_ptr<Client> client(new Client(std::move(context), std::move(options)));
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  char text[512];
  for (const auto& [name, value] : client->context_->settings.PropertiesOf(client->options_.role)) {
    if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), text, sizeof text) !=
        RD_KAFKA_CONF_OK) {
      rd_kafka_conf_destroy(conf);
      return MakeError(absl::StatusCode::kInvalidArgument,
                       "kafka: '" + name + "' was refused by librdkafka");
    }
  }
  rd_kafka_conf_set_opaque(conf, client.get());
  rd_kafka_conf_set_log_cb(conf, &ClientCallbacks::Log);
  rd_kafka_conf_set_error_cb(conf, &ClientCallbacks::Error);
  rd_kafka_conf_set_stats_cb(conf, &ClientCallbacks::Statistics);
  if (client->options_.rebalanced) {
    rd_kafka_conf_set_rebalance_cb(conf, &ClientCallbacks::Rebalance);
  }
  if (is_producer) {
    rd_kafka_conf_set_dr_msg_cb(conf, &ClientCallbacks::Delivered);
    rd_kafka_conf_interceptor_add_on_new(conf, kInterceptor, &ClientCallbacks::New, client.get());
  }
  client->handle_ = rd_kafka_new(is_producer ? RD_KAFKA_PRODUCER : RD_KAFKA_CONSUMER, conf, text,
                                 sizeof text);
  if (client->handle_ == nullptr) {
    rd_kafka_conf_destroy(conf);
    return MakeError(absl::StatusCode::kInvalidArgument,
                     std::string("kafka: librdkafka refuses these settings together: ") + text);
  }
  return client;
}

Client::~Client() {
  if (handle_ == nullptr) return;
  const auto guard = Guard("destroying a client", kDestroyMsMax);
  rd_kafka_destroy_flags(handle_, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
}

int Client::FatalCode() const {
  char text[8];
  return rd_kafka_fatal_error(handle_, text, sizeof text);
}

std::string Client::FatalText() const {
  char text[512] = "";
  rd_kafka_fatal_error(handle_, text, sizeof text);
  return text;
}

std::string Client::LastError() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return last_error_;
}

std::string KafkaErrorText(int code) {
  const auto error = static_cast<rd_kafka_resp_err_t>(code);
  return std::string(rd_kafka_err2str(error)) + " (" + rd_kafka_err2name(error) + ")";
}

absl::StatusOr<std::vector<TopicPartitions>> DescribeTopics(const Client& client,
                                                            const std::vector<std::string>& topics,
                                                            int timeout_ms) {
  std::vector<TopicPartitions> described;
  for (const std::string& topic : topics) {
    const auto guard = client.Guard("reading metadata", timeout_ms + kDestroyMsMax);
    rd_kafka_topic_t* handle = rd_kafka_topic_new(client.handle(), topic.c_str(), nullptr);
    const rd_kafka_metadata_t* metadata = nullptr;
    const rd_kafka_resp_err_t error =
        rd_kafka_metadata(client.handle(), 0, handle, &metadata, timeout_ms);
    rd_kafka_topic_destroy(handle);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return MakeError(absl::StatusCode::kUnavailable,
                       "no broker answers: " + KafkaErrorText(error) + "; " + client.LastError());
    }
    TopicPartitions found{topic, -1};
    rd_kafka_resp_err_t topic_error = RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
    if (metadata->topic_cnt == 1) {
      topic_error = metadata->topics[0].err;
      found.count = metadata->topics[0].partition_cnt;
    }
    rd_kafka_metadata_destroy(metadata);
    if (topic_error == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED) {
      return MakeError(absl::StatusCode::kPermissionDenied,
                       "may not describe topic '" + topic + "'; allow Describe on it");
    }
    if (topic_error == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) {
      found.count = -1;
    } else if (topic_error != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return MakeError(absl::StatusCode::kUnavailable,
                       "topic '" + topic + "': " + KafkaErrorText(topic_error));
    }
    described.push_back(std::move(found));
  }
  return described;
}

absl::StatusOr<OffsetRange> QueryOffsets(const Client& client, const std::string& topic,
                                         int partition, int timeout_ms) {
  const SystemClock clock;
  const int64_t deadline_ns = clock.NowNs() + int64_t{timeout_ms} * 1'000'000;
  while (true) {
    const int64_t left_ms = (deadline_ns - clock.NowNs()) / 1'000'000;
    const auto guard = client.Guard("querying offsets", timeout_ms + kDestroyMsMax);
    OffsetRange range;
    const rd_kafka_resp_err_t error = rd_kafka_query_watermark_offsets(
        client.handle(), topic.c_str(), partition, &range.low, &range.high,
        static_cast<int>(std::max<int64_t>(left_ms, 1)));
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return range;
    if (error == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED) {
      return MakeError(absl::StatusCode::kPermissionDenied,
                       "may not read topic '" + topic + "'; allow Read on it");
    }
    if (left_ms <= 0) {
      return MakeError(absl::StatusCode::kUnavailable,
                       "no offsets of '" + topic + "' partition " + std::to_string(partition) +
                           ": " + KafkaErrorText(error));
    }
  }
}

}  // namespace vigla
