// An Output that passes everything on, for those that change one thing of it. Warm.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "engine/pipeline/ports.h"

namespace vigla {

class ForwardingOutput : public Output {
 public:
  explicit ForwardingOutput(std::unique_ptr<Output> inner) : inner_(std::move(inner)) {}

  absl::Status Open() override { return inner_->Open(); }
  absl::Status ReadLog(OutputTopic topic, const OutputMark& mark, const VisitLog& visit) override {
    return inner_->ReadLog(topic, mark, visit);
  }
  absl::StatusOr<std::vector<InputPosition>> CommittedPositions() override {
    return inner_->CommittedPositions();
  }
  absl::StatusOr<CommitOutcome> Commit(const OutputEpoch& epoch) override {
    return inner_->Commit(epoch);
  }
  OutputMark Mark(OutputTopic topic) override { return inner_->Mark(topic); }
  Digest JournalHash() const override { return inner_->JournalHash(); }
  bool RejectsAsJson() const override { return inner_->RejectsAsJson(); }
  size_t RecordBytesMax() const override { return inner_->RecordBytesMax(); }
  void Tick() override { inner_->Tick(); }

 protected:
  Output& inner() { return *inner_; }

 private:
  std::unique_ptr<Output> inner_;
};

}  // namespace vigla
