// A block of the sequence index: ids and positions of consecutive transactions. Warm.
#include "engine/ledger/index_block.h"

#include <algorithm>
#include <array>
#include <utility>

#include "engine/base/check.h"
#include "engine/base/status.h"
#include "engine/ledger/byte_codec.h"

namespace vigla {
namespace {

// How what an id does not share with the one before it is written. Persisted: do not renumber.
enum IdForm : uint64_t {
  kPlain = 0,
  kNibbles = 1,  // lower-case hexadecimal or decimal: two characters a byte
  kUuid = 2,     // 8-4-4-4-12 lower-case hexadecimal: 16 bytes, nothing shared
};
constexpr uint64_t kIdForms = 4;
constexpr std::string_view kDigits = "0123456789abcdef";
constexpr uint8_t kNoDigit = 16;
constexpr std::array<uint8_t, 256> MakeNibbles() {
  std::array<uint8_t, 256> nibbles{};
  nibbles.fill(kNoDigit);
  for (size_t i = 0; i < kDigits.size(); ++i) {
    nibbles[static_cast<uint8_t>(kDigits[i])] = static_cast<uint8_t>(i);
  }
  return nibbles;
}
constexpr std::array<uint8_t, 256> kNibbleOf = MakeNibbles();
uint8_t NibbleOf(char digit) { return kNibbleOf[static_cast<uint8_t>(digit)]; }

constexpr size_t kUuidLength = 36;
constexpr size_t kUuidDigits = 32;
constexpr size_t kIdBytesMax = 4096;

bool IsHyphenPlace(size_t at) { return at == 8 || at == 13 || at == 18 || at == 23; }

bool IsDigits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return NibbleOf(c) != kNoDigit; });
}

// The digits of a UUID; empty if it is none.
std::string UuidDigits(std::string_view id) {
  std::string digits;
  if (id.size() != kUuidLength) return digits;
  for (size_t i = 0; i < id.size(); ++i) {
    if (IsHyphenPlace(i) != (id[i] == '-')) return {};
    if (id[i] != '-') digits.push_back(id[i]);
  }
  return IsDigits(digits) ? digits : std::string();
}

void WriteNibbles(std::string_view digits, ByteWriter* writer) {
  for (size_t i = 0; i < digits.size(); i += 2) {
    const int low = i + 1 < digits.size() ? NibbleOf(digits[i + 1]) : 0;
    writer->Byte(static_cast<uint8_t>(NibbleOf(digits[i]) << 4 | low));
  }
}

void ReadNibbles(size_t count, ByteReader* reader, std::string* out) {
  const std::string_view bytes = reader->Bytes((count + 1) / 2);
  if (!reader->ok()) return;
  for (size_t i = 0; i < count; ++i) {
    const auto byte = static_cast<uint8_t>(bytes[i / 2]);
    out->push_back(kDigits[i % 2 == 0 ? byte >> 4 : byte & 15]);
  }
}

void WriteId(std::string_view id, std::string_view before, ByteWriter* writer) {
  if (const std::string digits = UuidDigits(id); !digits.empty()) {
    writer->Varint(kUuid);
    return WriteNibbles(digits, writer);
  }
  const size_t shared = static_cast<size_t>(
      std::mismatch(id.begin(), id.end(), before.begin(), before.end()).first - id.begin());
  const std::string_view rest = id.substr(shared);
  const bool has_digits_only = IsDigits(rest);
  writer->Varint(rest.size() * kIdForms + (has_digits_only ? kNibbles : kPlain));
  writer->Varint(shared);
  has_digits_only ? WriteNibbles(rest, writer) : writer->Bytes(rest);
}

std::string ReadId(std::string_view before, ByteReader* reader) {
  const uint64_t head = reader->Bounded(kIdBytesMax * kIdForms);
  std::string id;
  if (head == kUuid) {
    std::string digits;
    ReadNibbles(kUuidDigits, reader, &digits);
    for (const char digit : digits) {
      if (IsHyphenPlace(id.size())) id.push_back('-');
      id.push_back(digit);
    }
    return id;
  }
  id = before.substr(0, reader->Bounded(before.size()));
  switch (head % kIdForms) {
    case kPlain: id += reader->Bytes(head / kIdForms); break;
    case kNibbles: ReadNibbles(head / kIdForms, reader, &id); break;
    default: reader->Fail();
  }
  return id;
}

