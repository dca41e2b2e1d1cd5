// Writes at known offsets, so that a failed append leaves nothing that could be mistaken. Warm.
#include "connectors/file/output_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "engine/base/status.h"

namespace vigla {

absl::Status SystemError(const std::string& what, int error) {
  const std::string text = what + ": " + std::strerror(error);
  switch (error) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return MakeError(absl::StatusCode::kResourceExhausted, text);
    case EACCES:
    case EPERM:
    case EROFS:
      return MakeError(absl::StatusCode::kPermissionDenied, text);
    case ENOENT:
      return MakeError(absl::StatusCode::kNotFound, text);
    default:
      return MakeError(absl::StatusCode::kInternal, text);
  }
}

absl::StatusOr<std::unique_ptr<OutputFile>> OutputFile::Open(const std::string& path) {
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
  if (fd < 0) return SystemError("cannot open " + path, errno);
  return std::unique_ptr<OutputFile>(new OutputFile(fd, path));
}

absl::StatusOr<std::unique_ptr<OutputFile>> OutputFile::OpenToRead(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return SystemError("cannot open " + path, errno);
  return std::unique_ptr<OutputFile>(new OutputFile(fd, path));
}

OutputFile::~OutputFile() { close(fd_); }

absl::Status OutputFile::AppendLines(std::span<const std::string_view> lines) {
  constexpr size_t kPiecesMax = 512;  // far below IOV_MAX
  static char line_end = '\n';
  iovec pieces[kPiecesMax];
  while (!lines.empty()) {
    const size_t count = std::min(lines.size(), kPiecesMax / 2);
    for (size_t i = 0; i < count; ++i) {
      pieces[2 * i] = {const_cast<char*>(lines[i].data()), lines[i].size()};
      pieces[2 * i + 1] = {&line_end, 1};
    }
    RETURN_IF_ERROR(AppendPieces({pieces, 2 * count}));
    lines = lines.subspan(count);
  }
  return absl::OkStatus();
}

absl::Status OutputFile::AppendPieces(std::span<iovec> pieces) {
  while (!pieces.empty()) {
    const ssize_t written =
        pwritev(fd_, pieces.data(), static_cast<int>(pieces.size()), written_bytes_);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return SystemError("cannot write " + path_, written < 0 ? errno : ENOSPC);
    written_bytes_ += written;
    auto left = static_cast<size_t>(written);
    while (!pieces.empty() && left >= pieces.front().iov_len) {
      left -= pieces.front().iov_len;
      pieces = pieces.subspan(1);
    }
    if (left == 0) continue;
    pieces.front().iov_base = static_cast<char*>(pieces.front().iov_base) + left;
    pieces.front().iov_len -= left;
  }
  return absl::OkStatus();
}

absl::Status OutputFile::Sync() {
  if (fdatasync(fd_) != 0) return SystemError("cannot sync " + path_, errno);
  return absl::OkStatus();
}

absl::Status OutputFile::Revert() {
  written_bytes_ = committed_bytes_;
  if (ftruncate(fd_, committed_bytes_) != 0) return SystemError("cannot cut " + path_, errno);
  return absl::OkStatus();
}

absl::Status OutputFile::CutTo(int64_t bytes) {
  ASSIGN_OR_RETURN(const int64_t have, FileBytes());
  if (have < bytes) {
    return MakeError(absl::StatusCode::kFailedPrecondition,
                     path_ + " has " + std::to_string(have) + " bytes, but the journal committed " +
                         std::to_string(bytes) + ": it was cut or replaced. Put the original back");
  }
  committed_bytes_ = bytes;
  if (have > bytes) return Revert();
  written_bytes_ = bytes;
  return absl::OkStatus();
}

absl::StatusOr<int64_t> OutputFile::FileBytes() const {
  struct stat status;
  if (fstat(fd_, &status) != 0) return SystemError("cannot look at " + path_, errno);
  return status.st_size;
}

absl::StatusOr<std::string> OutputFile::Read(int64_t begin, int64_t end) const {
  std::string bytes(static_cast<size_t>(end - begin), '\0');
  size_t have = 0;
  while (have < bytes.size()) {
    const ssize_t got = pread(fd_, bytes.data() + have, bytes.size() - have,
                              begin + static_cast<int64_t>(have));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return SystemError("cannot read " + path_, got < 0 ? errno : EIO);
    have += static_cast<size_t>(got);
  }
  return bytes;
}

absl::Status SyncFolder(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return SystemError("cannot open the folder " + path, errno);
  const int result = fsync(fd);
  const int error = errno;
  close(fd);
  // Some file systems cannot sync folders and need not.
  if (result != 0 && error != EINVAL) return SystemError("cannot sync the folder " + path, error);
  return absl::OkStatus();
}

}  // namespace vigla
