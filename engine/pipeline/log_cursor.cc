// Reads a log in chunks: the port pushes, the replay pulls. Cold.
#include "engine/pipeline/log_cursor.h"

#include "engine/base/status.h"

namespace vigla {

absl::Status LogCursor::Fill() {
  size_t bytes = 0;
  const absl::Status status = output_->ReadLog(
      topic_, mark_, [&](std::string_view value, const OutputMark& after) -> absl::Status {
        bytes += value.size();
        buffer_.emplace_back(std::string(value), after);
        mark_ = after;
        if (bytes < kChunkBytes) return absl::OkStatus();
        return MakeError(absl::StatusCode::kCancelled, "the chunk is full");
      });
  if (absl::IsCancelled(status)) return absl::OkStatus();
  at_end_ = status.ok();
  return status;
}

absl::StatusOr<bool> LogCursor::Next(std::string* value, OutputMark* after) {
  if (buffer_.empty() && !at_end_) RETURN_IF_ERROR(Fill());
  if (buffer_.empty()) return false;
  *value = std::move(buffer_.front().first);
  *after = std::move(buffer_.front().second);
  buffer_.pop_front();
  return true;
}

}  // namespace vigla
