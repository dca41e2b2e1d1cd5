// Reads one partition forward from an offset, committed records only. Warm.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "connectors/kafka/client.h"

struct rd_kafka_topic_s;

namespace vigla {

enum class ReadState : uint8_t {
  kRecord,   // Current() is the next record
  kEnd,      // what is committed was read, up to position()
  kNothing,  // nothing came in time
};

// A queue of its own in the client, so that readers of one client fetch side by side and each keeps
// its order. Used by one thread; the client must outlive it, and be a reader.
class PartitionReader {
 public:
  PartitionReader(Client* client, std::string topic, int32_t partition);
  ~PartitionReader();
  PartitionReader(const PartitionReader&) = delete;
  PartitionReader& operator=(const PartitionReader&) = delete;

  // Begins (again) at the offset. FailedPrecondition if the log does not reach it.
  absl::Status Start(int64_t offset, int timeout_ms);
  bool IsStarted() const { return started_; }

  // Waits at most `wait_ms`. A record is current until the next call of Next, unless it is put
  // back. FailedPrecondition if the offset has gone from the log.
  absl::StatusOr<ReadState> Next(int wait_ms);
  const rd_kafka_message_s& Current() const { return *batch_[next_ - 1]; }
  // The current record will be current again after the next call of Next. At most once a record.
  void PutBack();

  // The offset from which reading goes on: after the current record, or after an end's markers.
  int64_t position() const { return position_; }
  // The partition's end as the broker last said it, pending transactions included; -1 if unknown.
  int64_t HighWatermark() const;

 private:
  void Stop();
  void DropBatch();
  absl::Status ErrorOf(const rd_kafka_message_s& message) const;

  Client* client_;
  std::string topic_;
  int32_t partition_;
  rd_kafka_topic_s* handle_ = nullptr;
  bool started_ = false;
  std::vector<rd_kafka_message_s*> batch_;  // owned
  size_t next_ = 0;                         // index of the first record not given out
  int64_t position_ = 0;                    // never moves back but by Start and PutBack
};

// What is missing from a log, as evidence.
absl::Status OffsetMissing(const std::string& topic, int32_t partition, int64_t wanted,
                           const OffsetRange& range);

}  // namespace vigla
