// What the rules of a set ask of a leg, each question once; and how each may be indexed. Cold.
#pragma once

#include <cstdint>
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

// How a test bounds the key of the figure that it is about.
enum class TestForm : uint8_t {
  kOther,     // not at all
  kEqual,     // one of some keys
  kNotEqual,  // none of them
  kLeast,     // at least the limit
  kMost,      // at most the limit
  kPrefix,    // a text with a certain beginning
};

// A key, and the text of which it is one.
struct TestKey {
  int64_t key = 0;
  std::string text = {};  // empty: integers, whose keys say it all
  auto operator<=>(const TestKey&) const = default;
};

// A test, and what the builder must know of it.
struct TestPlan {
  PredicateIndex::Test test;
  std::optional<Truth> constant;  // the same on every leg
  bool reads_feature = false;
  // What `slot` must be for the test to hold.
  TestForm form = TestForm::kOther;
  int16_t slot = PredicateIndex::kNone;
  std::vector<TestKey> keys;  // kEqual, kNotEqual, kPrefix: never none
  int64_t limit = 0;          // kLeast, kMost
  // kLeast of a feature: a slot that is at least as large; kNone where there is none.
  int16_t bound_slot = PredicateIndex::kNone;
  // And where it is that, the test holds, if only the figure's key is exact.
  bool is_settled = false;
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
  void PlanLimit(TestPlan* plan) const;
  void PlanBound(TestPlan* plan);
  void PlanFigures(const ConditionLiteral& literal, TestPlan* plan);
  void PlanMembership(const Program& program, bool negated, TestPlan* plan);
  void PlanPrefix(const Expression& expression, TestPlan* plan);
  std::optional<std::vector<TestKey>> KeysOfList(const Program& program, ValueType type) const;
  int16_t SlotOf(const PredicateIndex::Slot& slot);
  int16_t AddSlot(const PredicateIndex::Slot& slot);
  int16_t SlotOf(const Expression& figure);

  const RuleSet* rule_set_;
  PredicateIndex* index_;
  std::vector<TestPlan> plans_;
  std::map<std::pair<std::string, bool>, int> place_of_literal_;
  std::map<std::tuple<PredicateIndex::Slot::Kind, FieldRef, int>, int16_t> slot_of_figure_;
  std::map<std::pair<DirectionSet, ValueType>, int16_t> slot_of_bound_;
  std::map<std::string, int> place_of_calculation_;
};

}  // namespace vigla
