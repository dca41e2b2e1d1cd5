// Reads what a pack declares beside features and rules: rates, parameters, lists, macros. Cold.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "engine/base/diagnostic.h"
#include "engine/base/hash.h"
#include "engine/model/rates.h"
#include "engine/rule/pack_scope.h"
#include "engine/rule/rule_set.h"

namespace vigla {

// The one table of all packs that have `rates`; empty if none has. Different tables are an error.
std::optional<RateTable> ReadPackRates(const std::vector<std::unique_ptr<Pack>>& packs,
                                       Diagnostics* diagnostics);

// Declares parameters, lists and macros in *scope; lists go to rule_set->lists, list files to
// rule_set->files. With `fixed_rates`, money in a currency without a rate is an error.
void DeclareNames(const KeyedHasher& hasher, bool fixed_rates, PackScope* scope,
                  RuleSet* rule_set, Diagnostics* diagnostics);

}  // namespace vigla
