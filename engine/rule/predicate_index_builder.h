// Builds the index of a rule set as it is loaded. Cold.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "engine/rule/dimension_draft.h"
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
  // An "and" of tests, by the places of their plans.
  struct EntryDraft {
    int rule = 0;
    std::vector<int> plans;
    int lead = PredicateIndex::kNone;  // the plan that numbers it in the table at hand, if any
  };
  using Entries = std::vector<EntryDraft>;

  void AddEntry(int rule, const ConditionTerm& term);
  void BuildRoots();
  // Equal rules have one table.
  int32_t TableOf(const std::vector<int>& rules);
  int32_t BuildTable(Entries entries);
  void ChooseLeads(Entries* entries) const;
  PredicateIndex::Segment SegmentOf(const EntryDraft& entry) const;
  // The slot of what bounds its lead's feature, if anything does.
  int16_t BoundOf(const EntryDraft& entry) const;
  int64_t LimitOf(const EntryDraft& entry) const;
  // Those that enough entries ask about.
  std::map<DimensionSubject, DimensionDraft> DraftDimensions(const Entries& entries) const;
  void WriteEntry(const EntryDraft& entry, int32_t place,
                  std::map<DimensionSubject, DimensionDraft>* dimensions);
  void WriteSegments(const Entries& entries);
  void WriteDimensions(const std::map<DimensionSubject, DimensionDraft>& dimensions,
                       PredicateIndex::Table* table);

  const RuleSet* rule_set_;
  std::shared_ptr<PredicateIndex> index_;
  PredicateCatalogue catalogue_;
  std::vector<Entries> entries_of_rule_;
  std::map<std::vector<int>, int32_t> table_of_rules_;
};

}  // namespace vigla
