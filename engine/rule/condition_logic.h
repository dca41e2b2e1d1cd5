// Whether conditions can hold together, whatever transaction comes: what rules that never or
// always match are found by. Cold.
// Comparisons with constants become intervals, those between two terms become orders, membership
// becomes sets; anything else is a proposition that may or may not hold. So "can't" is a proof,
// and "can" only says that no contradiction was found.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/rule/expression.h"
#include "engine/rule/rule_set.h"

namespace vigla {

// A condition with every `!` pushed down to its comparisons.
struct Formula {
  enum class Kind : uint8_t { kTrue, kFalse, kNumber, kOrder, kMember, kProposition, kAnd, kOr };

  Kind kind = Kind::kTrue;
  std::vector<Formula> parts;       // kAnd, kOr
  std::string term;                 // what is compared; of kOrder the lesser term first
  uint8_t mask = 0;                 // kNumber, kOrder: ComparisonMask
  Number limit;                     // kNumber
  bool whole = false;               // kNumber: the term takes whole numbers only
  std::optional<Number> least, most;  // kNumber: what the term can't leave
  std::vector<std::string> members;   // kMember, sorted
  bool holds = true;                // kMember: is one of them; kProposition: holds
};

// Values to put in place of parameters' own, by name.
using ParameterValues = std::map<std::string, const Expression*>;

class ConditionLogic {
 public:
  // `features` gives a feature by its index, as expressions have it. Everything must outlive it.
  ConditionLogic(const RuleSet* rule_set, std::function<const Feature&(int)> features)
      : rule_set_(*rule_set), features_(std::move(features)) {}

  Formula Make(const Expression& condition, bool holds = true) const;
  void Replace(ParameterValues values) { values_ = std::move(values); }

  // False only if no transaction at all makes all of them true.
  static bool CanHold(const std::vector<Formula>& all);
  // Equal texts mean the same condition, however its parts are ordered.
  static std::string Text(const Formula& formula);

  // A direction that the subject's side fixes: `direction == debit`.
  Formula DirectionIs(Direction direction) const;

 private:
  struct Constant {
    Number number;
    CurrencyCode currency;  // of money
  };
  std::optional<Constant> ConstantOf(const Expression& expression) const;
  std::string TermOf(const Expression& expression) const;
  Formula MakeComparison(const Expression& comparison, bool holds) const;
  Formula MakeMember(const Expression& expression, bool holds) const;
  Formula MakeJunction(const Expression& expression, bool all, bool holds) const;
  void Bound(const Expression& term, Formula* formula) const;

  const RuleSet& rule_set_;
  std::function<const Feature&(int)> features_;
  ParameterValues values_;
};

}  // namespace vigla
