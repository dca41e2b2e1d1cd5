// Holds one shared copy of the metadata. Cold.
#include "connectors/kafka/group_membership.h"

#include <librdkafka/rdkafka.h>

#include <utility>

#include "connectors/kafka/client.h"

namespace vigla {

void GroupMembership::Capture(const Client& consumer) {
  rd_kafka_consumer_group_metadata_t* raw = rd_kafka_consumer_group_metadata(consumer.handle());
  Metadata fresh(raw, [](const rd_kafka_consumer_group_metadata_s* metadata) {
    rd_kafka_consumer_group_metadata_destroy(
        const_cast<rd_kafka_consumer_group_metadata_t*>(metadata));
  });
  if (raw == nullptr) fresh = nullptr;
  const std::lock_guard<std::mutex> lock(mutex_);
  metadata_ = std::move(fresh);
}

void GroupMembership::Lose() {
  const std::lock_guard<std::mutex> lock(mutex_);
  metadata_ = nullptr;
}

GroupMembership::Metadata GroupMembership::Current() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return metadata_;
}

}  // namespace vigla
