// Whatever the bytes are, a stored ledger value is refused or reads back as its own content.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/check.h"
#include "engine/ledger/chunk_codec.h"
#include "engine/ledger/index_block.h"
#include "engine/ledger/leg_log.h"
#include "engine/ledger/sequence_index.h"
#include "engine/ledger/store_key.h"
#include "engine/ledger/stored_value.h"
#include "engine/ledger/subject_record.h"

namespace vigla {
namespace {

std::string EncodeAgain(const SubjectRecord& r, const ColumnNames& names) {
  return EncodeRecord({r.last_sequence, r.newest_time, r.has_legs, r.oldest_chunk, r.totals,
                       r.fold_marks, r.newest},
                      names);
}

void ReadLog(std::string_view value) {
  const KeyedHasher hasher("");
  auto reader = LegLogReader::Open(value, &hasher);
  if (!reader.ok()) return;
  LoggedLeg leg;
  ColumnNames names;
  LegLogWriter writer;
  while (true) {
    const auto more = reader->Next(&leg);
    if (!more.ok() || !*more) break;
    std::vector<ColumnText> columns;
    for (const auto& [name, text] : leg.columns) columns.push_back({names.NumberOf(name), text});
    writer.AddLeg(leg.record_key, leg.entry, {leg.channel, columns}, names, leg.record_key);
    for (const FoldMark& mark : leg.folds) writer.AddFold(mark);
  }
  const std::string again = writer.Take();
  CHECK(again.empty() || LegLogReader::Open(again, &hasher).ok());
}

void DecodeOnce(std::string_view value) {
  ColumnNames names;
  if (const auto chunk = DecodeChunk(value, &names); chunk.ok()) {
    const std::string bytes = EncodeChunk(*chunk, names);
    const auto again = DecodeChunk(bytes, &names);
    CHECK(again.ok());
    CHECK(EncodeChunk(*again, names) == bytes);
  }
  if (const auto record = DecodeRecord(value, &names); record.ok()) {
    const std::string bytes = EncodeAgain(*record, names);
    const auto again = DecodeRecord(bytes, &names);
    CHECK(again.ok());
    CHECK(EncodeAgain(*again, names) == bytes);
  }
  ReadLog(value);
  const auto block = IndexBlock::Decode(value, SequenceIndex::kBlockRecords);
  if (block.ok()) {
    const std::string bytes = block->Encode();
    const auto again = IndexBlock::Decode(bytes, SequenceIndex::kBlockRecords);
    CHECK(again.ok());
    CHECK(again->Encode() == bytes);
  }
}

void ReadAsText(std::string_view text) {
  std::vector<std::string_view> items;
  for (int type = 0; type <= static_cast<int>(ValueType::kList); ++type) {
    const Value value = ReadStoredValue(static_cast<ValueType>(type), text, &items);
    if (!value.known) continue;
    std::string again;
    AppendStoredValue(value, &again);
    CHECK(!again.empty());
  }
  if (ParseRecordKey(text)) CHECK(ParseChunkKey(ChunkKeyPrefix(text), text) == std::nullopt);
}

}  // namespace
}  // namespace vigla

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  vigla::DecodeOnce(bytes);
  // Few inputs hit upon a right checksum: give every one a chance to get past it.
  std::string sealed(bytes);
  vigla::AppendChecksum(&sealed);
  vigla::DecodeOnce(sealed);
  vigla::ReadAsText(bytes);
  return 0;
}
