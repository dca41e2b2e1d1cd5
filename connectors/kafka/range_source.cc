// One reader a partition, merged by time. Warm.
#include "connectors/kafka/range_source.h"

#include <librdkafka/rdkafka.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "connectors/kafka/input_record.h"
#include "connectors/kafka/watchdog.h"
#include "engine/base/clock.h"
#include "engine/base/status.h"
#include "engine/model/time.h"

namespace vigla {
namespace {

constexpr int kPatienceMs = 120'000;

absl::StatusOr<KafkaRangeBound> ParseBound(std::string_view text) {
  KafkaRangeBound bound;
  if (text.empty()) return bound;
  if (absl::SimpleAtoi(ToAbsl(text), &bound.value) && bound.value >= 0) {
    bound.kind = KafkaRangeBound::Kind::kOffset;
    return bound;
  }
  const auto time = ParseTime(text);
  if (!time) {
    return MakeError(absl::StatusCode::kInvalidArgument,
                     "`" + std::string(text) +
                         "` is neither an offset nor an RFC 3339 time such as "
                         "2026-03-01T00:00:00Z");
  }
  bound.kind = KafkaRangeBound::Kind::kTime;
  bound.value = (time->time.us + 999) / 1000;  // the first whole millisecond at or after it
  return bound;
}

}  // namespace

absl::StatusOr<KafkaRange> ParseKafkaRange(std::string_view text) {
  KafkaRange range;
  const size_t at = text.find('@');
  range.topic = std::string(text.substr(0, at));
  if (range.topic.empty()) {
    return MakeError(absl::StatusCode::kInvalidArgument,
                     "no topic: write kafka:TOPIC@FROM..TO");
  }
  if (at == std::string_view::npos) return range;
  const std::string_view bounds = text.substr(at + 1);
  const size_t dots = bounds.find("..");
  if (dots == std::string_view::npos) {
    return MakeError(absl::StatusCode::kInvalidArgument,
                     "`" + std::string(bounds) + "` is no range: write kafka:TOPIC@FROM..TO");
  }
  ASSIGN_OR_RETURN(range.from, ParseBound(bounds.substr(0, dots)));
  ASSIGN_OR_RETURN(range.to, ParseBound(bounds.substr(dots + 2)));
  return range;
}

KafkaRangeSource::KafkaRangeSource(std::shared_ptr<const ClientContext> context,
                                   KafkaRange range, int patience_ms)
    : context_(std::move(context)),
      range_(std::move(range)),
      patience_ms_(patience_ms),
      topics_({range_.topic}) {}

KafkaRangeSource::~KafkaRangeSource() { partitions_.clear(); }

absl::StatusOr<int64_t> KafkaRangeSource::OffsetOf(const KafkaRangeBound& bound, int partition,
                                                   const OffsetRange& held,
                                                   int64_t open) const {
  if (bound.kind == KafkaRangeBound::Kind::kOpen) return open;
  if (bound.kind == KafkaRangeBound::Kind::kOffset) {
    return std::clamp(bound.value, held.low, held.high);
  }
  rd_kafka_topic_partition_list_t* asked = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(asked, range_.topic.c_str(), partition)->offset = bound.value;
  rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;
  {
    const auto guard = client_->Guard("looking a time up", patience_ms_);
    error = rd_kafka_offsets_for_times(client_->handle(), asked, patience_ms_);
  }
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) error = asked->elems[0].err;
  const int64_t offset = asked->elems[0].offset;
  rd_kafka_topic_partition_list_destroy(asked);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return MakeError(absl::StatusCode::kUnavailable,
                     "can't look a time up in topic '" + range_.topic +
                         "': " + KafkaErrorText(error));
  }
  // Nothing as late as that: the end.
  return offset < 0 ? held.high : std::clamp(offset, held.low, held.high);
}

