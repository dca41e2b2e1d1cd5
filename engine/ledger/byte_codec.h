// How numbers become bytes in ledger values: varints, zigzag, checksums. Warm.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "engine/base/hash.h"
#include "engine/model/money.h"

namespace vigla {

// Appends to a string that the caller owns.
class ByteWriter {
 public:
  explicit ByteWriter(std::string* out) : out_(out) {}

  void Byte(uint8_t value) { out_->push_back(static_cast<char>(value)); }
  void Bytes(std::string_view bytes) { out_->append(bytes); }
  // Seven bits a byte, least significant first, the top bit says that more follow (LEB128).
  void Varint(uint64_t value) {
    if (value < 0x80) return Byte(static_cast<uint8_t>(value));
    LongVarint(value);
  }
  // Small magnitudes of either sign are short.
  void Signed(int64_t value);
  void Signed128(Int128 value);
  void Text(std::string_view text);  // length and bytes
  void Hash(const Hash128& hash);    // 16 bytes, big-endian
  void Fixed32(uint32_t value);      // little-endian

 private:
  void LongVarint(uint64_t value);

  std::string* out_;
};

// Reads what ByteWriter wrote. After a failure every read gives zero and ok() is false, so that
// callers check once at the end of a block; sizes are bounded by what remains.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

  uint8_t Byte();
  std::string_view Bytes(size_t count);
  uint64_t Varint();
  int64_t Signed();
  Int128 Signed128();
  std::string_view Text();
  Hash128 Hash();
  uint32_t Fixed32();
  // A varint of at most `max`.
  uint64_t Bounded(uint64_t max);

  void Fail() {
    ok_ = false;
    rest_ = {};
  }
  bool ok() const { return ok_; }
  bool AtEnd() const { return rest_.empty(); }
  size_t remaining() const { return rest_.size(); }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

// A value as stored ends with four bytes of XXH3 over what comes before.
void AppendChecksum(std::string* value);
// What comes before the checksum; DataLoss if it does not fit. `what` names the value for people.
absl::StatusOr<std::string_view> CheckedPayload(std::string_view value, std::string_view what);

}  // namespace vigla
