// From an offset to the end, committed records only. Cold.
#include "connectors/kafka/topic_reader.h"

#include <librdkafka/rdkafka.h>

#include <algorithm>

#include "engine/base/clock.h"
#include "engine/base/status.h"

namespace vigla {
namespace {

constexpr int kWaitMs = 100;
// Offsets that a tail is first looked for in; markers and aborted records may fill them.
constexpr int64_t kTailOffsets = 64;

}  // namespace

TopicReader::TopicReader(std::shared_ptr<const ClientContext> context, int patience_ms)
    : context_(std::move(context)), patience_ms_(patience_ms) {}

absl::StatusOr<PartitionReader*> TopicReader::ReaderOf(const std::string& topic) {
  if (client_ == nullptr) {
    ClientOptions options;
    options.role = KafkaClientRole::kReader;
    options.caller = kOutputCaller;
    ASSIGN_OR_RETURN(client_, Client::Create(context_, std::move(options)));
  }
  std::unique_ptr<PartitionReader>& reader = readers_[topic];
  if (reader != nullptr) return reader.get();
  ASSIGN_OR_RETURN(const auto described, DescribeTopics(*client_, {topic}, patience_ms_));
  if (described[0].count != 1) {
    return MakeError(absl::StatusCode::kFailedPrecondition,
                     described[0].count < 0
                         ? "topic '" + topic + "' does not exist"
                         : "topic '" + topic + "' has " + std::to_string(described[0].count) +
                               " partitions; it must have one, since its order is a proof");
  }
  reader = std::make_unique<PartitionReader>(client_.get(), topic, 0);
  return reader.get();
}

absl::Status TopicReader::ReadToEnd(const std::string& topic, Until until,
                                    PartitionReader* reader, const Visit& visit) {
  const SystemClock clock;
  int64_t progress_ns = clock.NowNs();
  int64_t first_end = -1;  // kEndAtStart only
  while (true) {
    // An end is announced once for each end offset: one that was read up to before is known by
    // asking, as is one behind which only a pending transaction lies.
    ASSIGN_OR_RETURN(const ReadState state, reader->Next(kWaitMs));
    if (until == Until::kEndAtStart && first_end < 0) first_end = reader->HighWatermark();
    if (state == ReadState::kRecord) {
      progress_ns = clock.NowNs();
      const rd_kafka_message_t& message = reader->Current();
      if (first_end >= 0 && message.offset >= first_end) {
        reader->PutBack();
        return absl::OkStatus();
      }
      RETURN_IF_ERROR(visit(
          std::string_view(static_cast<const char*>(message.payload), message.len),
          reader->position()));
      continue;
    }
    const int64_t end = first_end >= 0 ? first_end : reader->HighWatermark();
    if (end >= 0 && reader->position() >= end) return absl::OkStatus();
    if (clock.NowNs() - progress_ns > int64_t{patience_ms_} * 1'000'000) {
      return MakeError(
          absl::StatusCode::kUnavailable,
          "topic '" + topic + "' was read to offset " + std::to_string(reader->position()) +
              " of " + std::to_string(std::max<int64_t>(end, 0)) +
              "; no broker answers, or a transaction hangs there (`kafka-transactions.sh "
              "find-hanging`, then `abort`); " + client_->LastError());
    }
  }
}

absl::Status TopicReader::Read(const std::string& topic, int64_t offset, const Visit& visit,
                               Until until) {
  ASSIGN_OR_RETURN(PartitionReader * reader, ReaderOf(topic));
  if (offset == kFromBeginning) {
    ASSIGN_OR_RETURN(const OffsetRange range, QueryOffsets(*client_, topic, 0, patience_ms_));
    if (range.low > 0) {
      return MakeError(absl::StatusCode::kFailedPrecondition,
                       "topic '" + topic + "' begins at offset " + std::to_string(range.low) +
                           ": its first records are gone; give it retention.ms=-1 and "
                           "cleanup.policy=delete, and begin with new outputs or an older state");
    }
    offset = 0;
  }
  if (!reader->IsStarted() || reader->position() != offset) {
    RETURN_IF_ERROR(reader->Start(offset, patience_ms_));
  }
  return ReadToEnd(topic, until, reader, visit);
}

absl::StatusOr<TopicReader::Tail> TopicReader::ReadTail(const std::string& topic) {
  ASSIGN_OR_RETURN(PartitionReader * reader, ReaderOf(topic));
  Tail tail;
  for (int64_t back = kTailOffsets;; back *= 8) {
    ASSIGN_OR_RETURN(const OffsetRange range, QueryOffsets(*client_, topic, 0, patience_ms_));
    const int64_t from = std::max(range.low, range.high - back);
    RETURN_IF_ERROR(reader->Start(from, patience_ms_));
    const auto keep = [&tail](std::string_view value, int64_t) {
      tail.value = std::string(value);
      return absl::OkStatus();
    };
    RETURN_IF_ERROR(ReadToEnd(topic, Until::kEndWhenReached, reader, keep));
    tail.end = reader->position();
    if (tail.value || from == range.low) return tail;
  }
}

absl::StatusOr<int64_t> TopicReader::FindEnd(const std::string& topic) {
  ASSIGN_OR_RETURN(PartitionReader * reader, ReaderOf(topic));
  ASSIGN_OR_RETURN(const OffsetRange range, QueryOffsets(*client_, topic, 0, patience_ms_));
  RETURN_IF_ERROR(reader->Start(range.high, patience_ms_));
  const auto pass = [](std::string_view, int64_t) { return absl::OkStatus(); };
  RETURN_IF_ERROR(ReadToEnd(topic, Until::kEndWhenReached, reader, pass));
  return reader->position();
}

}  // namespace vigla
