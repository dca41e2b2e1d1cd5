// Reads back from audit entries, alerts and rejects what a proof needs of them. Warm.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/audit/alert_id.h"
#include "engine/audit/entry.h"
#include "engine/base/hash.h"
#include "engine/model/subject.h"

namespace vigla {

// All Read functions: false if the text is not a canonical record of that form. Members that are
// not known are passed over, since v1 may grow. Targets may be reused; they keep their capacity.
struct ReadIntakeEntry {
  Sequence sequence;
  bool is_activation = false;
  std::string before, after;  // activation only
  std::string topic;          // of `source`
  int32_t partition = 0;
  int64_t offset = 0;
  Digest digest;
  AuditVerdict verdict = AuditVerdict::kValid;
};
bool ReadIntake(std::string_view json, ReadIntakeEntry* entry);

struct ReadMatchEntry {
  Sequence sequence;
  LegOrder order = LegOrder::kDebtorAccount;
  std::string alert_id;
  std::optional<Digest> alert_digest, shadow_digest;
};
bool ReadMatch(std::string_view json, ReadMatchEntry* entry);

struct ReadAlertIdentity {
  std::string alert_id;  // as stated
  AlertId id;            // as its other members demand
};
bool ReadAlert(std::string_view json, ReadAlertIdentity* alert);

struct ReadRejectRecord {
  std::string source;
  Digest digest;  // of the bytes, or as stated where they were cut
};
bool ReadReject(std::string_view json, ReadRejectRecord* reject);

}  // namespace vigla
