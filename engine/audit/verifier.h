// Proves, from the published logs alone, that nothing was changed, dropped, reordered, truncated
// or duplicated, and that every input offset of the journal was judged exactly once. Cold; streams:
// memory is bounded by one epoch, whatever the logs' length.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace vigla {

// Port: one log, read once from its beginning. NDJSON files, topics and tests implement it.
class LogReader {
 public:
  virtual ~LogReader() = default;
  // The next record; false at the end. The view lives until the next call. An error ends the
  // verification: the log could not be read, which is no statement about its content.
  virtual absl::StatusOr<bool> Next(std::string_view* record) = 0;
};

// What there is to verify. Journal and audit are needed, the others are compared where given.
struct VerifierInput {
  LogReader* journal = nullptr;
  LogReader* audit = nullptr;
  LogReader* alerts = nullptr;
  LogReader* alerts_shadow = nullptr;
  LogReader* rejects = nullptr;
  LogReader* rules = nullptr;
  // Logs whose beginning has expired: the first journal record is taken as it stands. Alerts,
  // rejects and rules older than it are passed over.
  bool begins_anywhere = false;
  // A head noted down earlier (hex): it must be one of the chain's. "" = none. Without one, a
  // consistent truncation of every log cannot be told from a shorter history.
  std::string witness_head;
  // Findings kept; more are counted only. One break may cause many.
  size_t findings_max = 100;
};

// Stable names: they are printed, and tests and runbooks match on them.
enum class FindingCode : uint8_t {
  kChanged,     // bytes are not those that were hashed
  kDropped,     // something is missing
  kDuplicated,  // something is there twice
  kReordered,   // something stands in another place
  kTruncated,   // the log ends early
  kExtra,       // something nobody promised
  kMalformed,   // not a record of its schema
  kDiffers,     // two logs contradict each other
};
std::string_view FindingCodeName(FindingCode code);  // "changed"

struct Finding {
  FindingCode code = FindingCode::kChanged;
  std::string log;       // "journal", "audit", "alerts", …
  uint64_t record = 0;   // zero-based index in that log
  std::string text;      // what, where, and against what
};

struct VerifyReport {
  std::vector<Finding> findings;  // in the order of discovery; the first is nearest to the cause
  uint64_t findings_total = 0;
  uint64_t epochs = 0, frames = 0, intake_entries = 0, match_entries = 0;
  uint64_t alerts = 0, alerts_shadow = 0, rejects = 0, rule_sets = 0;
  std::string head;  // hex of the audit chain's end: to be noted down as a later witness_head
  bool ok() const { return findings_total == 0; }
};

// Reads all logs to their ends. An error only where a log cannot be read.
absl::StatusOr<VerifyReport> VerifyAudit(const VerifierInput& input);

// "changed: audit record 17: …"
std::string FormatFinding(const Finding& finding);

}  // namespace vigla
