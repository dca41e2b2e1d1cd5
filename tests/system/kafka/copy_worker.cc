// Open, read the journal, seek to its position, then poll and commit.
#include "tests/system/kafka/copy_worker.h"

#include <cstdio>
#include <map>

#include "engine/base/status.h"
#include "tests/system/kafka/test_cluster.h"

namespace vigla {
namespace {

constexpr size_t kEpochRecords = 50;

// Where the journal says that the next epoch begins.
struct Recovered {
  uint64_t epoch = 0;
  std::map<int32_t, int64_t> next;
};

absl::StatusOr<Recovered> Recover(Output* output) {
  RETURN_IF_ERROR(output->Open());
  Recovered recovered;
  Digest newest;
  RETURN_IF_ERROR(output->ReadLog(
      OutputTopic::kJournal, {}, [&](std::string_view value, const OutputMark&) -> absl::Status {
        ASSIGN_OR_RETURN(const JournalRecord journal, ParseJournalRecord(value, &newest));
        if (journal.epoch != recovered.epoch + 1) {
          return MakeError(absl::StatusCode::kInternal, "the journal has a gap");
        }
        recovered.epoch = journal.epoch;
        for (const JournalRun& run : journal.runs) {
          if (run.first_offset != recovered.next[run.partition]) {
            return MakeError(absl::StatusCode::kInternal, "an epoch repeats or skips input");
          }
          recovered.next[run.partition] = run.last_offset + 1;
        }
        return absl::OkStatus();
      }));
  if (newest != output->JournalHash()) {
    return MakeError(absl::StatusCode::kInternal, "the journal's hash is not its last record's");
  }
  ASSIGN_OR_RETURN(const auto committed, output->CommittedPositions());
  for (const InputPosition& position : committed) {
    if (recovered.next[position.partition] != position.next_offset) {
      return MakeError(absl::StatusCode::kInternal, "the offsets differ from the journal");
    }
  }
  return recovered;
}

absl::Status CopyFrom(Recovered from, const std::string& topic, KafkaConnection* connection) {
  std::vector<InputPosition> positions;
  for (const auto& [partition, next] : from.next) positions.push_back({0, partition, next});
  RETURN_IF_ERROR(connection->source->Seek(positions));
  RecordBatch batch;
  while (true) {
    batch.Clear();
    ASSIGN_OR_RETURN(const PollState state,
                     connection->source->Poll(kEpochRecords, 1 << 20, 100, &batch));
    if (state == PollState::kEnd) return absl::OkStatus();
    if (state == PollState::kIdle) continue;
    std::vector<std::string> alerts;
    std::vector<JournalRun> runs;
    for (const InputRecord& record : batch.records) {
      alerts.emplace_back(record.value);
      const RecordPosition& at = record.position;
      if (runs.empty() || runs.back().partition != at.partition) {
        runs.push_back({topic, at.partition, at.offset, at.offset, 0});
      }
      runs.back().last_offset = at.offset;
      ++runs.back().records;
      from.next[at.partition] = at.offset + 1;
    }
    positions.clear();
    for (const auto& [partition, next] : from.next) positions.push_back({0, partition, next});
    OutputEpoch epoch = MakeEpoch(++from.epoch, *connection->output, alerts, positions);
    epoch.journal.runs = runs;
    ASSIGN_OR_RETURN(const CommitOutcome outcome, connection->output->Commit(epoch));
    if (outcome == CommitOutcome::kUnknown) {
      return MakeError(absl::StatusCode::kUnavailable, "a commit's outcome is unknown");
    }
  }
}

}  // namespace

int CopyToEnd(const std::string& topic, const std::string& prefix) {
  ConnectionChoice choice;
  choice.topics = {topic};
  choice.prefix = prefix;
  choice.until_end = true;
  KafkaConnection connection = Connect(choice);
  auto recovered = Recover(connection.output.get());
  absl::Status status = recovered.status();
  if (status.ok()) status = CopyFrom(*std::move(recovered), topic, &connection);
  if (status.ok()) return kCopyDone;
  std::fprintf(stderr, "  [copy] %s\n", status.ToString().c_str());
  return absl::IsUnavailable(status) || absl::IsAborted(status) ? kCopyAgain : kCopyWrong;
}

}  // namespace vigla
