// Pulls an output's own log record by record, in bounded memory. Cold.
#pragma once

#include <deque>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "engine/pipeline/ports.h"

namespace vigla {

// Not thread-safe. Only before the output's first Commit.
class LogCursor {
 public:
  static constexpr size_t kChunkBytes = size_t{16} << 20;

  LogCursor(Output* output, OutputTopic topic, OutputMark start)
      : output_(output), topic_(topic), mark_(std::move(start)) {}

  // False at the log's end. *after is the mark from which reading would go on.
  absl::StatusOr<bool> Next(std::string* value, OutputMark* after);

 private:
  absl::Status Fill();

  Output* output_;
  OutputTopic topic_;
  OutputMark mark_;
  bool at_end_ = false;
  std::deque<std::pair<std::string, OutputMark>> buffer_;
};

}  // namespace vigla
