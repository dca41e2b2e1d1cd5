// What exactly once costs: an output over Kafka without transactions. Warm.
#pragma once

#include <librdkafka/rdkafka.h>

#include <memory>
#include <string>
#include <vector>

#include "bench/system/forwarding_output.h"
#include "connectors/kafka/kafka_settings.h"

namespace vigla {

// Produces an epoch with an idempotent producer of the engine's settings, waits until all of it is
// acknowledged, then commits the input's positions, in a group of its own: what an application
// does that can bear duplicates. Any error ends the program.
class AtLeastOnceOutput final : public ForwardingOutput {
 public:
  AtLeastOnceOutput(std::unique_ptr<Output> inner, const KafkaSettings& settings,
                    std::vector<std::string> input_topics);
  ~AtLeastOnceOutput() override;

  absl::StatusOr<CommitOutcome> Commit(const OutputEpoch& epoch) override;
  Digest JournalHash() const override { return journal_hash_; }
  void Tick() override;

 private:
  void Produce(const OutputRecord& record);
  void CommitPositions(const std::vector<InputPosition>& positions);

  const std::string prefix_;
  const std::vector<std::string> input_topics_;
  rd_kafka_t* producer_;
  rd_kafka_t* committer_;
  Digest journal_hash_;
};

}  // namespace vigla
