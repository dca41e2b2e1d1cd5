// Chunks as bytes: column by column, differences instead of values. Warm.
#include "engine/ledger/chunk_codec.h"

#include <algorithm>
#include <array>
#include <compare>
#include <limits>

#include "absl/container/inlined_vector.h"
#include "engine/base/status.h"

namespace vigla {
namespace {

enum Flags : uint8_t { kHasOwnAccounts = 1, kAllFlags = 1 };

// Times are stored in the coarsest of these units that divides them all.
constexpr std::array<int64_t, 3> kTimeUnitsUs = {1, 1000, kSecondUs};

// What entries of one account mostly share: stored once a chunk and referred to by number.
struct Traits {
  uint16_t currency = 0, country = 0, channel = 0;
  uint8_t kind = 0, status = 0, direction = 0;
  bool has_base_amount = false;
  auto operator<=>(const Traits&) const = default;
};

Traits TraitsOf(const Entry& entry, size_t channel) {
  return {entry.currency.packed,
          entry.country.packed,
          static_cast<uint16_t>(channel),
          static_cast<uint8_t>(entry.kind),
          static_cast<uint8_t>(entry.status),
          static_cast<uint8_t>(entry.direction),
          entry.has_base_amount};
}

// Distinct values in the order of their first use, and each entry's number among them. Images are
// made all the time, of few entries each: those take no memory of the heap.
template <typename T>
struct Dictionary {
  absl::InlinedVector<T, 8> values;
  absl::InlinedVector<size_t, 16> number_of;

  void Add(const T& value) {
    const auto found = std::find(values.begin(), values.end(), value);
    const auto number = static_cast<size_t>(found - values.begin());
    if (found == values.end()) values.push_back(value);
    number_of.push_back(number);
  }
};

size_t TimeUnitOf(std::span<const Entry> entries) {
  for (size_t unit = kTimeUnitsUs.size() - 1; unit > 0; --unit) {
    if (std::all_of(entries.begin(), entries.end(), [&](const Entry& entry) {
          return entry.time.us % kTimeUnitsUs[unit] == 0;
        })) {
      return unit;
    }
  }
  return 0;
}

void WriteHashes(const Dictionary<Hash128>& hashes, ByteWriter* writer) {
  writer->Varint(hashes.values.size());
  for (const Hash128& hash : hashes.values) writer->Hash(hash);
  for (size_t number : hashes.number_of) writer->Varint(number);
}

void WriteNumbers(std::span<const Entry> entries, ByteWriter* writer) {
  const size_t unit = TimeUnitOf(entries);
  writer->Byte(static_cast<uint8_t>(unit));
  int64_t time = 0;
  uint64_t sequence = 0;
  for (const Entry& entry : entries) {
    const int64_t units = entry.time.us / kTimeUnitsUs[unit];
    writer->Signed(units - time);
    time = units;
  }
  for (const Entry& entry : entries) {
    writer->Signed(static_cast<int64_t>(entry.sequence.value - sequence));
    sequence = entry.sequence.value;
  }
  for (const Entry& entry : entries) writer->Signed(entry.amount.ten_thousandths);
  for (const Entry& entry : entries) {
    if (entry.has_base_amount) writer->Signed(BaseRest(entry));
  }
}

void WriteTraits(const Chunk& chunk, ByteWriter* writer) {
  // The first channel is none, so that numbers are as Entry::channel has them.
  Dictionary<std::string_view> channels{{std::string_view()}, {}};
  for (const Entry& entry : chunk.entries()) channels.Add(chunk.ChannelOf(entry));
  writer->Varint(channels.values.size() - 1);
  for (size_t i = 1; i < channels.values.size(); ++i) writer->Text(channels.values[i]);
  Dictionary<Traits> traits;
  for (size_t i = 0; i < chunk.size(); ++i) {
    traits.Add(TraitsOf(chunk[i], channels.number_of[i]));
  }
  writer->Varint(traits.values.size());
  for (const Traits& t : traits.values) {
    writer->Varint(t.currency);
    writer->Varint(t.country);
    writer->Varint(t.channel);
    writer->Byte(t.kind);
    writer->Byte(static_cast<uint8_t>(t.status << 2 | (t.has_base_amount ? 2 : 0) | t.direction));
  }
  for (size_t number : traits.number_of) writer->Varint(number);
}

// Texts and columns in an order that depends on the entries only, whatever the chunk went through.
void WriteColumns(const Chunk& chunk, const ColumnNames& names, ByteWriter* writer) {
  std::vector<const Chunk::Column*> columns;
  for (const Chunk::Column& column : chunk.columns()) {
    if (std::any_of(column.text_of.begin(), column.text_of.end(),
                    [](uint32_t number) { return number != 0; })) {
      columns.push_back(&column);
    }
  }
  // By name, since numbers differ from process to process.
  std::sort(columns.begin(), columns.end(),
            [&](const Chunk::Column* a, const Chunk::Column* b) {
              return names.NameOf(a->name) < names.NameOf(b->name);
            });
  Dictionary<std::string_view> texts{{std::string_view()}, {}};
  for (const Chunk::Column* column : columns) {
    for (uint32_t number : column->text_of) texts.Add(chunk.TextOf(number));
  }
  writer->Varint(texts.values.size() - 1);
  for (size_t i = 1; i < texts.values.size(); ++i) writer->Text(texts.values[i]);
  writer->Varint(columns.size());
  size_t at = 0;
  for (const Chunk::Column* column : columns) {
    writer->Text(names.NameOf(column->name));
    for (size_t i = 0; i < chunk.size(); ++i) writer->Varint(texts.number_of[at++]);
  }
}

// Reads into entries that exist already.
class Decoding {
 public:
  Decoding(ByteReader* reader, size_t count)
      : reader_(*reader), entries_(count), channels_(count) {}

