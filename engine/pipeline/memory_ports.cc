// Ports without a world behind them. Cold.
#include "engine/pipeline/memory_ports.h"

#include <algorithm>
#include <charconv>

#include "engine/base/status.h"

namespace vigla {

void MemorySource::Append(std::string value, int32_t partition, int64_t received_us) {
  std::deque<Stored>& log = partitions_[partition];
  order_.emplace_back(partition, static_cast<int64_t>(log.size()));
  log.push_back({std::move(value), received_us});
}

InputRecord MemorySource::Record(int32_t partition, int64_t offset) const {
  const Stored& stored = partitions_.at(partition)[static_cast<size_t>(offset)];
  InputRecord record;
  record.position = {0, partition, offset};
  record.received_us = stored.received_us;
  record.value = stored.value;
  return record;
}

absl::Status MemorySource::Seek(const std::vector<InputPosition>& positions) {
  positions_.clear();
  for (const InputPosition& position : positions) {
    positions_[position.partition] = position.next_offset;
  }
  next_ = 0;
  return absl::OkStatus();
}

absl::StatusOr<PollState> MemorySource::Poll(size_t records_max, size_t bytes_max, int,
                                             RecordBatch* batch) {
  const size_t most = std::min(records_max, records_a_poll_);
  while (next_ < order_.size() && batch->records.size() < most && batch->bytes < bytes_max) {
    const auto [partition, offset] = order_[next_++];
    int64_t& position = positions_[partition];
    if (offset < position) continue;
    position = offset + 1;
    InputRecord record = Record(partition, offset);
    batch->CopyValue(record.value, &record);
    batch->bytes += record.value.size();
    batch->records.push_back(record);
  }
  if (!batch->records.empty()) return PollState::kRecords;
  return ends_.load(std::memory_order_relaxed) ? PollState::kEnd : PollState::kIdle;
}

absl::Status MemorySource::ReadRun(
    const JournalRun& run, const std::function<absl::Status(const InputRecord&)>& visit) {
  const auto partition = partitions_.find(run.partition);
  if (run.topic != topics_[0] || partition == partitions_.end() ||
      run.last_offset >= static_cast<int64_t>(partition->second.size()) ||
      run.records != run.last_offset - run.first_offset + 1) {
    return MakeError(absl::StatusCode::kFailedPrecondition, "the input lacks records of a run");
  }
  for (int64_t offset = run.first_offset; offset <= run.last_offset; ++offset) {
    RETURN_IF_ERROR(visit(Record(run.partition, offset)));
  }
  return absl::OkStatus();
}

absl::Status MemoryOutput::ReadLog(
    OutputTopic topic, const OutputMark& mark,
    const std::function<absl::Status(std::string_view value, const OutputMark& after)>& visit) {
  size_t next = 0;
  std::from_chars(mark.text.data(), mark.text.data() + mark.text.size(), next);
  const bool is_journal = topic == OutputTopic::kJournal;
  const size_t count = is_journal ? journal_.size() : records(topic).size();
  for (; next < count; ++next) {
    const std::string& value = is_journal ? journal_[next] : records(topic)[next].value;
    RETURN_IF_ERROR(visit(value, {std::to_string(next + 1)}));
  }
  return absl::OkStatus();
}

absl::StatusOr<CommitOutcome> MemoryOutput::Commit(const OutputEpoch& epoch) {
  const Fault fault = fault_;
  fault_ = Fault::kNone;
  if (fault == Fault::kLostBeforeCommit) return CommitOutcome::kUnknown;
  for (const OutputRecord& record : epoch.records) {
    topics_[static_cast<size_t>(record.topic)].push_back(record);
  }
  journal_.push_back(RenderJournalRecord(epoch.journal, &journal_hash_));
  positions_ = epoch.positions;
  return fault == Fault::kLostAfterCommit ? CommitOutcome::kUnknown : CommitOutcome::kCommitted;
}

OutputMark MemoryOutput::Mark(OutputTopic topic) {
  return {std::to_string(topic == OutputTopic::kJournal ? journal_.size()
                                                        : records(topic).size())};
}

}  // namespace vigla
