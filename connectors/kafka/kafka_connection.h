// Opens both ends of an instance on Kafka. Cold.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "connectors/kafka/hooks.h"
#include "connectors/kafka/kafka_settings.h"
#include "engine/pipeline/ports.h"

namespace vigla {

struct KafkaOptions {
  std::vector<std::string> input_topics;
  // Read to the end found at the first Seek, then kEnd.
  bool until_end = false;
  std::string instance = "vigla";
  // How long brokers may be silent before a call gives up with Unavailable.
  int patience_ms = 120'000;
  KafkaHooks hooks;
};

// The two share the group's membership: the source captures it when its partitions are assigned,
// the output proves it in each commit. Either may be destroyed first.
struct KafkaConnection {
  std::unique_ptr<Source> source;
  std::unique_ptr<Output> output;
};

// Connects to nothing yet: Output::Open is the first to ask a broker. InvalidArgument if there is
// no topic, or one twice.
absl::StatusOr<KafkaConnection> OpenKafka(const KafkaSettings& settings, KafkaOptions options);

}  // namespace vigla
