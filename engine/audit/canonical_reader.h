// Reads canonical JSON (no white space, as engine/base/json_writer.h writes it) from left to right
// and hands out the exact bytes. Warm. Anything else makes it fail, and it stays failed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/hash.h"

namespace vigla {

// Does not own the text. Bytes are taken as they are: whether they are UTF-8 is IsUtf8's business.
class CanonicalReader {
 public:
  static constexpr int kDepthMax = 64;

  explicit CanonicalReader(std::string_view json) : text_(json) {}

  bool ok() const { return ok_; }
  bool AtEnd() const { return ok_ && position_ == text_.size(); }
  size_t position() const { return position_; }

  // Consumes exactly these bytes.
  bool Expect(std::string_view bytes);
  // Consumes them if they are there; failing to is no failure.
  bool Accept(std::string_view bytes);

  // A string's bytes between its quotes, escapes as they stand.
  bool RawString(std::string_view* raw);
  // A string, unescaped.
  bool String(std::string* value);
  // A counter as a string of digits without leading zero.
  bool Counter(uint64_t* value);
  bool Integer(int64_t* value);
  bool HexDigest(Digest* digest);
  // Any value; its bytes.
  bool Value(std::string_view* raw);

  // Walks an object: call after Expect("{"); true with the key's raw bytes while there is one
  // more member, whose value must then be consumed; false after the closing brace.
  bool Member(std::string_view* raw_key);
  // The same for an array, after Expect("[").
  bool Element();

 private:
  bool Fail() {
    ok_ = false;
    return false;
  }
  bool SkipValue(int depth);
  bool SkipNumber();

  std::string_view text_;
  size_t position_ = 0;
  bool ok_ = true;
};

// False unless `raw`, the inside of a JSON string, has sound escapes.
bool UnescapeJson(std::string_view raw, std::string* value);

bool IsUtf8(std::string_view text);

}  // namespace vigla
