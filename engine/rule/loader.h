// From pack files to a rule set: read, parse, check, compile; every finding at once. Cold.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/base/diagnostic.h"
#include "engine/rule/rule_set.h"

namespace vigla {

struct LoadOptions {
  CurrencyCode base_currency;               // the configured one, where no pack has `rates`
  std::optional<RateTable> dated_rates;     // from a file, where no pack has `rates`
  const KeyedHasher* hasher = nullptr;      // for account constants and lists; required
  std::optional<int32_t> today_utc_day;     // `check --today`: warns of expired exceptions
  DurationUs retention_us = 407 * kDayUs;
  DurationUs lateness_max_us = 7 * kDayUs;
};

// Each path is a pack file or a folder, searched for *.yaml except *.test.yaml, by name.
// Lists' files are relative to the pack's folder, then to its parent (rules/lists beside
// rules/packs). Returns nullptr when *diagnostics has an error.
std::shared_ptr<const RuleSet> LoadRuleSet(const std::vector<std::string>& paths,
                                           const LoadOptions& options, Diagnostics* diagnostics);

// From RuleSet::body as it was published; same fingerprint, same behaviour.
absl::StatusOr<std::shared_ptr<const RuleSet>> LoadRuleSetBody(std::string_view body,
                                                               const LoadOptions& options);

}  // namespace vigla
