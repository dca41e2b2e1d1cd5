// Builds the index of a rule set as it is loaded. Cold.
#pragma once

#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "engine/rule/predicate_catalogue.h"
#include "engine/rule/predicate_index.h"
#include "engine/rule/rule_set.h"

namespace vigla {

class PredicateIndexBuilder {
 public:
  // A rule set that is whole but for its index, and stays where it is.
  explicit PredicateIndexBuilder(const RuleSet* rule_set);

  // Each rule once; `when` as it was compiled, so features count as the rule set does.
  void AddRule(int rule, const Expression& when);
  std::shared_ptr<const PredicateIndex> Build();

 private:
  // What entries can be parted by: a slot's value, or whether a predicate holds.
  struct Part {
    int16_t slot = PredicateIndex::kNone;
    int32_t predicate = PredicateIndex::kNone;
    bool negated = false;
    auto operator<=>(const Part&) const = default;
  };
  using Entries = std::vector<int32_t>;
  using Path = std::vector<Part>;

  void AddEntry(int rule, const ConditionTerm& term);
  void BuildRoots();
  int32_t BuildRoot(const std::vector<int>& rules);
  int32_t BuildNode(Entries entries, const Path& path);
  // Takes the entries that a part leaves out often enough; the others stay.
  std::map<Part, Entries> TakeParts(const Path& path, Entries* entries) const;
  std::vector<std::pair<Part, double>> PartsOf(int32_t entry) const;
  PredicateIndex::Partition BuildPartition(const Part& part, const Entries& entries,
                                           const Path& path);
  void BuildRuns(const Entries& entries, PredicateIndex::Node* node);
  PredicateIndex::Group BuildGroup(PredicateIndex::Limit first, PredicateIndex::Limit second,
                                   const Entries& entries);
  // The limits that a group of such entries has; the first one is kNone for the rest.
  std::pair<PredicateIndex::Limit, PredicateIndex::Limit> LimitsOf(int32_t entry) const;
  int64_t LimitOf(int32_t entry, PredicateIndex::Limit limit) const;

  const RuleSet* rule_set_;
  std::shared_ptr<PredicateIndex> index_;
  PredicateCatalogue catalogue_;
  std::vector<std::vector<int>> plans_;    // by entry: places of its tests' plans
  std::vector<Entries> entries_of_rule_;
  std::vector<int> uses_of_slot_;          // entries that compare it
};

}  // namespace vigla
