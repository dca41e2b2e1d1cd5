// Mutants of a pack: what it would be with one mistake in it. Cold.
// A mutant is an edit of the checked trees, features and rules, before they are compiled; so none
// can fail for its syntax or types, and each is one that somebody could have written. What a macro
// or a parameter says stands in many trees: it changes in all of them, as it would in the file.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/diagnostic.h"
#include "engine/model/money.h"
#include "engine/model/time.h"
#include "engine/rule/rule_set_builder.h"

namespace vigla {

enum class MutantKind : uint8_t {
  kComparison,  // >= becomes >, < becomes <=, == becomes !=, a membership its opposite
  kLogic,       // && becomes ||, || becomes &&
  kNegation,    // a `!` is dropped, or put before a condition that is no comparison
  kOperand,     // one side of && or || is dropped
  kArithmetic,  // + becomes -, * becomes /, and back
  kThreshold,   // a number, amount, ratio or duration moves by its smallest step, either way
  kListItem,    // an item of a list is dropped
  kWindow,      // over or skip moves by 1 us, either way
  kPrior,       // prior is flipped
  kDirection,   // debits, credits and both become each other
  kWhere,       // a where is dropped
  kGroup,       // a field of `per` is dropped
  kException,   // an exception is dropped
  kFolding,     // once_per is dropped, lasts 1 us more or less, loses a part of its key
};
std::string_view MutantKindName(MutantKind kind);

struct Mutant {
  MutantKind kind = MutantKind::kComparison;
  SourcePosition at;
  std::string what;                // "`pieces_3d >= pieces`: `>=` becomes `>`"
  std::vector<std::string> rules;  // ids of those that it changes, sorted
  // Not empty: it can be shown to match what the original matches, and this is why.
  std::string equivalent;
  // On trees checked from the same pack.
  std::function<void(CheckedRules*)> apply;
};

// All mutants of the pack's rules that are not off, in the order of kinds and places. `hasher` is
// the one that the pack was loaded with, and outlives the mutants.
std::vector<Mutant> FindMutants(const CheckedRules& checked, const KeyedHasher* hasher);

// The smallest step of a threshold: a minor unit for money, since no payment moves less; 1 for
// integers; the last digit, from the second on, for decimals and ratios; 1 us for durations and
// times. Empty for constants that have none.
std::string StepText(const Expression& constant);
// Moves it by `steps` of those.
void MoveThreshold(Expression* constant, int steps);

// What decides the behaviour of checked rules, as text: equal texts behave alike.
std::string BehaviourText(const CheckedRules& checked);

}  // namespace vigla
