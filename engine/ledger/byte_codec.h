// How numbers become bytes in ledger values: varints, zigzag, checksums. Warm.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "engine/base/hash.h"
#include "engine/model/money.h"

namespace vigla {

// Appends to a string that the caller owns, and has done so after Flush or at its end only: many
// small appends to a string take far longer than a few large ones.
class ByteWriter {
 public:
  explicit ByteWriter(std::string* out) : out_(out) {}
  ~ByteWriter() { Flush(); }
  ByteWriter(const ByteWriter&) = delete;
  ByteWriter& operator=(const ByteWriter&) = delete;

  void Flush() {
    out_->append(pending_.data(), count_);
    count_ = 0;
  }

  void Byte(uint8_t value) {
    MakeRoom(1);
    pending_[count_++] = static_cast<char>(value);
  }
  void Bytes(std::string_view bytes);
  // Seven bits a byte, least significant first, the top bit says that more follow (LEB128).
  void Varint(uint64_t value) {
    MakeRoom(10);
    for (; value >= 0x80; value >>= 7) pending_[count_++] = static_cast<char>(value | 0x80);
    pending_[count_++] = static_cast<char>(value);
  }
  // Small magnitudes of either sign are short.
  void Signed(int64_t value) {
    Varint((static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63));
  }
  void Signed128(Int128 value);
  // Length and bytes.
  void Text(std::string_view text) {
    Varint(text.size());
    Bytes(text);
  }
  // 16 bytes, big-endian.
  void Hash(const Hash128& hash) {
    static_assert(std::endian::native == std::endian::little);
    const uint64_t halves[] = {__builtin_bswap64(hash.high), __builtin_bswap64(hash.low)};
    MakeRoom(sizeof(halves));
    std::memcpy(pending_.data() + count_, halves, sizeof(halves));
    count_ += sizeof(halves);
  }
  void Fixed32(uint32_t value);  // little-endian

 private:
  void MakeRoom(size_t bytes) {
    if (count_ + bytes > pending_.size()) Flush();
  }

  std::string* const out_;
  size_t count_ = 0;
  std::array<char, 232> pending_;
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
