// Chunks as bytes: column by column, differences instead of values. Warm.
// Drawn in engine/docs/formats.md, 'Ledger images'; golden bytes under tests/golden/ledger/.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "engine/ledger/byte_codec.h"
#include "engine/ledger/chunk.h"

namespace vigla {

inline constexpr uint8_t kChunkFormatVersion = 1;
// More than any chunk has, so that a damaged count can't ask for memory.
inline constexpr size_t kChunkEntriesMax = 4096;

// An entry's base amount as a difference from its original one, which it mostly is; wraps around.
inline int64_t BaseRest(const Entry& entry) {
  return static_cast<int64_t>(static_cast<uint64_t>(entry.base_amount.micros) -
                              static_cast<uint64_t>(entry.amount.ten_thousandths) * 100);
}
// The inverse; the original amount must be there.
inline void SetBaseRest(int64_t rest, Entry* entry) {
  entry->base_amount.micros = static_cast<int64_t>(
      static_cast<uint64_t>(rest) + static_cast<uint64_t>(entry->amount.ten_thousandths) * 100);
}

// Appends the chunk, without checksum: it may stand inside a record.
void AppendChunk(const Chunk& chunk, const ColumnNames& names, std::string* out);
// Reads what AppendChunk wrote; fails the reader if it is anything else.
Chunk ReadChunk(ByteReader* reader, ColumnNames* names, BlockPool* pool);

// A chunk as a value of its own, with a checksum.
std::string EncodeChunk(const Chunk& chunk, const ColumnNames& names);
// DataLoss if it is damaged, empty or of another version.
absl::StatusOr<Chunk> DecodeChunk(std::string_view value, ColumnNames* names);

}  // namespace vigla