absl::Status KafkaRangeSource::Seek(const std::vector<InputPosition>& positions) {
  if (!positions.empty()) {
    return MakeError(absl::StatusCode::kInvalidArgument, "a range is read from its beginning");
  }
  partitions_.clear();
  ClientOptions options;
  options.role = KafkaClientRole::kReader;
  options.caller = kSourceCaller;
  ASSIGN_OR_RETURN(client_, Client::Create(context_, std::move(options)));
  ASSIGN_OR_RETURN(const std::vector<TopicPartitions> described,
                   DescribeTopics(*client_, topics_, patience_ms_));
  if (described.empty() || described[0].count < 0) {
    return MakeError(absl::StatusCode::kNotFound, "there is no topic '" + range_.topic + "'");
  }
  for (int p = 0; p < described[0].count; ++p) {
    ASSIGN_OR_RETURN(const OffsetRange held,
                     QueryOffsets(*client_, range_.topic, p, patience_ms_));
    ASSIGN_OR_RETURN(const int64_t from, OffsetOf(range_.from, p, held, held.low));
    Partition partition;
    ASSIGN_OR_RETURN(partition.end, OffsetOf(range_.to, p, held, held.high));
    partition.is_ended = from >= partition.end;
    if (!partition.is_ended) {
      partition.reader = std::make_unique<PartitionReader>(client_.get(), range_.topic, p);
      RETURN_IF_ERROR(partition.reader->Start(from, patience_ms_));
    }
    partitions_.push_back(std::move(partition));
  }
  progress_ns_ = SystemClock().NowNs();
  return absl::OkStatus();
}

absl::StatusOr<bool> KafkaRangeSource::FillHeads(int wait_ms) {
  for (Partition& partition : partitions_) {
    if (partition.is_ended || partition.has_head) continue;
    ASSIGN_OR_RETURN(const ReadState state, partition.reader->Next(wait_ms));
    if (state == ReadState::kNothing) return false;
    progress_ns_ = SystemClock().NowNs();
    if (state == ReadState::kEnd) {
      // Behind the last record there may be markers of transactions, which are no records.
      if (partition.reader->position() < partition.end) return false;
      partition.is_ended = true;
    } else if (partition.reader->Current().offset >= partition.end) {
      partition.is_ended = true;
    } else {
      rd_kafka_timestamp_type_t type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
      partition.head_ms = rd_kafka_message_timestamp(&partition.reader->Current(), &type);
      partition.has_head = true;
    }
  }
  return true;
}

absl::StatusOr<PollState> KafkaRangeSource::Poll(size_t records_max, size_t bytes_max,
                                                 int wait_ms, RecordBatch* batch) {
  while (batch->records.size() < records_max && batch->bytes < bytes_max) {
    ASSIGN_OR_RETURN(const bool complete, FillHeads(batch->records.empty() ? wait_ms : 0));
    if (!complete) break;
    Partition* oldest = nullptr;  // the first of equals: ties go by partition
    for (Partition& partition : partitions_) {
      if (!partition.has_head) continue;
      if (oldest == nullptr || partition.head_ms < oldest->head_ms) oldest = &partition;
    }
    if (oldest == nullptr) {
      return batch->records.empty() ? PollState::kEnd : PollState::kRecords;
    }
    AppendCopy(oldest->reader->Current(), 0, batch);
    oldest->has_head = false;
  }
  if (!batch->records.empty()) return PollState::kRecords;
  if (SystemClock().NowNs() - progress_ns_ > int64_t{patience_ms_} * 1'000'000) {
    return MakeError(absl::StatusCode::kUnavailable,
                     "no records of topic '" + range_.topic + "' in " +
                         std::to_string(patience_ms_ / 1000) + " s; " + client_->LastError());
  }
  return PollState::kIdle;
}

absl::Status KafkaRangeSource::ReadRun(const JournalRun&,
                                       const std::function<absl::Status(const InputRecord&)>&) {
  return MakeError(absl::StatusCode::kUnimplemented, "a range is not recovered from");
}

std::unique_ptr<Source> OpenKafkaRange(const KafkaSettings& settings, KafkaRange range,
                                       KafkaHooks hooks) {
  auto watchdog = std::make_shared<Watchdog>([hooks](std::string_view call) {
    hooks.Log(KafkaLogLevel::kError, "the Kafka client hangs in '" + std::string(call) + "'");
    _exit(Watchdog::kExitCode);
  });
  auto context = std::make_shared<const ClientContext>(
      ClientContext{settings, hooks, std::move(watchdog)});
  return std::make_unique<KafkaRangeSource>(std::move(context), std::move(range), kPatienceMs);
}

}  // namespace vigla
