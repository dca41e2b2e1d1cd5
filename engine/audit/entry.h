// Audit entries: what was consumed, what was found, what was activated. Hot: an intake entry is
// rendered for every transaction. All render functions append canonical JSON (no white space,
// members in the order of engine/docs/formats.md) and allocate nothing but the output's growth.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "engine/base/hash.h"
#include "engine/model/journal_record.h"
#include "engine/model/subject.h"

namespace vigla {

// An entry never gets larger than this: values, then whole lists, give way to their digests.
inline constexpr size_t kEntryBytesMax = 256 * 1024;

// Published: the names below are in every audit frame.
enum class AuditVerdict : uint8_t { kValid, kFlagged, kRejected, kUnreadable };
std::string_view AuditVerdictName(AuditVerdict verdict);  // "valid"
std::optional<AuditVerdict> ParseAuditVerdict(std::string_view name);

// One consumed record.
struct IntakeEntry {
  Sequence sequence;
  std::string_view topic;
  int32_t partition = 0;
  int64_t offset = 0;
  std::string_view id;  // the transaction's; empty if unreadable
  Digest digest;        // SHA-256 of the record's value
  AuditVerdict verdict = AuditVerdict::kValid;
  std::span<const std::string_view> by;  // rules that decided; empty for valid and unreadable
};
void AppendIntakeEntry(const IntakeEntry& entry, std::string* out);

// How one rule fared on one leg. Published: the names are in every audit frame.
enum class AuditResult : uint8_t { kAlert, kShadow, kFolded, kExcepted, kFlagged, kTooLate };
std::string_view AuditResultName(AuditResult result);  // "too_late"

struct AuditValue {
  std::string_view name;  // of the feature, as its pack says
  std::string_view text;  // "27900.00"; "unknown" is a value too
};

struct AuditMatch {
  std::string_view rule;
  int version = 1;
  AuditResult result = AuditResult::kAlert;
  std::string_view into;       // folded: id of the alert it went into
  std::string_view exception;  // excepted: id of the exception
  std::span<const AuditValue> values;
};

// One leg with at least one match.
struct MatchEntry {
  Sequence sequence;
  SubjectKind kind = SubjectKind::kAccount;
  std::string_view ref;   // pseudonym of the subject: lower-case hex, made by the caller
  std::string_view role;  // RoleText
  std::span<const AuditMatch> matches;
  std::string_view alert_id;  // empty if the leg published nothing
  std::optional<Digest> alert_digest;   // SHA-256 of the body in `alerts`
  std::optional<Digest> shadow_digest;  // SHA-256 of the body in `alerts.shadow`
};
void AppendMatchEntry(const MatchEntry& entry, std::string* out);

// An activation is an entry of its epoch's intake frame, before the first record.
void AppendActivationEntry(const Activation& activation, std::string* out);

}  // namespace vigla
