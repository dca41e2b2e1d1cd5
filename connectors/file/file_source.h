// Transactions from NDJSON files, one after the other. Hot.
// A record's topic is its file's base name, its partition 0, its offset the number of its line,
// counted from 0 over every line. Lines end with LF or CR LF; lines of nothing but blanks, tabs
// and CR are counted and skipped; what stands behind the last line end is a line once the input
// is read to its end.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "connectors/file/line_reader.h"
#include "engine/pipeline/ports.h"

namespace vigla {

// Reads to the end that each file had at Seek. Files may grow between two starts, by whole lines;
// anything else that changes in what was consumed is found by Verify. Not thread-safe.
class FileSource final : public Source {
 public:
  // Opens all files; they are read in this order. NotFound, PermissionDenied, or
  // InvalidArgument: no file, two of one base name, not a regular file.
  static absl::StatusOr<std::unique_ptr<FileSource>> Open(const std::vector<std::string>& paths);

  const std::vector<std::string>& topics() const override { return names_; }
  // FailedPrecondition if a file has fewer lines than were consumed.
  absl::Status Seek(const std::vector<InputPosition>& positions) override;
  absl::StatusOr<PollState> Poll(size_t records_max, size_t bytes_max, int wait_ms,
                                 RecordBatch* batch) override;
  // The records passed to `visit` live until it returns.
  absl::Status ReadRun(const JournalRun& run,
                       const std::function<absl::Status(const InputRecord&)>& visit) override;
  // For each file of which something was consumed, a line "BYTES LINES SHA256 NAME": the
  // SHA-256 of its first BYTES bytes, which end with the last record consumed.
  std::string Fingerprint() override;
  absl::Status Verify(std::string_view fingerprint) override;
  // Unknown (-1) until the end: lines are not counted ahead.
  int64_t LagRecords() override { return current_ == files_.size() ? 0 : -1; }

 private:
  // How far a file was consumed; what the fingerprint says of it.
  struct Consumed {
    int64_t bytes = 0;
    int64_t lines = 0;  // the number of the next line
    bool has_line_end = true;  // of the last line
    Sha256 digest;
  };
  struct File {
    std::unique_ptr<LineReader> live;
    std::unique_ptr<LineReader> replay;  // of ReadRun
    int64_t replay_line = 0;             // number of its next line
    Consumed read;       // as far as lines were looked at
    Consumed at_record;  // up to the last record; valid unless is_at_record
    bool is_at_record = true;  // `read` ends with a record, or is the beginning
    bool has_rest = false;  // the last line was cut, its rest is still to be passed over
    Consumed verified;   // what Verify found to be unchanged
  };

  explicit FileSource(std::vector<std::string> paths);
  // One line further; false at the end. *record is empty for a line to be skipped, and lives
  // until FinishLine or the next Advance.
  static absl::StatusOr<bool> Advance(File* file, std::string_view* record);
  // Passes over what a line has beyond LineReader's cap.
  static absl::Status FinishLine(File* file);
  absl::Status SeekFile(size_t index, int64_t next_offset);
  absl::Status VerifyFile(size_t index, const Consumed& stored, const Digest& digest);
  absl::Status TakeLateLineEnd(size_t index);

  const std::vector<std::string> paths_;
  std::vector<std::string> names_;
  std::vector<File> files_;
  size_t current_ = 0;  // the file being read
};

}  // namespace vigla
