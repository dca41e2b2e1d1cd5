// Keys of ledger values: a subject's record, and its chunks in time order. Warm.
//   record  'S' | kind | varint, tenant | id
//   chunk   'C' | kind | varint, tenant | varint, id | time, sign flipped | sequence | direction
// Numbers are big-endian, the time, sequence and direction those of the chunk's first entry. No
// lane and no hash: a store opens with any number of lanes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/ledger/entry_key.h"
#include "engine/model/subject.h"

namespace vigla {

inline constexpr char kRecordKeyTag = 'S';
inline constexpr char kChunkKeyTag = 'C';

std::string RecordKey(SubjectKind kind, std::string_view tenant, std::string_view id);
// The same in a string that has room from before.
void SetRecordKey(SubjectKind kind, std::string_view tenant, std::string_view id,
                  std::string* key);

struct SubjectIdentity {
  SubjectKind kind = SubjectKind::kAccount;
  std::string_view tenant, id;  // point into the key
};
std::optional<SubjectIdentity> ParseRecordKey(std::string_view key);

// What all chunk keys of the subject with this record key begin with.
std::string ChunkKeyPrefix(std::string_view record_key);
std::string ChunkKey(std::string_view prefix, const EntryKey& first);
// After every chunk key with that prefix.
std::string ChunkKeyEnd(std::string_view prefix);
std::optional<EntryKey> ParseChunkKey(std::string_view prefix, std::string_view key);

}  // namespace vigla
