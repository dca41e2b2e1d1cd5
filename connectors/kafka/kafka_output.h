// Port `Output` over Kafka: an epoch is one transaction. Warm.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/kafka/client.h"
#include "connectors/kafka/group_membership.h"
#include "connectors/kafka/topic_reader.h"
#include "connectors/kafka/transactional_producer.h"
#include "engine/pipeline/ports.h"

namespace vigla {

struct KafkaOutputOptions {
  std::vector<std::string> input_topics;  // by InputPosition::topic
  std::string instance = "vigla";         // ce_source of journal records
  // How long brokers may refuse or be silent before a call gives up with Unavailable.
  int patience_ms = 120'000;
};

// Topics are <prefix>.alerts, .alerts.shadow, .audit, .journal, .rules and .rejects; they must
// exist. Keys: alerts and rejects keep their own, the others have the prefix. Statuses beside the
// port's: Unavailable = no broker within the patience, and nothing of the epoch is committed;
// FailedPrecondition = topics are missing or logs lack their beginning; PermissionDenied;
// Internal = a record that no broker will take.
class KafkaOutput final : public Output {
 public:
  KafkaOutput(std::shared_ptr<const ClientContext> context,
              std::shared_ptr<GroupMembership> membership, KafkaOutputOptions options);
  ~KafkaOutput() override;

  absl::Status Open() override;
  // Before Open nothing is fenced or settled: the end is that of when the reading began.
  absl::Status ReadLog(OutputTopic topic, const OutputMark& mark,
                       const std::function<absl::Status(std::string_view value,
                                                        const OutputMark& after)>& visit) override;
  absl::StatusOr<std::vector<InputPosition>> CommittedPositions() override;
  absl::StatusOr<CommitOutcome> Commit(const OutputEpoch& epoch) override;
  // "" before Open.
  OutputMark Mark(OutputTopic topic) override;
  Digest JournalHash() const override { return journal_hash_; }
  bool RejectsAsJson() const override { return false; }
  // Leaves room for the key, the headers and the frame around them.
  size_t RecordBytesMax() const override;
  void Tick() override;

  // Producers made because the one before could not be trusted any more; for metrics.
  int64_t producer_resets() const { return producer_resets_; }

 private:
  std::string TopicName(OutputTopic topic) const;
  absl::Status CheckTopics();
  absl::Status FindLogEnds();
  absl::Status ReplaceProducer();
  TransactionContent ContentOf(const OutputEpoch& epoch, OutputRecord* journal) const;

  std::shared_ptr<const ClientContext> context_;
  std::shared_ptr<GroupMembership> membership_;
  const KafkaOutputOptions options_;
  std::unique_ptr<TransactionalProducer> producer_;  // null before Open and after kUnknown
  std::unique_ptr<TopicReader> logs_;                // before the first Commit
  std::array<int64_t, kOutputTopicCount> marks_{};   // offset to read from; -1: not known yet
  Digest journal_hash_;
  int64_t producer_resets_ = 0;
};

}  // namespace vigla
