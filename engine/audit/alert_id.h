// The identity of an alert: a function of what was judged, never of when or where. Warm.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/hash.h"
#include "engine/base/text_appender.h"
#include "engine/model/subject.h"

namespace vigla {

// What an alert's identity is made of.
struct AlertOrigin {
  Digest rule_set;         // fingerprint of the set that judged
  std::string_view topic;  // or the file's base name
  int32_t partition = 0;
  int64_t offset = 0;
  SubjectKind kind = SubjectKind::kAccount;
  std::string_view subject_id;  // as normalised
  std::string_view role;        // RoleText
};

// The first 128 bits of the SHA-256 over the origin (engine/docs/formats.md draws the bytes).
using AlertId = std::array<uint8_t, 16>;
AlertId MakeAlertId(const AlertOrigin& origin);

// "al_" and 26 characters of lower-case base32.
std::string AlertIdText(const AlertId& id);

// "debtor" or "creditor": the side that the leg of that order is on.
std::string_view RoleText(LegOrder order);
// The leg order of a subject kind on a side; empty if there is no such leg or role.
std::optional<LegOrder> ParseLegOrder(SubjectKind kind, std::string_view role);

// "transactions-0@561": how every output names a record's position.
void AppendSourceText(std::string_view topic, int32_t partition, int64_t offset,
                      std::string* out);
// The same as a JSON string at a cursor; returns its end.
inline constexpr size_t kPositionBytesMax = 2 + 2 * kIntegerBytesMax;  // behind the topic
char* PutSourceJson(std::string_view topic, int32_t partition, int64_t offset, char* at);

}  // namespace vigla
