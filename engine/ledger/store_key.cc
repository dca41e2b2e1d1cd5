// Keys of ledger values: a subject's record, and its chunks in time order. Warm.
#include "engine/ledger/store_key.h"

#include "engine/base/check.h"
#include "engine/ledger/byte_codec.h"

namespace vigla {
namespace {

constexpr size_t kSuffixBytes = 8 + 8 + 1;
constexpr uint64_t kSignBit = uint64_t{1} << 63;

void AppendBigEndian(uint64_t value, std::string* out) {
  for (int shift = 56; shift >= 0; shift -= 8) out->push_back(static_cast<char>(value >> shift));
}

uint64_t ReadBigEndian(std::string_view bytes) {
  uint64_t value = 0;
  for (int i = 0; i < 8; ++i) value = (value << 8) | static_cast<uint8_t>(bytes[i]);
  return value;
}

}  // namespace

std::string RecordKey(SubjectKind kind, std::string_view tenant, std::string_view id) {
  std::string key;
  SetRecordKey(kind, tenant, id, &key);
  return key;
}

void SetRecordKey(SubjectKind kind, std::string_view tenant, std::string_view id,
                  std::string* key) {
  key->clear();
  key->reserve(3 + tenant.size() + id.size());
  ByteWriter writer(key);
  writer.Byte(static_cast<uint8_t>(kRecordKeyTag));
  writer.Byte(static_cast<uint8_t>(kind));
  writer.Text(tenant);
  writer.Bytes(id);
}

std::optional<SubjectIdentity> ParseRecordKey(std::string_view key) {
  ByteReader reader(key);
  if (reader.Byte() != static_cast<uint8_t>(kRecordKeyTag)) return std::nullopt;
  SubjectIdentity identity;
  const uint8_t kind = reader.Byte();
  identity.tenant = reader.Text();
  identity.id = reader.Bytes(reader.remaining());
  if (!reader.ok() || kind < static_cast<uint8_t>(SubjectKind::kAccount) ||
      kind > static_cast<uint8_t>(SubjectKind::kMerchant)) {
    return std::nullopt;
  }
  identity.kind = static_cast<SubjectKind>(kind);
  return identity;
}

std::string ChunkKeyPrefix(std::string_view record_key) {
  const std::optional<SubjectIdentity> identity = ParseRecordKey(record_key);
  CHECK(identity.has_value());
  std::string prefix;
  prefix.reserve(record_key.size() + 2 + kSuffixBytes);
  ByteWriter writer(&prefix);
  writer.Byte(static_cast<uint8_t>(kChunkKeyTag));
  writer.Byte(static_cast<uint8_t>(identity->kind));
  writer.Text(identity->tenant);
  writer.Text(identity->id);
  writer.Flush();
  return prefix;
}

std::string ChunkKey(std::string_view prefix, const EntryKey& first) {
  std::string key(prefix);
  AppendBigEndian(static_cast<uint64_t>(first.time.us) ^ kSignBit, &key);
  AppendBigEndian(first.sequence.value, &key);
  key.push_back(static_cast<char>(first.direction));
  return key;
}

std::string ChunkKeyEnd(std::string_view prefix) {
  return std::string(prefix) + std::string(kSuffixBytes, '\xff');
}

std::optional<EntryKey> ParseChunkKey(std::string_view prefix, std::string_view key) {
  if (key.size() != prefix.size() + kSuffixBytes || !key.starts_with(prefix)) return std::nullopt;
  const std::string_view suffix = key.substr(prefix.size());
  EntryKey first;
  first.time.us = static_cast<int64_t>(ReadBigEndian(suffix) ^ kSignBit);
  first.sequence.value = ReadBigEndian(suffix.substr(8));
  if (static_cast<uint8_t>(suffix[16]) > 1) return std::nullopt;
  first.direction = static_cast<Direction>(suffix[16]);
  return first;
}

}  // namespace vigla
