// What the rules of a set ask of a leg, each question once; and how each may be indexed. Cold.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "engine/rule/condition_terms.h"
#include "engine/rule/predicate_index.h"
#include "engine/rule/rule_set.h"
#include "engine/rule/truth.h"

namespace vigla {

// A test, and what the builder must know of it.
struct TestPlan {
  PredicateIndex::Test test;
  std::optional<Truth> constant;  // the same on every leg
  bool reads_feature = false;
  // The test holds only for a value of `key_slot` with one of these keys; empty: not so simple.
  std::vector<int64_t> keys;
  int16_t key_slot = PredicateIndex::kNone;
  // On which part of all legs it may hold: a guess by the field's type.
  double pass_rate = 1;
};

// Fills slots and predicates of an index; hands out plans, whose places stay the same.
class PredicateCatalogue {
 public:
  PredicateCatalogue(const RuleSet* rule_set, PredicateIndex* index)
      : rule_set_(rule_set), index_(index) {}

  // The place of the literal's plan; equal for literals that mean the same.
  int PlanOf(const ConditionLiteral& literal);
  const TestPlan& plan(int place) const { return plans_[static_cast<size_t>(place)]; }

 private:
  TestPlan MakePlan(const ConditionLiteral& literal);
  bool PlanComparison(const Program& program, const ConditionLiteral& literal, TestPlan* plan);
  void PlanMembership(const Program& program, TestPlan* plan);
  std::optional<std::vector<int64_t>> KeysOfList(const Program& program, ValueType type) const;
  int16_t SlotOf(const PredicateIndex::Slot& slot);

  const RuleSet* rule_set_;
  PredicateIndex* index_;
  std::vector<TestPlan> plans_;
  std::map<std::pair<std::string, bool>, int> place_of_literal_;
  std::map<std::tuple<bool, FieldRef, int>, int16_t> slot_of_figure_;
};

}  // namespace vigla
