// An output behind which nothing is kept. Cold.
#pragma once

#include <string>
#include <vector>

#include "engine/pipeline/ports.h"

namespace vigla {

// Without an earlier life to recover from, unless ReadLog is overridden. What an epoch is good for
// says the Commit of whoever derives from it.
class PassingOutput : public Output {
 public:
  absl::Status Open() override { return absl::OkStatus(); }
  absl::Status ReadLog(OutputTopic, const OutputMark&, const VisitLog&) override {
    return absl::OkStatus();
  }
  absl::StatusOr<std::vector<InputPosition>> CommittedPositions() override {
    return std::vector<InputPosition>();
  }
  OutputMark Mark(OutputTopic) override { return {}; }
  Digest JournalHash() const override { return {}; }
  bool RejectsAsJson() const override { return true; }
  size_t RecordBytesMax() const override { return size_t{1} << 20; }
};

}  // namespace vigla
