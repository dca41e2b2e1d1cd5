// Which leg a published match entry speaks of. Cold.
#pragma once

#include <string_view>

#include "absl/status/statusor.h"
#include "engine/model/subject.h"

namespace vigla {

struct MatchEntryKey {
  Sequence sequence;
  LegOrder order = LegOrder::kDebtorAccount;
};

// Reads sequence, subject kind and role of an entry of a match frame. InvalidArgument if the
// entry is not one.
absl::StatusOr<MatchEntryKey> ParseMatchEntryKey(std::string_view entry);

}  // namespace vigla
