// Outputs as NDJSON files in a folder; the journal's line is the commit. Warm.
// alerts.ndjson, alerts.shadow.ndjson, audit.ndjson, rules.ndjson and rejects.ndjson are appended
// to and synced; then journal.ndjson gets a line that names their lengths, and is synced. What
// lies beyond the lengths in the last whole line was never committed.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "connectors/file/output_file.h"
#include "engine/pipeline/ports.h"

namespace vigla {

struct FileOutputOptions {
  std::string folder;  // created if it is missing
  // Without it a power loss (not a crash) may lose or tear commits; for benches and tests.
  bool sync = true;
  // As large as a topic's records are by default, so that both kinds of output cut alike.
  size_t record_bytes_max = 1'000'000;
};

// Not thread-safe.
class FileOutput final : public Output {
 public:
  explicit FileOutput(FileOutputOptions options);
  ~FileOutput() override;

  // Aborted: another process writes to the folder. FailedPrecondition: what is there is not what
  // a journal of ours committed; nothing was changed then.
  absl::Status Open() override;
  // A mark is a byte offset as text. Before Open the end is that of the last whole line of the
  // journal, as it is at the call; NotFound if there is no journal.
  absl::Status ReadLog(OutputTopic topic, const OutputMark& mark,
                       const std::function<absl::Status(std::string_view value,
                                                        const OutputMark& after)>& visit) override;
  // None: the journal is the position.
  absl::StatusOr<std::vector<InputPosition>> CommittedPositions() override;
  // kCommitted, or an error after which the files are as before the call (ResourceExhausted: so
  // it may be called again), or kUnknown if the journal line could not be taken back.
  absl::StatusOr<CommitOutcome> Commit(const OutputEpoch& epoch) override;
  OutputMark Mark(OutputTopic topic) override;
  Digest JournalHash() const override { return journal_hash_; }
  bool RejectsAsJson() const override { return true; }
  size_t RecordBytesMax() const override { return options_.record_bytes_max; }

 private:
  absl::Status Lock();
  absl::Status OpenFiles();
  absl::Status CutToLastCommit();
  std::string PathOf(OutputTopic topic) const;
  // How much of the topic's file is committed by whoever writes it.
  absl::StatusOr<int64_t> CommittedBytes(OutputTopic topic) const;
  absl::Status WriteOutputs(const OutputEpoch& epoch);
  absl::Status WriteJournal(const JournalRecord& journal, Digest* hash);
  OutputFile& File(OutputTopic topic) { return *files_[static_cast<size_t>(topic)]; }

  const FileOutputOptions options_;
  int lock_fd_ = -1;
  std::array<std::unique_ptr<OutputFile>, kOutputTopicCount> files_;
  Digest journal_hash_;
  uint64_t last_epoch_ = 0;
  std::array<std::vector<std::string_view>, kOutputTopicCount> lines_;  // of one epoch
};

// "alerts.ndjson", …
std::string_view OutputFileName(OutputTopic topic);

}  // namespace vigla
