// Messages of the language server protocol out of a stream of bytes. Cold.
#include "engine/lsp/message_reader.h"

#include <charconv>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "engine/base/status.h"

namespace vigla {
namespace {

absl::Status Malformed(std::string_view what) {
  return MakeError(absl::StatusCode::kInvalidArgument, what);
}

std::string_view Trimmed(std::string_view text) {
  return ToStd(absl::StripAsciiWhitespace(ToAbsl(text)));
}

// The length that the header names; other fields are passed over, as the protocol demands.
absl::StatusOr<size_t> LengthIn(std::string_view header) {
  std::optional<size_t> length;
  while (!header.empty()) {
    const size_t end = header.find("\r\n");
    const std::string_view line = header.substr(0, end);
    header.remove_prefix(end == std::string_view::npos ? header.size() : end + 2);
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos) return Malformed("a header line without a colon");
    if (!absl::EqualsIgnoreCase(ToAbsl(line.substr(0, colon)), "Content-Length")) continue;
    const std::string_view digits = Trimmed(line.substr(colon + 1));
    size_t value = 0;
    const auto [rest, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (digits.empty() || error != std::errc() || rest != digits.data() + digits.size()) {
      return Malformed("Content-Length is no number");
    }
    if (value > MessageReader::kMessageBytesMax) return Malformed("the message is too large");
    length = value;
  }
  if (!length) return Malformed("a header without Content-Length");
  return *length;
}

}  // namespace

absl::StatusOr<bool> MessageReader::Next(std::string* body) {
  const size_t end = buffer_.find("\r\n\r\n");
  if (end == std::string::npos) {
    if (buffer_.size() > kHeaderBytesMax) return Malformed("a header without an end");
    return false;
  }
  if (end > kHeaderBytesMax) return Malformed("a header without an end");
  ASSIGN_OR_RETURN(const size_t length, LengthIn(std::string_view(buffer_).substr(0, end)));
  const size_t begin = end + 4;
  if (buffer_.size() - begin < length) return false;
  body->assign(buffer_, begin, length);
  buffer_.erase(0, begin + length);
  return true;
}

std::string FrameMessage(std::string_view body) {
  return "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

}  // namespace vigla
