// Levels matched, nothing added. Cold.
#include "engine/app/kafka_hooks.h"

#include "engine/app/log.h"

namespace vigla {

KafkaHooks MakeKafkaHooks() {
  KafkaHooks hooks;
  hooks.log = [](KafkaLogLevel level, std::string_view message) {
    switch (level) {
      case KafkaLogLevel::kError:
        return LogError(message);
      case KafkaLogLevel::kWarning:
        return LogWarning(message);
      case KafkaLogLevel::kInfo:
        return LogInfo(message);
      case KafkaLogLevel::kDebug:
        return LogDebug(message);
    }
  };
  return hooks;
}

}  // namespace vigla