// Each partition's offsets grow by little from record to record.
struct Partition {
  uint16_t topic = 0;
  int32_t partition = 0;
  int64_t offset = 0;  // of its last record so far
};

}  // namespace

void IndexBlock::Append(std::string_view id, const RecordPosition& position) {
  // A source's identifier is at most 64 code points long (design.md, 3).
  CHECK(id.size() <= kIdBytesMax);
  ids_ += id;
  ends_.push_back(static_cast<uint32_t>(ids_.size()));
  positions_.push_back(position);
}

void IndexBlock::Truncate(Sequence end) {
  if (end >= this->end()) return;
  const size_t count = end > first_ ? static_cast<size_t>(end.value - first_.value) : 0;
  ends_.resize(count);
  positions_.resize(count);
  ids_.resize(count == 0 ? 0 : ends_.back());
}

std::string_view IndexBlock::IdOf(Sequence sequence) const {
  const size_t index = static_cast<size_t>(sequence.value - first_.value);
  const size_t begin = index == 0 ? 0 : ends_[index - 1];
  return std::string_view(ids_).substr(begin, ends_[index] - begin);
}

std::string IndexBlock::Encode() const {
  std::string value;
  ByteWriter writer(&value);
  writer.Byte(kIndexFormatVersion);
  writer.Varint(first_.value);
  writer.Varint(positions_.size());
  std::string_view before;
  for (Sequence s = first_; s < end(); ++s.value) {
    WriteId(IdOf(s), before, &writer);
    before = IdOf(s);
  }
  std::vector<Partition> partitions;
  for (const RecordPosition& position : positions_) {
    auto found = std::find_if(partitions.begin(), partitions.end(), [&](const Partition& p) {
      return p.topic == position.topic && p.partition == position.partition;
    });
    writer.Varint(static_cast<uint64_t>(found - partitions.begin()));
    if (found == partitions.end()) {
      partitions.push_back({position.topic, position.partition, 0});
      found = partitions.end() - 1;
      writer.Varint(position.topic);
      writer.Signed(position.partition);
    }
    writer.Signed(position.offset - found->offset);
    found->offset = position.offset;
  }
  writer.Flush();
  AppendChecksum(&value);
  return value;
}

absl::StatusOr<IndexBlock> IndexBlock::Decode(std::string_view value, uint64_t records_max) {
  ASSIGN_OR_RETURN(const std::string_view payload, CheckedPayload(value, "an index block"));
  ByteReader reader(payload);
  if (reader.Byte() != kIndexFormatVersion) reader.Fail();
  IndexBlock block(Sequence{reader.Bounded(UINT64_MAX / 2)});
  const uint64_t count = reader.Bounded(records_max);
  std::vector<std::string> ids;
  for (uint64_t i = 0; i < count && reader.ok(); ++i) {
    ids.push_back(ReadId(i == 0 ? std::string_view() : std::string_view(ids.back()), &reader));
    if (ids.back().size() > kIdBytesMax) reader.Fail();
  }
  std::vector<Partition> partitions;
  for (uint64_t i = 0; i < count && reader.ok(); ++i) {
    const uint64_t number = reader.Bounded(partitions.size());
    if (number == partitions.size()) {
      Partition partition;
      partition.topic = static_cast<uint16_t>(reader.Bounded(UINT16_MAX));
      partition.partition = static_cast<int32_t>(reader.Signed());
      partitions.push_back(partition);
    }
    Partition& of = partitions[number];
    of.offset = static_cast<int64_t>(static_cast<uint64_t>(of.offset) +
                                     static_cast<uint64_t>(reader.Signed()));
    if (reader.ok()) block.Append(ids[i], {of.topic, of.partition, of.offset});
  }
  if (!reader.ok() || !reader.AtEnd()) {
    return MakeError(absl::StatusCode::kDataLoss,
                     "state store: an index block is not readable by this version; move the state "
                     "directory away to have it rebuilt from the input");
  }
  return block;
}

}  // namespace vigla
