// Reads the engine's own topics: journal, audit trail, rule sets. Cold.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "connectors/kafka/partition_reader.h"

namespace vigla {

// Own topics have one partition, so that their order is the order of commits. A log may be read in
// pieces: a reading that starts where the last one stopped goes on with what was fetched.
// Used by one thread.
class TopicReader {
 public:
  static constexpr int64_t kFromBeginning = -1;
  using Visit = std::function<absl::Status(std::string_view value, int64_t after)>;

  TopicReader(std::shared_ptr<const ClientContext> context, int patience_ms);

  // Where a reading ends: a log that somebody writes to all the while may have no end to reach.
  enum class Until : uint8_t {
    kEndWhenReached,  // the end that the log has when it is reached
    kEndAtStart,      // the end, pending transactions included, that it had when reading began
  };
  // Visits committed records from the offset on; `after` is the offset to go on from.
  // FailedPrecondition if the start is gone or never was, Unavailable if a transaction stays open
  // before the end. Another status of `visit` ends it.
  absl::Status Read(const std::string& topic, int64_t offset, const Visit& visit,
                    Until until = Until::kEndWhenReached);

  // The newest committed record and the offset after everything that is committed. An empty log has
  // no value.
  struct Tail {
    std::optional<std::string> value;
    int64_t end = 0;
  };
  absl::StatusOr<Tail> ReadTail(const std::string& topic);
  // The end alone, without fetching records.
  absl::StatusOr<int64_t> FindEnd(const std::string& topic);

 private:
  // The topic's reader, where it stands; not started if it is new.
  absl::StatusOr<PartitionReader*> ReaderOf(const std::string& topic);
  absl::Status ReadToEnd(const std::string& topic, Until until, PartitionReader* reader,
                         const Visit& visit);

  std::shared_ptr<const ClientContext> context_;
  int patience_ms_;
  std::unique_ptr<Client> client_;  // made at the first reading; outlives the readers
  std::map<std::string, std::unique_ptr<PartitionReader>> readers_;
};

}  // namespace vigla
