// What the Kafka connector tells its owner beside results: log lines and statistics. Cold.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

namespace vigla {

enum class KafkaLogLevel : uint8_t { kError, kWarning, kInfo, kDebug };

// Both are called from the client's own threads too, so they must be thread-safe; neither may call
// back into the connector. Lines name brokers, topics and partitions, never keys or values.
struct KafkaHooks {
  std::function<void(KafkaLogLevel level, std::string_view message)> log;
  // librdkafka's statistics document, every `statistics.interval.ms` of each client.
  std::function<void(std::string_view json)> statistics;

  void Log(KafkaLogLevel level, std::string_view message) const {
    if (log) log(level, message);
  }
};

}  // namespace vigla
