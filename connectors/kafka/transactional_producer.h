// One producer instance and its transactions, errors sorted by what may be done about them. Warm.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "connectors/kafka/client.h"
#include "connectors/kafka/group_membership.h"
#include "engine/pipeline/ports.h"

struct rd_kafka_error_s;
struct rd_kafka_topic_s;

namespace vigla {

// A position of the group by name, as Kafka keeps it.
struct GroupOffset {
  std::string topic;
  int32_t partition = 0;
  int64_t next_offset = 0;
};

// What one transaction holds. Nothing of it need outlive the attempt.
struct TransactionContent {
  std::vector<const OutputRecord*> records;
  std::vector<GroupOffset> offsets;
  GroupMembership::Metadata membership;  // may be null only without offsets
};

enum class TransactionEnd : uint8_t {
  kCommitted,
  kAborted,   // surely not committed: the same content may be tried again
  kDoubtful,  // nobody here can know; this producer is of no use any more
};

// Used by one thread. Statuses of all calls are final: Aborted = fenced by a newer producer;
// PermissionDenied and Internal = a record or a right that no repetition will mend; Unavailable =
// no broker within the patience, and surely nothing committed.
class TransactionalProducer {
 public:
  // A commit that took longer than this, or saw a lost connection or a repeated request, leaves a
  // request behind that could end a later transaction (KAFKA-17754, librdkafka#5423).
  static constexpr int64_t kSlowCommitMs = 2'000;

  // Fences older producers of the transactional id and settles what they left open.
  static absl::StatusOr<std::unique_ptr<TransactionalProducer>> Open(
      std::shared_ptr<const ClientContext> context, int patience_ms);
  ~TransactionalProducer();
  TransactionalProducer(const TransactionalProducer&) = delete;
  TransactionalProducer& operator=(const TransactionalProducer&) = delete;

  // One attempt.
  absl::StatusOr<TransactionEnd> Try(const TransactionContent& content);

  // True after an attempt that may have left a request behind: the next one needs a new producer.
  bool IsTainted() const { return is_tainted_; }
  // The offset after the last attempt's last record of the topic, or -1 if it had none. Meant for
  // topics of one partition.
  int64_t OffsetAfter(OutputTopic topic) const {
    return offsets_after_[static_cast<size_t>(topic)];
  }
  void ServeCallbacks();

 private:
  // What an error of a transactional call allows.
  enum class Remedy : uint8_t { kNone, kRepeat, kAbort, kFatal };
  struct Failure {
    Remedy remedy = Remedy::kNone;
    int code = 0;
    std::string text;
  };

  TransactionalProducer(std::shared_ptr<const ClientContext> context, int patience_ms);

  static Failure Judge(rd_kafka_error_s* error);  // takes ownership; nullptr is no failure
  absl::Status Initialise();
  void Delivered(const rd_kafka_message_s& message);
  absl::StatusOr<bool> ProduceAll(const std::vector<const OutputRecord*>& records);
  int ProduceOne(const OutputRecord& record);
  Failure SendOffsets(const TransactionContent& content);
  Failure Finish();
  absl::StatusOr<TransactionEnd> Attempt(const TransactionContent& content);
  absl::StatusOr<TransactionEnd> Abort(const Failure& cause);
  absl::StatusOr<TransactionEnd> Fatal(const Failure& failure);
  absl::Status FencedError() const;
  bool MayStillBeOpen() const;

  std::shared_ptr<const ClientContext> context_;
  const int patience_ms_;
  std::unique_ptr<Client> client_;
  std::array<rd_kafka_topic_s*, kOutputTopicCount> topics_{};
  std::array<int64_t, kOutputTopicCount> offsets_after_{};
  absl::Status delivery_error_;  // the first of this attempt that no repetition mends
  uint64_t end_requests_before_ = 0;
  bool saw_repeat_ = false;
  bool is_tainted_ = false;
};

}  // namespace vigla
