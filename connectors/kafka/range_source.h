// A bounded stretch of a topic, read once in the order of arrival: for back-tests. Warm.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "connectors/kafka/client.h"
#include "connectors/kafka/partition_reader.h"
#include "engine/pipeline/ports.h"

namespace vigla {

// Where a range begins or ends, in every partition: an offset, or the first record whose
// timestamp is at or after a time.
struct KafkaRangeBound {
  enum class Kind : uint8_t { kOpen, kOffset, kTime };
  Kind kind = Kind::kOpen;  // the earliest record that is kept; the end found at the start
  int64_t value = 0;        // offset, or milliseconds since 1970-01-01T00:00:00Z
};

struct KafkaRange {
  std::string topic;
  KafkaRangeBound from, to;  // `to` is exclusive
};

// "TOPIC@FROM..TO"; either bound may be left out, and "TOPIC" alone is all of it. Bounds are
// offsets, RFC 3339 times or dates. InvalidArgument says what is wrong.
absl::StatusOr<KafkaRange> ParseKafkaRange(std::string_view text);

// Committed records only, outside any group: nothing that a live instance does is disturbed.
// Partitions are merged by (timestamp, partition, offset), so a range always comes in the same
// order. Offsets below what the topic still holds begin at the earliest record. Used by one
// thread. Statuses as of Source; NotFound if there is no such topic.
class KafkaRangeSource final : public Source {
 public:
  // `patience_ms`: how long a broker may be silent before Unavailable.
  KafkaRangeSource(std::shared_ptr<const ClientContext> context, KafkaRange range,
                   int patience_ms);
  ~KafkaRangeSource() override;

  const std::vector<std::string>& topics() const override { return topics_; }
  // `positions` must be empty: a range is read whole.
  absl::Status Seek(const std::vector<InputPosition>& positions) override;
  absl::StatusOr<PollState> Poll(size_t records_max, size_t bytes_max, int wait_ms,
                                 RecordBatch* batch) override;
  absl::Status ReadRun(const JournalRun& run,
                       const std::function<absl::Status(const InputRecord&)>& visit) override;
  std::string Fingerprint() override { return ""; }
  absl::Status Verify(std::string_view) override { return absl::OkStatus(); }
  int64_t LagRecords() override { return -1; }

 private:
  struct Partition {
    std::unique_ptr<PartitionReader> reader;
    int64_t end = 0;
    int64_t head_ms = 0;  // the current record's timestamp
    bool has_head = false;
    bool is_ended = false;
  };
  absl::StatusOr<int64_t> OffsetOf(const KafkaRangeBound& bound, int partition,
                                   const OffsetRange& held, int64_t open) const;
  // Whether every partition shows its next record or has ended.
  absl::StatusOr<bool> FillHeads(int wait_ms);

  std::shared_ptr<const ClientContext> context_;
  const KafkaRange range_;
  const int patience_ms_;
  const std::vector<std::string> topics_;
  std::unique_ptr<Client> client_;  // outlives the readers
  std::vector<Partition> partitions_;
  int64_t progress_ns_ = 0;
};

struct KafkaHooks;
std::unique_ptr<Source> OpenKafkaRange(const KafkaSettings& settings, KafkaRange range,
                                       KafkaHooks hooks);

}  // namespace vigla
