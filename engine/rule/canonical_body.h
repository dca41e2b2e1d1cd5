// The canonical body of a rule set: everything that decides behaviour, the same for every layout
// of the same packs. Cold.
//
//   {"schema":"vigla.rules.v1","base":"EUR","rates":"…","packs":[{…},…]}
//
// `rates` is there for a dated table only, as RateTable::CanonicalText has it. Packs stand by
// name, rules by id, keys in alphabetical order; lists hold their items, sorted, wherever they
// came from. Tests, texts for reviewers and rules that are off are left out. All scalars are
// strings, expressions are spaced as SyntaxText does it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/rule/pack.h"
#include "engine/rule/rule_set.h"

namespace vigla {

// `packs` are free of errors and sorted by name; `rule_set` has their lists and rates.
std::string RenderBody(const std::vector<std::unique_ptr<Pack>>& packs, const RuleSet& rule_set,
                       bool dated_rates);

struct ParsedBody {
  CurrencyCode base;
  std::optional<RateTable> dated_rates;
  std::vector<std::unique_ptr<YamlDocument>> packs;
};
absl::StatusOr<ParsedBody> ParseBody(std::string_view body);

}  // namespace vigla
