// One reader a partition, each going forward only. Warm.
#include "connectors/kafka/run_reader.h"

#include <librdkafka/rdkafka.h>

#include <algorithm>

#include "connectors/kafka/input_record.h"
#include "engine/base/clock.h"
#include "engine/base/status.h"

namespace vigla {
namespace {

constexpr int kWaitMs = 100;
// A leader just elected may show less than what is committed until its followers report.
constexpr int64_t kEndPatienceMs = 10'000;
// Further ahead than this a new fetch is cheaper than reading through.
constexpr int64_t kSkipOffsetsMax = 20'000;

std::string RunText(const JournalRun& run) {
  return "topic '" + run.topic + "' partition " + std::to_string(run.partition) + " offsets " +
         std::to_string(run.first_offset) + " to " + std::to_string(run.last_offset);
}

absl::Status Missing(const JournalRun& run, const std::string& what) {
  return MakeError(absl::StatusCode::kFailedPrecondition,
                   "the journal has " + std::to_string(run.records) + " records of " +
                       RunText(run) + ", but " + what +
                       ": the input is not what was judged; records were deleted, compacted or "
                       "replaced");
}

}  // namespace

RunReader::RunReader(std::shared_ptr<const ClientContext> context, std::vector<std::string> topics,
                     int patience_ms)
    : context_(std::move(context)), topics_(std::move(topics)), patience_ms_(patience_ms) {}

absl::StatusOr<PartitionReader*> RunReader::ReaderAt(const std::string& topic, int32_t partition,
                                                     int64_t offset) {
  if (client_ == nullptr) {
    ClientOptions options;
    options.role = KafkaClientRole::kReader;
    options.caller = kSourceCaller;
    ASSIGN_OR_RETURN(client_, Client::Create(context_, std::move(options)));
  }
  std::unique_ptr<PartitionReader>& reader = readers_[{topic, partition}];
  if (reader == nullptr) {
    reader = std::make_unique<PartitionReader>(client_.get(), topic, partition);
  }
  if (!reader->IsStarted() || reader->position() > offset ||
      reader->position() + kSkipOffsetsMax < offset) {
    RETURN_IF_ERROR(reader->Start(offset, patience_ms_));
  }
  return reader.get();
}

void RunReader::Close() {
  readers_.clear();
  client_.reset();
}

absl::Status RunReader::Advance(const JournalRun& run, int64_t seen, PartitionReader* reader) {
  const SystemClock clock;
  const int64_t start_ns = clock.NowNs();
  while (true) {
    ASSIGN_OR_RETURN(const ReadState state, reader->Next(kWaitMs));
    if (state == ReadState::kRecord) {
      if (reader->Current().offset < run.first_offset) continue;
      if (reader->Current().offset <= run.last_offset) return absl::OkStatus();
      reader->PutBack();
      return Missing(run, "only " + std::to_string(seen) + " are there");
    }
    const int64_t waited_ms = (clock.NowNs() - start_ns) / 1'000'000;
    if (waited_ms > kEndPatienceMs) {
      const auto range = QueryOffsets(*client_, run.topic, run.partition, kWaitMs);
      if (range.ok() && range->high <= run.last_offset) {
        return Missing(run, "the log ends at offset " + std::to_string(range->high));
      }
    }
    if (waited_ms > patience_ms_) {
      return MakeError(absl::StatusCode::kUnavailable,
                       "no records of " + RunText(run) + " in " +
                           std::to_string(patience_ms_ / 1000) + " s; " + client_->LastError());
    }
  }
}

absl::Status RunReader::Read(const JournalRun& run,
                             const std::function<absl::Status(const InputRecord&)>& visit) {
  const auto topic = std::find(topics_.begin(), topics_.end(), run.topic);
  if (topic == topics_.end()) {
    return MakeError(absl::StatusCode::kFailedPrecondition,
                     "the journal has records of topic '" + run.topic +
                         "', which is not among input.topics; add it, or start with new outputs");
  }
  ASSIGN_OR_RETURN(PartitionReader * reader, ReaderAt(run.topic, run.partition, run.first_offset));
  const auto topic_index = static_cast<uint16_t>(topic - topics_.begin());
  for (int64_t seen = 0; seen < run.records; ++seen) {
    RETURN_IF_ERROR(Advance(run, seen, reader));
    const int64_t offset = reader->Current().offset;
    if (seen == 0 && offset != run.first_offset) {
      return Missing(run, "the first one is now at offset " + std::to_string(offset));
    }
    if (seen + 1 == run.records && offset != run.last_offset) {
      return Missing(run, "there are more of them");
    }
    RETURN_IF_ERROR(visit(ViewOf(reader->Current(), topic_index, &headers_)));
  }
  return absl::OkStatus();
}

}  // namespace vigla
