// Topics pulled record by record. Cold.
#include "engine/app/topic_log.h"

#include <unistd.h>

#include <deque>
#include <string>

#include "connectors/kafka/client.h"
#include "connectors/kafka/topic_reader.h"
#include "engine/app/kafka_hooks.h"
#include "engine/app/log.h"
#include "engine/base/status.h"

namespace vigla {

struct TopicLogs::Connection {
  std::shared_ptr<const ClientContext> context;
};

namespace {

constexpr int kPatienceMs = 60'000;
constexpr size_t kChunkBytes = size_t{16} << 20;

// Reads in chunks: the topic's reader pushes, the verifier pulls.
class TopicLog final : public LogReader {
 public:
  TopicLog(std::shared_ptr<const ClientContext> context, std::string topic)
      : reader_(std::move(context), kPatienceMs), topic_(std::move(topic)) {}

  absl::StatusOr<bool> Next(std::string_view* record) override {
    if (!buffer_.empty()) buffer_.pop_front();
    if (buffer_.empty() && !at_end_) RETURN_IF_ERROR(Fill());
    if (buffer_.empty()) return false;
    *record = buffer_.front();
    return true;
  }

 private:
  absl::Status Fill() {
    size_t bytes = 0;
    const absl::Status status = reader_.Read(
        topic_, next_, [&](std::string_view value, int64_t after) -> absl::Status {
          bytes += value.size();
          buffer_.emplace_back(value);
          next_ = after;
          if (bytes < kChunkBytes) return absl::OkStatus();
          return MakeError(absl::StatusCode::kCancelled, "the chunk is full");
        });
    if (absl::IsCancelled(status)) return absl::OkStatus();
    at_end_ = true;
    return status;
  }

  TopicReader reader_;
  const std::string topic_;
  int64_t next_ = TopicReader::kFromBeginning;
  bool at_end_ = false;
  std::deque<std::string> buffer_;
};

}  // namespace

std::unique_ptr<LogReader> TopicLogs::Open(OutputTopic topic) const {
  return std::make_unique<TopicLog>(connection_->context,
                                    connection_->context->settings.output_prefix() + "." +
                                        std::string(OutputTopicName(topic)));
}

absl::StatusOr<TopicLogs> OpenTopicLogs(const Settings& settings) {
  ASSIGN_OR_RETURN(KafkaSettings kafka,
                   KafkaSettings::Create(settings.kafka(), settings.Text("output.prefix")));
  KafkaHooks hooks = MakeKafkaHooks();
  auto watchdog = std::make_shared<Watchdog>([](std::string_view call) {
    LogError("the Kafka client ignored its own timeout in " + std::string(call));
    _exit(Watchdog::kExitCode);
  });
  TopicLogs logs;
  logs.connection_ = std::make_shared<TopicLogs::Connection>();
  logs.connection_->context = std::make_shared<const ClientContext>(
      ClientContext{std::move(kafka), std::move(hooks), std::move(watchdog)});
  return logs;
}

}  // namespace vigla
