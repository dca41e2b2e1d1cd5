// read(2) into one buffer that is compacted when a line does not fit. Hot.
#include "connectors/file/line_reader.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "engine/base/status.h"

namespace vigla {

absl::StatusOr<std::unique_ptr<LineReader>> LineReader::Open(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) {
    const absl::StatusCode code = errno == ENOENT   ? absl::StatusCode::kNotFound
                                  : errno == EACCES ? absl::StatusCode::kPermissionDenied
                                                    : absl::StatusCode::kInternal;
    return MakeError(code, "cannot open " + path + ": " + std::strerror(errno));
  }
  struct stat status;
  if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
    close(fd);
    return MakeError(absl::StatusCode::kInvalidArgument,
                     path + " is not a regular file; offsets need one that can be read again");
  }
  return std::unique_ptr<LineReader>(new LineReader(fd, path));
}

LineReader::LineReader(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
LineReader::~LineReader() { close(fd_); }

absl::StatusOr<int64_t> LineReader::FileBytes() const {
  struct stat status;
  if (fstat(fd_, &status) != 0) {
    return MakeError(absl::StatusCode::kInternal, path_ + ": " + std::strerror(errno));
  }
  return status.st_size;
}

void LineReader::Restart(int64_t begin, int64_t end) {
  begin_ = end_ = 0;
  buffer_offset_ = begin;
  limit_ = std::max(begin, end);
}

absl::StatusOr<bool> LineReader::Fill() {
  if (begin_ > 0 && (begin_ == end_ || buffer_.size() - end_ < kReadBytes)) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    buffer_offset_ += static_cast<int64_t>(begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (buffer_.size() - end_ < kReadBytes) {
    buffer_.resize(std::max(buffer_.size() * 2, end_ + kReadBytes));
  }
  const int64_t offset = buffer_offset_ + static_cast<int64_t>(end_);
  const size_t want = static_cast<size_t>(
      std::min<int64_t>(static_cast<int64_t>(buffer_.size() - end_), limit_ - offset));
  if (want == 0) return false;
  ssize_t got;
  do {
    got = pread(fd_, buffer_.data() + end_, want, offset);
  } while (got < 0 && errno == EINTR);
  if (got < 0) {
    return MakeError(absl::StatusCode::kInternal,
                     "cannot read " + path_ + ": " + std::strerror(errno));
  }
  if (got == 0) {
    return MakeError(absl::StatusCode::kFailedPrecondition,
                     path_ + " became shorter while it was read; input files may only grow");
  }
  end_ += static_cast<size_t>(got);
  return true;
}

absl::StatusOr<bool> LineReader::Next(Line* line) {
  size_t searched = 0;
  while (true) {
    const char* begin = buffer_.data() + begin_;
    const size_t bytes = end_ - begin_;
    const void* found =
        bytes == searched ? nullptr : std::memchr(begin + searched, '\n', bytes - searched);
    size_t text_bytes =
        found == nullptr ? bytes : static_cast<size_t>(static_cast<const char*>(found) - begin);
    line->is_cut = text_bytes > kLineBytesMax;
    bool at_end = false;
    if (found == nullptr && !line->is_cut) {
      searched = bytes;
      ASSIGN_OR_RETURN(const bool more, Fill());
      if (more) continue;
      if (bytes == 0) return false;
      at_end = true;
    }
    if (line->is_cut) text_bytes = kLineBytesMax;
    const bool has_end = !at_end && !line->is_cut;
    begin = buffer_.data() + begin_;  // Fill may have moved it
    line->text = {begin, text_bytes};
    line->raw = {begin, text_bytes + (has_end ? 1 : 0)};
    begin_ += line->raw.size();
    return true;
  }
}

absl::StatusOr<bool> LineReader::NextPiece(std::string_view* piece) {
  if (begin_ == end_) {
    ASSIGN_OR_RETURN(const bool more, Fill());
    if (!more) {
      *piece = {};
      return false;
    }
  }
  const char* begin = buffer_.data() + begin_;
  const void* found = std::memchr(begin, '\n', end_ - begin_);
  const size_t bytes = found == nullptr
                           ? end_ - begin_
                           : static_cast<size_t>(static_cast<const char*>(found) - begin) + 1;
  *piece = {begin, bytes};
  begin_ += bytes;
  return found == nullptr;
}

}  // namespace vigla
