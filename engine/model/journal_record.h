// The journal: one record an epoch; it is the position, and a chain. Cold.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/base/hash.h"
#include "engine/model/subject.h"
#include "engine/model/time.h"

namespace vigla {

// Consecutive records of one partition as they stand in the total order. `records` may be less
// than last - first + 1: transaction markers and empty lines have offsets too.
struct JournalRun {
  std::string topic;  // by name: positions of topics in a configuration may change
  int32_t partition = 0;
  int64_t first_offset = 0;
  int64_t last_offset = 0;
  int64_t records = 0;
  bool operator==(const JournalRun&) const = default;
};

// A rule set that becomes active before the first record of its epoch.
struct Activation {
  std::string before;  // fingerprint text, "" at the first
  std::string after;
  std::vector<std::pair<std::string, std::string>> files;  // name, sha256
  Sequence first_sequence;
  std::optional<EventTime> newest_before;  // newest event time sequenced before; none at first
  bool operator==(const Activation&) const = default;
};

struct JournalRecord {
  uint64_t epoch = 0;               // from 1
  Sequence first_sequence, last_sequence;  // last < first: no record, only an activation
  std::vector<JournalRun> runs;
  Digest input_digest;              // SHA-256 over the records' digests, in order
  std::string rule_set;             // fingerprint text of the set that judged the epoch
  std::optional<Activation> activation;
  Digest alerts_digest;             // SHA-256 over the digests of the epoch's alert bodies
  uint64_t alerts = 0;
  uint64_t first_audit_frame = 0, last_audit_frame = 0;
  Digest audit_head;                // chain head after the epoch's frames
  std::optional<EventTime> newest_event_time;  // of all sequenced so far
  std::optional<EventTime> watermark;          // reserved
  std::string source_fingerprint;   // Source::Fingerprint after the epoch
  std::vector<std::pair<std::string, int64_t>> file_lengths;  // file mode: the commit
  Digest previous;                  // hash of the record before; zeros at epoch 1
  std::string engine_version;
  int semantics = 1;
};

// Canonical JSON (schema vigla.journal.v1); its last member is "hash", the SHA-256 of the
// object as it would be without that member.
std::string RenderJournalRecord(const JournalRecord& record, Digest* hash);
// Checks the schema and the hash.
absl::StatusOr<JournalRecord> ParseJournalRecord(std::string_view json, Digest* hash);

}  // namespace vigla