  const Entry& entry(size_t offset) const { return entries_[offset]; }
  // Its number; 0 if there is none.
  size_t ChannelOf(size_t offset) const { return channels_[offset]; }
  Hash128 OwnAccountOf(size_t offset) const {
    return own_accounts_.empty() ? Hash128() : own_accounts_[offset];
  }

  void ReadTraits(size_t channels) {
    std::vector<Traits> traits(reader_.Bounded(entries_.size()));
    for (Traits& t : traits) {
      t.currency = static_cast<uint16_t>(reader_.Bounded(UINT16_MAX));
      t.country = static_cast<uint16_t>(reader_.Bounded(UINT16_MAX));
      t.channel = static_cast<uint16_t>(reader_.Bounded(channels));
      t.kind = reader_.Byte();
      const uint8_t packed = reader_.Byte();
      t.status = packed >> 2;
      t.has_base_amount = (packed & 2) != 0;
      t.direction = packed & 1;
      if (t.kind >= kKindCount || t.status >= kStatusCount) reader_.Fail();
    }
    for (size_t i = 0; i < entries_.size(); ++i) {
      const Traits& t = Pick(traits);
      Entry& entry = entries_[i];
      channels_[i] = t.channel;
      entry.currency.packed = t.currency;
      entry.country.packed = t.country;
      entry.kind = static_cast<Kind>(t.kind);
      entry.status = static_cast<StatusCode>(t.status);
      entry.direction = static_cast<Direction>(t.direction);
      entry.has_base_amount = t.has_base_amount;
    }
  }

  // After the traits.
  void ReadNumbers() {
    const int64_t unit = kTimeUnitsUs[std::min<uint8_t>(reader_.Byte(), 2)];
    Int128 time = 0;
    uint64_t sequence = 0;
    for (Entry& entry : entries_) {
      time += static_cast<Int128>(reader_.Signed()) * unit;
      if (time < EventTime::Min().us || time > EventTime::Max().us) return reader_.Fail();
      entry.time.us = static_cast<int64_t>(time);
    }
    for (Entry& entry : entries_) {
      sequence += static_cast<uint64_t>(reader_.Signed());
      entry.sequence.value = sequence;
    }
    for (Entry& entry : entries_) entry.amount.ten_thousandths = reader_.Signed();
    for (Entry& entry : entries_) {
      if (entry.has_base_amount) SetBaseRest(reader_.Signed(), &entry);
    }
    for (size_t i = 1; i < entries_.size(); ++i) {
      if (KeyOf(entries_[i]) <= KeyOf(entries_[i - 1])) return reader_.Fail();
    }
  }

  void ReadCounterparties() {
    const std::vector<Hash128> hashes = ReadHashes();
    for (Entry& entry : entries_) entry.counterparty = Pick(hashes);
  }

  void ReadOwnAccounts() {
    const std::vector<Hash128> hashes = ReadHashes();
    own_accounts_.resize(entries_.size());
    for (Hash128& account : own_accounts_) account = Pick(hashes);
  }

 private:
  std::vector<Hash128> ReadHashes() {
    std::vector<Hash128> hashes(reader_.Bounded(entries_.size()));
    for (Hash128& hash : hashes) hash = reader_.Hash();
    return hashes;
  }

