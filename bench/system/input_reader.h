// Reads a topic to the end it had at the start, with the very settings of the engine's consumer:
// what the engine's rate is measured against. Hot.
#pragma once

#include <librdkafka/rdkafka.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "connectors/kafka/kafka_settings.h"

namespace vigla {

// Ends the program with `what` on stderr: a benchmark has nobody to hand an error to.
[[noreturn]] void Fail(const std::string& what);

// A client as the engine configures it for `role`; ends the program where librdkafka refuses.
rd_kafka_t* NewClient(const KafkaSettings& settings, KafkaClientRole role);

// Seconds of a clock that only goes forward.
double NowSeconds();
// Processor seconds of this process so far, all threads, kernel time included.
double CpuSeconds();

// One client without a group: it assigns itself every partition from the earliest record on.
class InputReader {
 public:
  InputReader(const KafkaSettings& settings, std::string topic);
  ~InputReader();
  InputReader(const InputReader&) = delete;
  InputReader& operator=(const InputReader&) = delete;

  // Waits until there are messages or partition ends, at most `wait_ms`, and visits each record
  // before the ends found at the start. Polls as the engine does: 256 at a time.
  void Poll(int wait_ms, const std::function<void(const rd_kafka_message_t&)>& visit);
  bool IsEnded() const;
  int64_t RecordsAtStart() const;
  // The next offset to read of each partition, as a new list for an offset commit; the caller
  // destroys it.
  rd_kafka_topic_partition_list_t* Positions() const;

 private:
  struct Partition {
    int64_t next = 0, low = 0, end = 0;
  };

  std::string topic_;
  rd_kafka_t* client_;
  rd_kafka_queue_t* queue_;
  std::vector<Partition> partitions_;
  std::vector<rd_kafka_message_t*> polled_;
};

}  // namespace vigla
