// A pack with one mutant in it, reduced to the rules that the mutant changes, run on tests. Cold.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/lab/mutant.h"
#include "engine/lab/rule_test_run.h"
#include "engine/lab/test_suite.h"

namespace vigla {

// Loads variants of one pack. Rules don't see each other, but for a validity rule that rejects: it
// keeps transactions from the ledgers of all. So a variant has the changed rules and those; where
// it changes one of those, it has every rule. Safe to use from several threads.
class VariantLoader {
 public:
  // Both outlive it. `options.hasher` is set.
  VariantLoader(const PackSuite& pack, const LoadOptions& options)
      : pack_(pack), options_(options) {}

  // Every mutant of the pack.
  std::vector<Mutant> Mutants() const;
  // The rules that a variant of `rules` holds. With `mutant` as nullptr they are unchanged.
  absl::StatusOr<std::shared_ptr<const RuleSet>> Load(const std::vector<std::string>& rules,
                                                      const Mutant* mutant) const;
  // What the whole pack says where a variant of `rules` says `observed` and the unchanged pack
  // says `unchanged`.
  std::vector<Observation> Complete(const std::vector<std::string>& rules, const RuleSet& variant,
                                    std::vector<Observation> observed,
                                    const std::vector<Observation>& unchanged) const;
  // The parts of `observed` that a variant of `rules` can change.
  std::vector<Observation> Relevant(const std::vector<std::string>& rules, const RuleSet& variant,
                                    const std::vector<Observation>& observed) const;
  // The checked trees of the unchanged pack.
  void Inspect(const std::function<void(const CheckedRules&)>& visit) const;

 private:
  const PackSuite& pack_;
  const LoadOptions& options_;
};

// What the audit trail says of these rules alone; `rules` are sorted.
std::vector<Observation> OfRules(const std::vector<Observation>& observations,
                                 const std::vector<std::string>& rules);
bool IsSame(const Observation& a, const Observation& b);
bool IsSame(const std::vector<Observation>& a, const std::vector<Observation>& b);

}  // namespace vigla