  template <typename T>
  T Pick(const std::vector<T>& values) {
    const uint64_t number = reader_.Varint();
    if (number < values.size()) return values[number];
    reader_.Fail();
    return {};
  }

  ByteReader& reader_;
  std::vector<Entry> entries_;
  std::vector<uint16_t> channels_;
  std::vector<Hash128> own_accounts_;  // of all entries, or none
};

std::vector<std::string_view> ReadTexts(ByteReader* reader, size_t max) {
  std::vector<std::string_view> texts(reader->Bounded(std::min(max, reader->remaining())));
  for (std::string_view& text : texts) {
    text = reader->Text();
    if (text.empty()) reader->Fail();
  }
  return texts;
}

struct StoredColumn {
  uint32_t name = 0;
  std::vector<uint64_t> text_of;
};

}  // namespace

void AppendChunk(const Chunk& chunk, const ColumnNames& names, std::string* out) {
  ByteWriter writer(out);
  const std::span<const Entry> entries = chunk.entries();
  Dictionary<Hash128> counterparties, own_accounts;
  for (size_t i = 0; i < entries.size(); ++i) {
    counterparties.Add(entries[i].counterparty);
    own_accounts.Add(chunk.OwnAccountOf(i));
  }
  const bool has_own = own_accounts.values.size() > 1 ||
                       (!own_accounts.values.empty() && !own_accounts.values[0].IsZero());

  writer.Byte(kChunkFormatVersion);
  writer.Byte(has_own ? kHasOwnAccounts : 0);
  writer.Varint(entries.size());
  WriteTraits(chunk, &writer);
  WriteNumbers(entries, &writer);
  WriteHashes(counterparties, &writer);
  if (has_own) WriteHashes(own_accounts, &writer);
  WriteColumns(chunk, names, &writer);
}

Chunk ReadChunk(ByteReader* reader, ColumnNames* names, BlockPool* pool) {
  if (reader->Byte() != kChunkFormatVersion) reader->Fail();
  const uint8_t flags = reader->Byte();
  if ((flags & ~kAllFlags) != 0) reader->Fail();
  const size_t count = reader->Bounded(kChunkEntriesMax);
  // Every entry takes five bytes at least.
  if (count > reader->remaining()) reader->Fail();
  if (!reader->ok()) return Chunk();
  const std::vector<std::string_view> channels = ReadTexts(reader, count);
  Decoding decoding(reader, count);
  decoding.ReadTraits(channels.size());
  decoding.ReadNumbers();
  decoding.ReadCounterparties();
  if ((flags & kHasOwnAccounts) != 0) decoding.ReadOwnAccounts();
  const std::vector<std::string_view> texts =
      ReadTexts(reader, std::numeric_limits<uint32_t>::max());
  std::vector<StoredColumn> columns(reader->Bounded(reader->remaining()));
  for (StoredColumn& column : columns) {
    const std::string_view name = reader->Text();
    if (name.empty() || !reader->ok()) {
      reader->Fail();
      return Chunk();
    }
    column.name = names->NumberOf(name);
    column.text_of.resize(count);
    for (uint64_t& number : column.text_of) number = reader->Bounded(texts.size());
  }
  if (!reader->ok()) return Chunk();

  Chunk chunk(pool);
  chunk.Reserve(count);
  std::vector<ColumnText> values;
  for (size_t i = 0; i < count; ++i) {
    const size_t channel = decoding.ChannelOf(i);
    values.clear();
    for (const StoredColumn& column : columns) {
      if (column.text_of[i] != 0) values.push_back({column.name, texts[column.text_of[i] - 1]});
    }
    chunk.Insert(decoding.entry(i), {channel == 0 ? std::string_view() : channels[channel - 1],
                                     values, decoding.OwnAccountOf(i)});
  }
  return chunk;
}

std::string EncodeChunk(const Chunk& chunk, const ColumnNames& names) {
  std::string value;
  value.reserve(64 + chunk.size() * 40);
  AppendChunk(chunk, names, &value);
  AppendChecksum(&value);
  return value;
}

absl::StatusOr<Chunk> DecodeChunk(std::string_view value, ColumnNames* names) {
  ASSIGN_OR_RETURN(const std::string_view payload, CheckedPayload(value, "a chunk of entries"));
  ByteReader reader(payload);
  Chunk chunk = ReadChunk(&reader, names, nullptr);
  if (!reader.ok() || !reader.AtEnd() || chunk.empty()) {
    return MakeError(absl::StatusCode::kDataLoss,
                     "state store: a chunk of entries is not readable by this version; move the "
                     "state directory away to have it rebuilt from the input");
  }
  return chunk;
}

}  // namespace vigla
