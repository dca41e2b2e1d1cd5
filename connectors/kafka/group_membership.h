// The consumer group's metadata as it was at assignment: what proves, in a commit, that the
// partitions are still held. Fetched later it would prove nothing: a zombie that joined again would
// commit an old batch under a fresh generation. Cold.
#pragma once

#include <memory>
#include <mutex>

struct rd_kafka_consumer_group_metadata_s;

namespace vigla {

class Client;

// The source captures, the output uses; thread-safe.
class GroupMembership {
 public:
  using Metadata = std::shared_ptr<const rd_kafka_consumer_group_metadata_s>;

  // Takes the metadata of a consumer that was just assigned its partitions.
  void Capture(const Client& consumer);
  // The partitions were lost: nothing may be committed until they are assigned anew.
  void Lose();
  // Null before the first assignment and after a loss.
  Metadata Current() const;

 private:
  mutable std::mutex mutex_;
  Metadata metadata_;  // guarded by mutex_
};

}  // namespace vigla
