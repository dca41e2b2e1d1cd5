// Wires settings, watchdog, source and output together. Cold.
#include "connectors/kafka/kafka_connection.h"

#include <unistd.h>

#include <set>
#include <utility>

#include "connectors/kafka/client.h"
#include "connectors/kafka/group_membership.h"
#include "connectors/kafka/kafka_output.h"
#include "connectors/kafka/kafka_source.h"
#include "engine/base/status.h"

namespace vigla {

absl::StatusOr<KafkaConnection> OpenKafka(const KafkaSettings& settings, KafkaOptions options) {
  const std::set<std::string> distinct(options.input_topics.begin(), options.input_topics.end());
  if (options.input_topics.empty() || distinct.size() != options.input_topics.size() ||
      distinct.count("") != 0) {
    return MakeError(absl::StatusCode::kInvalidArgument,
                     "input.topics must name one topic or more, each once");
  }
  auto watchdog = std::make_shared<Watchdog>([hooks = options.hooks](std::string_view call) {
    hooks.Log(KafkaLogLevel::kError, "the Kafka client hangs in '" + std::string(call) +
                                         "'; ending the process so that it recovers");
    _exit(Watchdog::kExitCode);
  });
  auto context = std::make_shared<const ClientContext>(
      ClientContext{settings, options.hooks, std::move(watchdog)});
  auto membership = std::make_shared<GroupMembership>();

  KafkaSourceOptions source;
  source.topics = options.input_topics;
  source.until_end = options.until_end;
  source.patience_ms = options.patience_ms;
  KafkaOutputOptions output;
  output.input_topics = options.input_topics;
  output.instance = options.instance;
  output.patience_ms = options.patience_ms;

  KafkaConnection connection;
  connection.source = std::make_unique<KafkaSource>(context, membership, std::move(source));
  connection.output = std::make_unique<KafkaOutput>(context, membership, std::move(output));
  return connection;
}

}  // namespace vigla
