// How numbers become bytes in ledger values: varints, zigzag, checksums. Warm.
#include "engine/ledger/byte_codec.h"

#include <xxhash.h>

#include "engine/base/status.h"

namespace vigla {
namespace {

using Unsigned128 = unsigned __int128;

}  // namespace

void ByteWriter::Bytes(std::string_view bytes) {
  MakeRoom(bytes.size());
  if (bytes.size() > pending_.size()) {
    out_->append(bytes);
    return;
  }
  std::memcpy(pending_.data() + count_, bytes.data(), bytes.size());
  count_ += bytes.size();
}

void ByteWriter::Signed128(Int128 value) {
  Unsigned128 bits =
      (static_cast<Unsigned128>(value) << 1) ^ static_cast<Unsigned128>(value >> 127);
  while (bits >= 0x80) {
    Byte(static_cast<uint8_t>(bits) | 0x80);
    bits >>= 7;
  }
  Byte(static_cast<uint8_t>(bits));
}

void ByteWriter::Fixed32(uint32_t value) {
  for (int shift = 0; shift < 32; shift += 8) Byte(static_cast<uint8_t>(value >> shift));
}

uint8_t ByteReader::Byte() {
  if (rest_.empty()) {
    Fail();
    return 0;
  }
  const uint8_t value = static_cast<uint8_t>(rest_.front());
  rest_.remove_prefix(1);
  return value;
}

std::string_view ByteReader::Bytes(size_t count) {
  if (count > rest_.size()) {
    Fail();
    return {};
  }
  const std::string_view bytes = rest_.substr(0, count);
  rest_.remove_prefix(count);
  return bytes;
}

uint64_t ByteReader::Varint() {
  uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    const uint8_t byte = Byte();
    if (shift == 63 && byte > 1) break;
    value |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if ((byte & 0x80) == 0) return value;
  }
  Fail();
  return 0;
}

int64_t ByteReader::Signed() {
  const uint64_t bits = Varint();
  return static_cast<int64_t>((bits >> 1) ^ (~(bits & 1) + 1));
}

Int128 ByteReader::Signed128() {
  Unsigned128 bits = 0;
  for (int shift = 0; shift < 128; shift += 7) {
    const uint8_t byte = Byte();
    if (shift == 126 && byte > 3) break;
    bits |= static_cast<Unsigned128>(byte & 0x7f) << shift;
    if ((byte & 0x80) == 0) return static_cast<Int128>((bits >> 1) ^ (~(bits & 1) + 1));
  }
  Fail();
  return 0;
}

std::string_view ByteReader::Text() { return Bytes(Varint()); }

Hash128 ByteReader::Hash() {
  Hash128 hash;
  const std::string_view bytes = Bytes(sizeof(hash));
  if (bytes.empty()) return hash;
  std::memcpy(&hash.high, bytes.data(), sizeof(hash.high));
  std::memcpy(&hash.low, bytes.data() + sizeof(hash.high), sizeof(hash.low));
  hash.high = __builtin_bswap64(hash.high);
  hash.low = __builtin_bswap64(hash.low);
  return hash;
}

uint32_t ByteReader::Fixed32() {
  uint32_t value = 0;
  for (int shift = 0; shift < 32; shift += 8) value |= static_cast<uint32_t>(Byte()) << shift;
  return value;
}

uint64_t ByteReader::Bounded(uint64_t max) {
  const uint64_t value = Varint();
  if (value <= max) return value;
  Fail();
  return 0;
}

void AppendChecksum(std::string* value) {
  const uint64_t hash = XXH3_64bits(value->data(), value->size());
  ByteWriter(value).Fixed32(static_cast<uint32_t>(hash));
}

absl::StatusOr<std::string_view> CheckedPayload(std::string_view value, std::string_view what) {
  if (value.size() >= 4) {
    const std::string_view payload = value.substr(0, value.size() - 4);
    ByteReader stored(value.substr(payload.size()));
    if (stored.Fixed32() == static_cast<uint32_t>(XXH3_64bits(payload.data(), payload.size()))) {
      return payload;
    }
  }
  return MakeError(absl::StatusCode::kDataLoss,
                   "state store: " + std::string(what) +
                       " has a checksum that does not fit; move the state directory away to have "
                       "it rebuilt from the input");
}

}  // namespace vigla
