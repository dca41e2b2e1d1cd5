// Positions, batches and the signs of a consumer that has stopped working. Hot.
#include "connectors/kafka/kafka_source.h"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "connectors/kafka/input_record.h"
#include "engine/base/check.h"
#include "engine/base/clock.h"
#include "engine/base/status.h"

namespace vigla {
namespace {

constexpr size_t kChunkRecords = 256;
constexpr int64_t kAssignmentMsMax = 30'000;
constexpr int64_t kEndPatienceMs = 10'000;
constexpr int kProbeMs = 2'000;

int64_t NowNs() { return SystemClock().NowNs(); }
int64_t SinceMs(int64_t start_ns) { return (NowNs() - start_ns) / 1'000'000; }

}  // namespace

KafkaSource::KafkaSource(std::shared_ptr<const ClientContext> context,
                         std::shared_ptr<GroupMembership> membership, KafkaSourceOptions options)
    : context_(std::move(context)),
      membership_(std::move(membership)),
      options_(std::move(options)),
      runs_(context_, options_.topics, options_.patience_ms),
      partitions_(options_.topics.size()),
      polled_(kChunkRecords) {}

KafkaSource::~KafkaSource() = default;

KafkaSource::Partition& KafkaSource::PartitionOf(uint16_t topic, int32_t partition) {
  std::vector<Partition>& of_topic = partitions_[topic];
  if (of_topic.size() <= static_cast<size_t>(partition)) of_topic.resize(partition + 1);
  return of_topic[partition];
}

absl::Status KafkaSource::Seek(const std::vector<InputPosition>& positions) {
  for (std::vector<Partition>& of_topic : partitions_) {
    for (Partition& partition : of_topic) {
      partition.next = -1;
      partition.seen_to = 0;
    }
  }
  for (const InputPosition& position : positions) {
    CHECK(position.topic < partitions_.size() && position.partition >= 0);
    PartitionOf(position.topic, position.partition).next = position.next_offset;
  }
  status_ = absl::OkStatus();
  was_revived_ = false;
  absl::Status joined = Join();
  if (absl::IsUnavailable(joined)) {
    context_->hooks.Log(KafkaLogLevel::kWarning,
                        absl::StrCat("joining the consumer group again: ", joined.message()));
    joined = Join();
  }
  if (joined.ok()) runs_.Close();
  return joined;
}

absl::Status KafkaSource::Join() {
  membership_->Lose();
  merge_.Clear();
  subscription_.reset();
  last_topic_handle_ = nullptr;
  ASSIGN_OR_RETURN(
      subscription_,
      Subscription::Create(
          context_, options_.topics, membership_.get(),
          [this](const Client& client, rd_kafka_topic_partition_list_s* partitions) {
            return Place(client, partitions);
          }));
  ASSIGN_OR_RETURN(const auto described,
                   DescribeTopics(subscription_->client(), options_.topics, options_.patience_ms));
  for (const TopicPartitions& topic : described) {
    if (topic.count > 0) continue;
    return MakeError(absl::StatusCode::kFailedPrecondition,
                     "input topic '" + topic.topic + "' does not exist; create it, or correct "
                     "input.topics");
  }
  const int64_t start_ns = NowNs();
  while (!subscription_->IsAssigned()) {
    rd_kafka_message_t* message = nullptr;
    if (subscription_->Poll(&message, 1, 100) == 1) Take(message);
    RETURN_IF_ERROR(subscription_->Health());
    if (SinceMs(start_ns) > kAssignmentMsMax + 5'000) {
      return MakeError(absl::StatusCode::kUnavailable,
                       "no partitions were assigned; " + subscription_->client().LastError());
    }
  }
  progress_ns_ = NowNs();
  return absl::OkStatus();
}

absl::StatusOr<OffsetRange> KafkaSource::RangeHolding(const Client& client,
                                                      const std::string& topic, int partition,
                                                      int64_t wanted) {
  const int64_t start_ns = NowNs();
  while (true) {
    ASSIGN_OR_RETURN(const OffsetRange range,
                     QueryOffsets(client, topic, partition, options_.patience_ms));
    if (wanted < 0 || (wanted >= range.low && wanted <= range.high)) return range;
    // A leader just elected may show less than what is committed until its followers report.
    if (wanted < range.low || SinceMs(start_ns) > kEndPatienceMs) {
      return OffsetMissing(topic, partition, wanted, range);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
}

absl::Status KafkaSource::Place(const Client& client,
                                rd_kafka_topic_partition_list_s* partitions) {
  merge_.Clear();  // what was fetched but not given out is fetched again
  for (int i = 0; i < partitions->cnt; ++i) {
    rd_kafka_topic_partition_t& element = partitions->elems[i];
    const auto name = std::find(options_.topics.begin(), options_.topics.end(), element.topic);
    CHECK(name != options_.topics.end());
    Partition& partition =
        PartitionOf(static_cast<uint16_t>(name - options_.topics.begin()), element.partition);
    ASSIGN_OR_RETURN(const OffsetRange range,
                     RangeHolding(client, *name, element.partition, partition.next));
    if (partition.next < 0) {
      partition.next = range.low;
      partition.is_untouched = true;
    }
    if (options_.until_end && partition.end < 0) partition.end = range.high;
    partition.seen_to = std::max(partition.seen_to, partition.next);
    partition.fetched = partition.next;
    partition.is_fetched_to_end = false;
    merge_.Expect(static_cast<uint16_t>(name - options_.topics.begin()), element.partition);
    element.offset = partition.next;
  }
  return absl::OkStatus();
}

uint16_t KafkaSource::TopicOf(const rd_kafka_message_s& message) {
  if (message.rkt != last_topic_handle_) {
    const auto name =
        std::find(options_.topics.begin(), options_.topics.end(), rd_kafka_topic_name(message.rkt));
    CHECK(name != options_.topics.end());
    last_topic_handle_ = message.rkt;
    last_topic_ = static_cast<uint16_t>(name - options_.topics.begin());
  }
  return last_topic_;
}

// Takes the message into the merge, or destroys it.
void KafkaSource::Take(rd_kafka_message_t* message) {
  const bool is_record = message->rkt != nullptr && message->err == RD_KAFKA_RESP_ERR_NO_ERROR;
  if (message->rkt != nullptr && !is_record) status_.Update(ErrorOf(*message, TopicOf(*message)));
  // What has no topic is of the client as a whole: logged by its error callback.
  if (is_record) {
    const uint16_t topic = TopicOf(*message);
    Partition& partition = PartitionOf(topic, message->partition);
    if (message->offset < partition.fetched) {
      ++dropped_records_;
    } else if (partition.end >= 0 && message->offset >= partition.end) {
      partition.fetched = message->offset + 1;
      merge_.MarkEnd(topic, message->partition);
      partition.is_fetched_to_end = true;
    } else {
      partition.fetched = message->offset + 1;
      rd_kafka_timestamp_type_t type;
      merge_.Add(topic, message, rd_kafka_message_timestamp(message, &type));
      return;
    }
  }
  rd_kafka_message_destroy(message);
}

size_t KafkaSource::TakeFetched(int wait_ms) {
  const size_t count = subscription_->Poll(polled_.data(), kChunkRecords, wait_ms);
  for (size_t i = 0; i < count; ++i) Take(polled_[i]);
  return count;
}

void KafkaSource::GiveOut(size_t records_max, size_t bytes_max, RecordBatch* batch) {
  const int64_t now_ms = NowNs() / 1'000'000;
  while (batch->records.size() < records_max && batch->bytes < bytes_max) {
    uint16_t topic = 0;
    rd_kafka_message_t* message = merge_.Take(&topic, now_ms);
    if (message == nullptr) return;
    Partition& partition = PartitionOf(topic, message->partition);
    AppendCopy(*message, topic, batch);
    partition.next = message->offset + 1;
    partition.seen_to = std::max(partition.seen_to, partition.next);
    partition.is_untouched = false;
    rd_kafka_message_destroy(message);
  }
}

absl::Status KafkaSource::ErrorOf(const rd_kafka_message_s& message, uint16_t topic) {
  const std::string& name = options_.topics[topic];
  Partition& partition = PartitionOf(topic, message.partition);
  switch (message.err) {
    case RD_KAFKA_RESP_ERR__PARTITION_EOF:
      partition.seen_to = std::max(partition.seen_to, message.offset);
      merge_.MarkEnd(topic, message.partition);
      return absl::OkStatus();
    case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET: {
      ASSIGN_OR_RETURN(const OffsetRange range,
                       RangeHolding(subscription_->client(), name, message.partition, -1));
      const absl::Status missing =
          OffsetMissing(name, message.partition, partition.next, range);
      if (!partition.is_untouched) return missing;
      // Retention passed the earliest record between its lookup and its fetch: nothing was lost.
      return MakeError(absl::StatusCode::kUnavailable, ToStd(missing.message()));
    }
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
      return MakeError(absl::StatusCode::kFailedPrecondition,
                       "input topic '" + name + "' partition " +
                           std::to_string(message.partition) + " does not exist any more");
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
      return MakeError(absl::StatusCode::kPermissionDenied,
                       "may not read input topic '" + name + "'; allow Read on it");
    case RD_KAFKA_RESP_ERR__BAD_MSG:
      return MakeError(absl::StatusCode::kFailedPrecondition,
                       "input topic '" + name + "' partition " +
                           std::to_string(message.partition) + " is damaged after offset " +
                           std::to_string(partition.next) + ": " +
                           rd_kafka_message_errstr(&message));
    default:
      return absl::OkStatus();  // the client goes on by itself
  }
}

bool KafkaSource::IsEnded() const {
  if (!merge_.IsEmpty()) return false;
  for (const std::vector<Partition>& of_topic : partitions_) {
    for (const Partition& partition : of_topic) {
      if (partition.seen_to < partition.end && !partition.is_fetched_to_end) return false;
    }
  }
  return true;
}

absl::StatusOr<PollState> KafkaSource::Poll(size_t records_max, size_t bytes_max, int wait_ms,
                                            RecordBatch* batch) {
  CHECK(subscription_ != nullptr && batch->records.empty());
  RETURN_IF_ERROR(status_);
  if (options_.until_end && subscription_->IsAssigned() && IsEnded()) return PollState::kEnd;
  GiveOut(records_max, bytes_max, batch);
  while (batch->records.size() < records_max && batch->bytes < bytes_max && status_.ok()) {
    size_t count = TakeFetched(0);
    if (count == 0 && !merge_.IsEmpty()) {
      // No more is at hand: what waits for partitions that have ended must not wait for a fetch.
      MarkEnds();
      GiveOut(records_max, bytes_max, batch);
    }
    if (count == 0 && batch->records.empty()) count = TakeFetched(wait_ms);
    if (count == 0) break;
    GiveOut(records_max, bytes_max, batch);
    if (merge_.IsEmpty()) wait_ms = 0;  // an end or an error has ended the wait
  }
  status_.Update(subscription_->Health());
  if (batch->records.empty()) return Idle();
  progress_ns_ = NowNs();
  was_revived_ = false;
  return PollState::kRecords;
}

// The client says that a partition has ended only after its next, empty fetch; what it knows of
// the log's end says so at once.
void KafkaSource::MarkEnds() {
  for (size_t topic = 0; topic < partitions_.size(); ++topic) {
    for (size_t number = 0; number < partitions_[topic].size(); ++number) {
      int64_t low = -1;
      int64_t high = -1;
      rd_kafka_get_watermark_offsets(subscription_->client().handle(),
                                     options_.topics[topic].c_str(), static_cast<int32_t>(number),
                                     &low, &high);
      if (high >= 0 && partitions_[topic][number].fetched >= high) {
        merge_.MarkEnd(static_cast<uint16_t>(topic), static_cast<int32_t>(number));
      }
    }
  }
}

absl::StatusOr<PollState> KafkaSource::Idle() {
  RETURN_IF_ERROR(status_);
  if (options_.until_end && subscription_->IsAssigned() && IsEnded()) return PollState::kEnd;
  if (!IsStalled()) return PollState::kIdle;
  if (was_revived_) {
    return status_ = MakeError(absl::StatusCode::kUnavailable,
                               "no records come although there are some; " +
                                   subscription_->client().LastError());
  }
  context_->hooks.Log(KafkaLogLevel::kWarning,
                      "no records come although there are some; making the consumer anew");
  was_revived_ = true;
  status_ = Join();
  RETURN_IF_ERROR(status_);
  return PollState::kIdle;
}

bool KafkaSource::IsStalled() {
  if (SinceMs(progress_ns_) < options_.stall_ms) return false;
  progress_ns_ = NowNs();
  if (!subscription_->IsAssigned()) return true;
  for (size_t topic = 0; topic < partitions_.size(); ++topic) {
    for (size_t number = 0; number < partitions_[topic].size(); ++number) {
      const Partition& partition = partitions_[topic][number];
      const auto range = QueryOffsets(subscription_->client(), options_.topics[topic],
                                      static_cast<int>(number), kProbeMs);
      if (!range.ok()) return false;  // no broker answers: not the consumer's fault
      const int64_t end = partition.end < 0 ? range->high : std::min(partition.end, range->high);
      if (end > partition.seen_to) return true;
    }
  }
  return false;
}

absl::Status KafkaSource::ReadRun(const JournalRun& run,
                                  const std::function<absl::Status(const InputRecord&)>& visit) {
  return runs_.Read(run, visit);
}

absl::Status KafkaSource::Verify(std::string_view fingerprint) {
  if (fingerprint.empty()) return absl::OkStatus();
  return MakeError(absl::StatusCode::kFailedPrecondition,
                   "the state was written from files, not from Kafka; give this instance a state "
                   "directory and outputs of its own");
}

int64_t KafkaSource::LagRecords() {
  if (subscription_ == nullptr || !subscription_->IsAssigned()) return -1;
  int64_t lag = 0;
  for (size_t topic = 0; topic < partitions_.size(); ++topic) {
    for (size_t number = 0; number < partitions_[topic].size(); ++number) {
      int64_t low = -1;
      int64_t high = -1;
      rd_kafka_get_watermark_offsets(subscription_->client().handle(),
                                     options_.topics[topic].c_str(), static_cast<int32_t>(number),
                                     &low, &high);
      if (high < 0) return -1;
      lag += std::max<int64_t>(0, high - partitions_[topic][number].seen_to);
    }
  }
  return lag;
}

}  // namespace vigla
