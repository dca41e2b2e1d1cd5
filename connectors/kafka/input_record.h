// From librdkafka's message to the record that the pipeline knows. Hot.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/pipeline/ports.h"

struct rd_kafka_message_s;

namespace vigla {

// A record whose texts lie in the message. `headers` is cleared and filled, and pointed to only
// where the message has some.
InputRecord ViewOf(const rd_kafka_message_s& message, uint16_t topic, std::vector<Header>* headers);

// Appends the message to the batch, its bytes copied into the batch's arena.
void AppendCopy(const rd_kafka_message_s& message, uint16_t topic, RecordBatch* batch);

}  // namespace vigla
