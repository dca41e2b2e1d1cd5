// The Kafka clients' words in our log. Cold.
#pragma once

#include "connectors/kafka/hooks.h"

namespace vigla {

KafkaHooks MakeKafkaHooks();

}  // namespace vigla
