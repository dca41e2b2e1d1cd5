// The Kafka properties of a configuration: checked without a broker, completed by the protocol's
// own, printed without secrets. Cold.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

namespace vigla {

// The clients that one instance uses.
enum class KafkaClientRole : uint8_t {
  kMember,    // the live consumer: a static member of the group
  kReader,    // reads logs and runs by offset, outside any group
  kOffsets,   // reads the group's committed offsets; joins nothing
  kProducer,  // the transactional producer
};

// What is wrong with one property.
struct KafkaPropertyProblem {
  std::string property;
  std::string message;
  std::string advice;  // may be ""
};

// Where a printed value comes from.
enum class KafkaPropertyOrigin : uint8_t { kGiven, kEngine, kDefault };

struct KafkaProperty {
  std::string name;
  std::string value;  // "********" for a secret
  KafkaPropertyOrigin origin = KafkaPropertyOrigin::kDefault;
};

// Immutable once made, hence safe to share between threads.
class KafkaSettings {
 public:
  static constexpr int kTransactionTimeoutMsDefault = 60'000;
  static constexpr int kTransactionTimeoutMsMin = 10'000;
  static constexpr int kTransactionTimeoutMsMax = 900'000;

  using Properties = std::map<std::string, std::string>;

  // Every problem, by property name. Needs no broker, no file, no secret.
  static std::vector<KafkaPropertyProblem> Check(const Properties& properties);

  // InvalidArgument with all problems if there is any, if bootstrap.servers is missing, or if the
  // prefix can't be part of a topic's name.
  static absl::StatusOr<KafkaSettings> Create(const Properties& properties,
                                              std::string_view output_prefix);

  const std::string& output_prefix() const { return output_prefix_; }
  // All three are the prefix: whoever holds the prefix holds the group and the transactions.
  const std::string& group_id() const { return output_prefix_; }
  const std::string& group_instance_id() const { return output_prefix_; }
  const std::string& transactional_id() const { return output_prefix_; }

  int transaction_timeout_ms() const { return transaction_timeout_ms_; }
  size_t message_bytes_max() const { return message_bytes_max_; }

  // What a client of this role is configured with; secrets in clear.
  std::vector<std::pair<std::string, std::string>> PropertiesOf(KafkaClientRole role) const;

  // Every property that is in force for the role, librdkafka's defaults included, by name.
  std::vector<KafkaProperty> Effective(KafkaClientRole role) const;

 private:
  KafkaSettings() = default;

  Properties given_;
  std::string output_prefix_;
  int transaction_timeout_ms_ = kTransactionTimeoutMsDefault;
  size_t message_bytes_max_ = 1'000'000;
};

}  // namespace vigla
