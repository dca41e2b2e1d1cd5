// Where a replay can begin: everything that must be known at an epoch's start. Cold.
// One is stored with every batch of an epoch's legs and images, so that the state directory alone
// says from where the journal has to be read.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/base/hash.h"
#include "engine/model/journal_record.h"
#include "engine/pipeline/ports.h"

namespace vigla {

// A position by the topic's name, as it is persisted.
struct NamedPosition {
  std::string topic;
  int32_t partition = 0;
  int64_t next_offset = 0;
};

struct ResumePoint {
  static constexpr int kFormatVersion = 2;

  uint64_t next_epoch = 1;
  Sequence next_sequence{1};
  std::vector<NamedPosition> positions;
  Digest previous_journal_hash;
  Digest audit_head;
  uint64_t next_audit_frame = 1;
  OutputMark journal_mark, audit_mark;
  std::string rule_set;  // fingerprint text of the active one; "" before the first
  std::string recorded_since;
  std::optional<EventTime> newest_event_time;
  std::string source_fingerprint;
};

// What the store says of itself; one value under kStateHeaderKey.
struct StateHeader {
  ResumePoint resume;
  uint64_t last_epoch = 0;    // newest epoch that the store has
  int semantics = 1;
  Digest identity_key;        // SHA-256 of the identity key
  std::string base_currency;  // of every base amount in the ledgers; "" before the first
};

// Sorts before every subject and index key.
inline constexpr std::string_view kStateHeaderKey{"\0header", 7};

std::string RenderStateHeader(const StateHeader& header);
absl::StatusOr<StateHeader> ParseStateHeader(std::string_view json);

}  // namespace vigla
