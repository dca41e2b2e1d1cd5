// The reference stream: payments between accounts, with typologies mixed in, from a seed. Warm.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "engine/model/time.h"

namespace vigla {

struct WorkloadOptions {
  uint64_t seed = 1;
  int64_t transactions = 100'000;
  int64_t accounts = 10'000;
  // How unequally accounts take part: Zipf's exponent in thousandths, 0 for all alike. Absent: the
  // reference mix, where a tenth of the accounts is on nearly half of the sides.
  std::optional<int> skew_thousandths;
  EventTime start{1'767'254'400 * kSecondUs};  // 2026-01-01T08:00:00Z; it spans a hundred days
};

// Calls `transaction` with each record (native JSON, no line end), times never decreasing, and
// `label` with one JSON object for each record that belongs to an injected typology. The same
// options give the same bytes on every machine.
void GenerateReferenceWorkload(const WorkloadOptions& options,
                               const std::function<void(std::string_view)>& transaction,
                               const std::function<void(std::string_view)>& label);

}  // namespace vigla
