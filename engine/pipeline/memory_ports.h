// Source and output in memory: the pipeline's ports for rule tests and for simulated faults. Cold.
// They keep the contracts of ports.h to the letter, so that what is found on them holds elsewhere.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "engine/pipeline/ports.h"

namespace vigla {

// A log of one partition, replayable from any offset. What Poll hands out per call is bounded by
// `records_a_poll`, so that tests can vary the batch borders.
class MemorySource final : public Source {
 public:
  explicit MemorySource(std::string topic = "transactions") : topics_({std::move(topic)}) {}

  // To the partition's end; offsets are 0, 1, 2, …
  void Append(std::string value, int32_t partition = 0, int64_t received_us = 0);
  // Another value at an offset of partition 0, as a log must never have.
  void Replace(int64_t offset, std::string value) {
    partitions_.at(0)[static_cast<size_t>(offset)].value = std::move(value);
  }
  void set_records_a_poll(size_t records) { records_a_poll_ = records; }
  // Poll answers kEnd where nothing is left (else kIdle). Any thread, at any time.
  void set_ends(bool ends) { ends_.store(ends, std::memory_order_relaxed); }
  size_t record_count() const { return order_.size(); }

  const std::vector<std::string>& topics() const override { return topics_; }
  absl::Status Seek(const std::vector<InputPosition>& positions) override;
  absl::StatusOr<PollState> Poll(size_t records_max, size_t bytes_max, int wait_ms,
                                 RecordBatch* batch) override;
  absl::Status ReadRun(
      const JournalRun& run,
      const std::function<absl::Status(const InputRecord&)>& visit) override;
  std::string Fingerprint() override { return {}; }
  absl::Status Verify(std::string_view) override { return absl::OkStatus(); }
  int64_t LagRecords() override { return static_cast<int64_t>(order_.size() - next_); }

 private:
  struct Stored {
    std::string value;
    int64_t received_us = 0;
  };
  InputRecord Record(int32_t partition, int64_t offset) const;

  std::vector<std::string> topics_;
  std::map<int32_t, std::deque<Stored>> partitions_;
  std::vector<std::pair<int32_t, int64_t>> order_;  // in which records were appended
  std::map<int32_t, int64_t> positions_;
  size_t next_ = 0;  // first of order_ that may not have been polled
  size_t records_a_poll_ = 512;
  std::atomic<bool> ends_{true};
};

// Committed records by topic, and a switch for every way a commit can end.
class MemoryOutput final : public Output {
 public:
  enum class Fault : uint8_t {
    kNone,
    kLostBeforeCommit,  // the next commit answers kUnknown and did not happen
    kLostAfterCommit,   // the next commit answers kUnknown and did happen
  };
  void set_next_fault(Fault fault) { fault_ = fault; }
  void set_record_bytes_max(size_t bytes) { record_bytes_max_ = bytes; }

  const std::vector<OutputRecord>& records(OutputTopic topic) const {
    return topics_[static_cast<size_t>(topic)];
  }
  // Journal records as rendered.
  const std::vector<std::string>& journal() const { return journal_; }

  absl::Status Open() override { return absl::OkStatus(); }
  absl::Status ReadLog(OutputTopic topic, const OutputMark& mark,
                       const std::function<absl::Status(std::string_view value,
                                                        const OutputMark& after)>& visit) override;
  absl::StatusOr<std::vector<InputPosition>> CommittedPositions() override { return positions_; }
  absl::StatusOr<CommitOutcome> Commit(const OutputEpoch& epoch) override;
  OutputMark Mark(OutputTopic topic) override;
  Digest JournalHash() const override { return journal_hash_; }
  bool RejectsAsJson() const override { return true; }
  size_t RecordBytesMax() const override { return record_bytes_max_; }

 private:
  std::vector<OutputRecord> topics_[kOutputTopicCount];
  std::vector<std::string> journal_;
  std::vector<InputPosition> positions_;
  Digest journal_hash_;
  Fault fault_ = Fault::kNone;
  size_t record_bytes_max_ = 1 << 20;
};

}  // namespace vigla
