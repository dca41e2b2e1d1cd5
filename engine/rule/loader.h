// From pack files to a rule set: read, parse, check, compile; every finding at once. Cold.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/base/diagnostic.h"
#include "engine/rule/parameter_override.h"
#include "engine/rule/rule_set.h"

namespace vigla {

struct CheckedRules;  // rule_set_builder.h
struct RuleDraft;     // rule_reader.h

struct LoadOptions {
  CurrencyCode base_currency;               // the configured one, where no pack has `rates`
  std::optional<RateTable> dated_rates;     // from a file, where no pack has `rates`
  const KeyedHasher* hasher = nullptr;      // for account constants and lists; required
  std::optional<int32_t> today_utc_day;     // `check --today`: warns of expired exceptions
  bool lints = true;                        // warnings of what is probably not meant
  DurationUs retention_us = 407 * kDayUs;
  DurationUs lateness_max_us = 7 * kDayUs;
  // What follows is for packs from files; a published body has its values already.
  // Tuning files, or folders of them, for tools that load packs one at a time: unlike those among
  // the paths they may name packs that are not loaded.
  std::vector<std::string> tuning;
  std::vector<ParameterOverride> overrides;
  // For tools that load variants of a pack: changes the packs as they were read, overrides
  // included, before anything in them is checked beyond keys and shapes.
  std::function<void(std::vector<std::unique_ptr<Pack>>* packs)> edit_packs;
  // For tools that analyse conditions: sees the checked trees of each rule that is not off, its
  // features numbered as in the set, at the index that it has in RuleSet::rules.
  std::function<void(const RuleDraft& draft, int rule_index)> on_rule;
  // For tools that load variants of a pack: changes what was checked, before it is compiled. The
  // set's body and fingerprint stay those of the pack as it is written.
  std::function<void(CheckedRules* checked)> edit_checked;
};

// The files that these paths stand for, in order and each once; errors where there are none.
std::vector<std::string> PackFiles(const std::vector<std::string>& paths,
                                   Diagnostics* diagnostics);

// Each path is a pack file or a folder, searched for *.yaml except *.test.yaml, by name.
// Lists' files are relative to the pack's folder, then to its parent (rules/lists beside
// rules/packs). Returns nullptr when *diagnostics has an error.
std::shared_ptr<const RuleSet> LoadRuleSet(const std::vector<std::string>& paths,
                                           const LoadOptions& options, Diagnostics* diagnostics);

// From RuleSet::body as it was published; same fingerprint, same behaviour.
absl::StatusOr<std::shared_ptr<const RuleSet>> LoadRuleSetBody(std::string_view body,
                                                               const LoadOptions& options);

}  // namespace vigla
