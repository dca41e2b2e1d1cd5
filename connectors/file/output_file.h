// A file that only grows, by whole commits, and is cut back to the last one. Warm.
#pragma once

#include <sys/uio.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace vigla {

// Errors: ResourceExhausted where the disk or a quota is full, Internal for anything else.
// Not thread-safe.
class OutputFile {
 public:
  // Creates the file if need be; the caller syncs the folder.
  static absl::StatusOr<std::unique_ptr<OutputFile>> Open(const std::string& path);
  // Of another process's file, for reading alone; NotFound.
  static absl::StatusOr<std::unique_ptr<OutputFile>> OpenToRead(const std::string& path);
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  // Each with a line end, from where they are, behind the committed length. May leave a part of
  // them there if it fails.
  absl::Status AppendLines(std::span<const std::string_view> lines);
  // What was appended is on the medium.
  absl::Status Sync();
  // What was appended counts from now on.
  void Commit() { committed_bytes_ = written_bytes_; }
  // Cuts back what was appended since the last Commit.
  absl::Status Revert();
  // The file is `bytes` long from now on; FailedPrecondition if it is shorter.
  absl::Status CutTo(int64_t bytes);
  absl::StatusOr<int64_t> FileBytes() const;
  // The bytes [begin, end), which must be there.
  absl::StatusOr<std::string> Read(int64_t begin, int64_t end) const;

  int64_t committed_bytes() const { return committed_bytes_; }
  int64_t written_bytes() const { return written_bytes_; }
  const std::string& path() const { return path_; }

 private:
  OutputFile(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
  // As many as one call takes.
  absl::Status AppendPieces(std::span<iovec> pieces);

  const int fd_;
  const std::string path_;
  int64_t committed_bytes_ = 0;
  int64_t written_bytes_ = 0;
};

// Makes names that were created in a folder durable.
absl::Status SyncFolder(const std::string& path);

// The status of a failed system call by its errno.
absl::Status SystemError(const std::string& what, int error);

}  // namespace vigla
