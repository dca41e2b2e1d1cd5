// Port `Source` over Kafka: all partitions of the input topics, at the engine's own positions. Hot.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/kafka/arrival_merge.h"
#include "connectors/kafka/client.h"
#include "connectors/kafka/group_membership.h"
#include "connectors/kafka/run_reader.h"
#include "connectors/kafka/subscription.h"
#include "engine/pipeline/ports.h"

namespace vigla {

struct KafkaSourceOptions {
  std::vector<std::string> topics;
  // Read to the end found at the first Seek, not for ever. The end is the last stable offset: what
  // an upstream transaction then still held open is not read.
  bool until_end = false;
  // How long a broker may be silent before a call gives up with Unavailable.
  int patience_ms = 120'000;
  // Records are there but none came for so long: the consumer is made anew (librdkafka#5153).
  int stall_ms = 30'000;
};

// Records are read committed: what upstream aborted never happened. Beside the port's statuses,
// Aborted = a twin took over the input.
class KafkaSource final : public Source {
 public:
  KafkaSource(std::shared_ptr<const ClientContext> context,
              std::shared_ptr<GroupMembership> membership, KafkaSourceOptions options);
  ~KafkaSource() override;

  const std::vector<std::string>& topics() const override { return options_.topics; }
  // Joins the group anew and returns once all partitions are assigned.
  absl::Status Seek(const std::vector<InputPosition>& positions) override;
  absl::StatusOr<PollState> Poll(size_t records_max, size_t bytes_max, int wait_ms,
                                 RecordBatch* batch) override;
  absl::Status ReadRun(const JournalRun& run,
                       const std::function<absl::Status(const InputRecord&)>& visit) override;
  // Nothing: the journal's digests of the input and the group's offsets are stronger.
  std::string Fingerprint() override { return ""; }
  absl::Status Verify(std::string_view fingerprint) override;
  int64_t LagRecords() override;

  // Records that the client delivered twice and that were dropped (librdkafka#4636).
  int64_t dropped_records() const { return dropped_records_; }

 private:
  struct Partition {
    int64_t next = -1;     // offset of the next record to give out; -1: the earliest
    int64_t fetched = -1;  // offset of the next record to come from the client
    int64_t seen_to = 0;   // as next, but markers at the end are passed too
    int64_t end = -1;      // until_end: where reading stops
    bool is_fetched_to_end = false;  // until_end: a record at or after the end has come
    bool is_untouched = false;  // placed at the earliest record, none given out yet
  };

  absl::Status Join();
  absl::Status Place(const Client& client, rd_kafka_topic_partition_list_s* partitions);
  absl::StatusOr<OffsetRange> RangeHolding(const Client& client, const std::string& topic,
                                           int partition, int64_t wanted);
  uint16_t TopicOf(const rd_kafka_message_s& message);
  Partition& PartitionOf(uint16_t topic, int32_t partition);
  void Take(rd_kafka_message_s* message);
  // How many the client had, or had first after a wait; some of them may be no records.
  size_t TakeFetched(int wait_ms);
  void MarkEnds();
  void GiveOut(size_t records_max, size_t bytes_max, RecordBatch* batch);
  absl::Status ErrorOf(const rd_kafka_message_s& message, uint16_t topic);
  bool IsEnded() const;
  absl::StatusOr<PollState> Idle();
  bool IsStalled();

  std::shared_ptr<const ClientContext> context_;
  std::shared_ptr<GroupMembership> membership_;
  const KafkaSourceOptions options_;
  RunReader runs_;
  std::unique_ptr<Subscription> subscription_;
  std::vector<std::vector<Partition>> partitions_;  // by topic, then partition
  ArrivalMerge merge_;                              // fetched, not yet given out
  std::vector<rd_kafka_message_s*> polled_;         // scratch
  absl::Status status_;
  int64_t progress_ns_ = 0;
  bool was_revived_ = false;  // since the last record
  int64_t dropped_records_ = 0;
  const void* last_topic_handle_ = nullptr;
  uint16_t last_topic_ = 0;
};

}  // namespace vigla
