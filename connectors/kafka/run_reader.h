// Reads the journal's runs again, for recovery: the very records, in the very order. Warm.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "connectors/kafka/partition_reader.h"
#include "engine/model/journal_record.h"
#include "engine/pipeline/ports.h"

namespace vigla {

// Runs interleave partitions, so each partition is fetched into a queue of its own and read on from
// where its last run ended; nothing is sought twice. Used by one thread.
class RunReader {
 public:
  // `topics` by index; `patience_ms` is how long a broker may be silent before Unavailable.
  RunReader(std::shared_ptr<const ClientContext> context, std::vector<std::string> topics,
            int patience_ms);

  // FailedPrecondition names what a run lacks. Whatever `visit` returns but OK ends the reading.
  absl::Status Read(const JournalRun& run,
                    const std::function<absl::Status(const InputRecord&)>& visit);

  // Gives back what was fetched ahead. The next run begins anew.
  void Close();

 private:
  absl::StatusOr<PartitionReader*> ReaderAt(const std::string& topic, int32_t partition,
                                            int64_t offset);
  // The run's next record is current in the reader; FailedPrecondition if there is none.
  absl::Status Advance(const JournalRun& run, int64_t seen, PartitionReader* reader);

  std::shared_ptr<const ClientContext> context_;
  std::vector<std::string> topics_;
  int patience_ms_;
  std::unique_ptr<Client> client_;  // made at the first run; outlives the readers
  std::map<std::pair<std::string, int32_t>, std::unique_ptr<PartitionReader>> readers_;
  std::vector<Header> headers_;
};

}  // namespace vigla
