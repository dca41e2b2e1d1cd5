// Messages of the language server protocol out of a stream of bytes. Cold.
//   Content-Length: 42\r\n
//   \r\n
//   …42 bytes of JSON…
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace vigla {

// Takes bytes as they come, cut anywhere. Not thread-safe.
class MessageReader {
 public:
  static constexpr size_t kHeaderBytesMax = 4096;
  static constexpr size_t kMessageBytesMax = size_t{16} << 20;

  void Append(std::string_view bytes) { buffer_.append(bytes); }
  // Moves the next whole message's body into *body; false if more bytes are needed. After
  // InvalidArgument (no length, one that is no number, too large a message) there is no telling
  // where the next message begins: the stream is of no more use.
  absl::StatusOr<bool> Next(std::string* body);

 private:
  std::string buffer_;
};

// The body with its header in front.
std::string FrameMessage(std::string_view body);

}  // namespace vigla
