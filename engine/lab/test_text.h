// A rule test as the YAML that somebody would have written. Cold.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/lab/rule_test.h"
#include "engine/lab/rule_test_run.h"

namespace vigla {

// A list item for `tests:`, two spaces in: its table, lists, and `observations` as what to expect.
// The values of those in `with_values` (by their place) are among it.
std::string RenderRuleTest(const RuleTest& test, const std::vector<Observation>& observations,
                           const std::set<size_t>& with_values);

// `{at: c, rule: r, folded_into: a}`; with the values of these features.
std::string RenderExpectation(const std::string& at, const Observation& observation,
                              const std::vector<std::pair<std::string, std::string>>& values);

// A scalar of YAML in a flow map, quoted where it must be.
std::string YamlScalar(std::string_view text);

}  // namespace vigla
