// librdkafka's simple consumer: one topic, one partition, one queue, no group. Warm.
#include "connectors/kafka/partition_reader.h"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <utility>

#include "engine/base/check.h"
#include "engine/base/status.h"

namespace vigla {
namespace {

constexpr size_t kBatchRecords = 512;
constexpr int kCallMsMax = 60'000;

}  // namespace

absl::Status OffsetMissing(const std::string& topic, int32_t partition, int64_t wanted,
                           const OffsetRange& range) {
  const std::string where = "topic '" + topic + "' partition " + std::to_string(partition);
  const std::string held = " (it holds offsets " + std::to_string(range.low) + " to " +
                           std::to_string(range.high - 1) + ")";
  if (wanted < range.low) {
    return MakeError(absl::StatusCode::kFailedPrecondition,
                     where + " starts after the stored position: offset " +
                         std::to_string(wanted) + " is gone" + held +
                         "; its retention is too short for this stop, or records were deleted");
  }
  return MakeError(absl::StatusCode::kFailedPrecondition,
                   where + " ends before the stored position: offset " + std::to_string(wanted) +
                       " is not in it" + held +
                       "; it was truncated or made anew, or the state belongs to another cluster");
}

PartitionReader::PartitionReader(Client* client, std::string topic, int32_t partition)
    : client_(client),
      topic_(std::move(topic)),
      partition_(partition),
      handle_(rd_kafka_topic_new(client->handle(), topic_.c_str(), nullptr)) {
  CHECK(handle_ != nullptr);
  batch_.reserve(kBatchRecords);
}

PartitionReader::~PartitionReader() {
  Stop();
  rd_kafka_topic_destroy(handle_);
}

void PartitionReader::DropBatch() {
  for (rd_kafka_message_t* message : batch_) rd_kafka_message_destroy(message);
  batch_.clear();
  next_ = 0;
}

void PartitionReader::Stop() {
  DropBatch();
  if (!started_) return;
  const auto guard = client_->Guard("stopping a reader", kCallMsMax);
  rd_kafka_consume_stop(handle_, partition_);
  started_ = false;
}

absl::Status PartitionReader::Start(int64_t offset, int timeout_ms) {
  Stop();
  ASSIGN_OR_RETURN(const OffsetRange range,
                   QueryOffsets(*client_, topic_, partition_, timeout_ms));
  if (offset < range.low || offset > range.high) {
    return OffsetMissing(topic_, partition_, offset, range);
  }
  const auto guard = client_->Guard("starting a reader", kCallMsMax);
  if (rd_kafka_consume_start(handle_, partition_, offset) != 0) {
    return MakeError(absl::StatusCode::kInternal,
                     "can't read topic '" + topic_ + "': " + KafkaErrorText(rd_kafka_last_error()));
  }
  started_ = true;
  position_ = offset;
  return absl::OkStatus();
}

absl::Status PartitionReader::ErrorOf(const rd_kafka_message_s& message) const {
  switch (message.err) {
    case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET: {
      ASSIGN_OR_RETURN(const OffsetRange range,
                       QueryOffsets(*client_, topic_, partition_, kCallMsMax));
      return OffsetMissing(topic_, partition_, position_, range);
    }
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
      return MakeError(absl::StatusCode::kFailedPrecondition,
                       "topic '" + topic_ + "' partition " + std::to_string(partition_) +
                           " does not exist any more");
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
      return MakeError(absl::StatusCode::kPermissionDenied,
                       "may not read topic '" + topic_ + "'; allow Read on it");
    case RD_KAFKA_RESP_ERR__BAD_MSG:
      return MakeError(absl::StatusCode::kFailedPrecondition,
                       "topic '" + topic_ + "' partition " + std::to_string(partition_) +
                           " is damaged after offset " + std::to_string(position_) + ": " +
                           rd_kafka_message_errstr(&message));
    default:
      return absl::OkStatus();  // the client goes on by itself
  }
}

absl::StatusOr<ReadState> PartitionReader::Next(int wait_ms) {
  CHECK(started_);
  while (true) {
    if (next_ == batch_.size()) {
      DropBatch();
      batch_.resize(kBatchRecords);
      // librdkafka waits until the array is full: take what is there, else wait for one.
      ssize_t count =
          rd_kafka_consume_batch(handle_, partition_, 0, batch_.data(), kBatchRecords);
      if (count == 0) {
        count = rd_kafka_consume_batch(handle_, partition_, wait_ms, batch_.data(), 1);
      }
      batch_.resize(static_cast<size_t>(std::max<ssize_t>(count, 0)));
      if (batch_.empty()) {
        rd_kafka_poll(client_->handle(), 0);
        return ReadState::kNothing;
      }
    }
    const rd_kafka_message_t& message = *batch_[next_++];
    if (message.err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      if (message.offset < position_) continue;  // refetched: librdkafka#4636
      position_ = message.offset + 1;
      return ReadState::kRecord;
    }
    if (message.err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
      position_ = std::max(position_, message.offset);
      return ReadState::kEnd;
    }
    RETURN_IF_ERROR(ErrorOf(message));
  }
}

void PartitionReader::PutBack() {
  CHECK(next_ > 0);
  --next_;
  position_ = batch_[next_]->offset;
}

int64_t PartitionReader::HighWatermark() const {
  int64_t low = -1;
  int64_t high = -1;
  rd_kafka_get_watermark_offsets(client_->handle(), topic_.c_str(), partition_, &low, &high);
  return high < 0 ? -1 : high;
}

}  // namespace vigla
