// Lines of a file at near the speed of memory: large reads, line ends by memchr. Hot.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace vigla {

// One line as it lies in the file. The views live until the next call of Next or SkipRest.
struct Line {
  std::string_view raw;   // with its line end, if it has one
  std::string_view text;  // without
  bool is_cut = false;    // longer than the cap: SkipRest must be called before Next
};

// Reads [begin, end) of a regular file. Not thread-safe.
class LineReader {
 public:
  // Longer lines are handed over as their first bytes, so that one hostile line cannot take all
  // memory. The decoder refuses anything over 1 MiB anyway.
  static constexpr size_t kLineBytesMax = size_t{16} << 20;

  // NotFound, PermissionDenied or InvalidArgument (not a regular file), with clear texts.
  static absl::StatusOr<std::unique_ptr<LineReader>> Open(const std::string& path);
  ~LineReader();
  LineReader(const LineReader&) = delete;
  LineReader& operator=(const LineReader&) = delete;

  // Length of the file now.
  absl::StatusOr<int64_t> FileBytes() const;
  // Begins at a byte, which must be the first of a line, and ends before `end`.
  void Restart(int64_t begin, int64_t end);

  // False at the end. What stands there without a line end is a line too.
  absl::StatusOr<bool> Next(Line* line);
  // Passes over the rest of a cut line; `visit` gets its bytes, line end included.
  template <typename Visit>
  absl::Status SkipRest(Visit&& visit) {
    bool more = true;
    while (more) {
      std::string_view piece;
      auto status = NextPiece(&piece);
      if (!status.ok()) return status.status();
      more = *status;
      visit(piece);
    }
    return absl::OkStatus();
  }

  // The byte behind what Next and SkipRest gave.
  int64_t position() const { return buffer_offset_ + static_cast<int64_t>(begin_); }
  const std::string& path() const { return path_; }

 private:
  static constexpr size_t kReadBytes = size_t{1} << 20;

  LineReader(int fd, std::string path);
  // Appends to the buffer; false at the end.
  absl::StatusOr<bool> Fill();
  // A piece of the line that goes on; false if it holds the line's end.
  absl::StatusOr<bool> NextPiece(std::string_view* piece);

  const int fd_;
  const std::string path_;
  std::vector<char> buffer_;
  size_t begin_ = 0, end_ = 0;  // unread bytes in the buffer
  int64_t buffer_offset_ = 0;   // of buffer_[0] in the file
  int64_t limit_ = 0;
};

}  // namespace vigla
