// The key of a match entry, read back. Cold.
#include "engine/pipeline/match_entry_key.h"

#include <simdjson.h>

#include <charconv>

#include "engine/audit/alert_id.h"
#include "engine/base/status.h"

namespace vigla {

absl::StatusOr<MatchEntryKey> ParseMatchEntryKey(std::string_view entry) {
  const auto malformed = [] {
    return MakeError(absl::StatusCode::kInvalidArgument, "not an entry of a match frame");
  };
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  std::string_view sequence, kind_name, role;
  if (parser.parse(entry.data(), entry.size()).get(root) != simdjson::SUCCESS ||
      root["seq"].get(sequence) != simdjson::SUCCESS ||
      root["subject"]["kind"].get(kind_name) != simdjson::SUCCESS ||
      root["role"].get(role) != simdjson::SUCCESS) {
    return malformed();
  }
  MatchEntryKey key;
  const auto kind = ParseSubjectKind(kind_name);
  if (!kind) return malformed();
  const auto order = ParseLegOrder(*kind, role);
  if (!order || std::from_chars(sequence.data(), sequence.data() + sequence.size(),
                                key.sequence.value)
                        .ec != std::errc()) {
    return malformed();
  }
  key.order = *order;
  return key;
}

}  // namespace vigla
