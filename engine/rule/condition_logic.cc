// Satisfiability over intervals, orders, sets and propositions. Cold.
#include "engine/rule/condition_logic.h"

#include <algorithm>
#include <set>

#include "engine/rule/calculation.h"
#include "engine/rule/comparison_mask.h"
#include "engine/rule/parser.h"

namespace vigla {
namespace {

constexpr int kStepsMax = 20'000;  // then whatever is left counts as possible

bool IsWhole(ValueType type) {
  return type == ValueType::kInt || type == ValueType::kTime || type == ValueType::kDuration;
}

Formula Truth(bool truth) {
  Formula formula;
  formula.kind = truth ? Formula::Kind::kTrue : Formula::Kind::kFalse;
  return formula;
}

// What is known about one numeric term.
struct Interval {
  std::optional<Number> low, high;
  bool low_open = false, high_open = false;
  std::vector<Number> holes;

  void AtLeast(const Number& limit, bool open) {
    const bool higher = !low || Compare(*low, limit) < 0;
    if (higher || (Compare(*low, limit) == 0 && open)) {
      low = limit;
      low_open = open;
    }
  }
  void AtMost(const Number& limit, bool open) {
    const bool lower = !high || Compare(*high, limit) > 0;
    if (lower || (Compare(*high, limit) == 0 && open)) {
      high = limit;
      high_open = open;
    }
  }
  bool IsEmpty(bool whole) const {
    if (!low || !high) return false;
    Number first = *low, last = *high;
    bool first_open = low_open, last_open = high_open;
    if (whole && first.denominator == 1 && first.scale == 0 && last.denominator == 1 &&
        last.scale == 0) {
      if (first_open) ++first.numerator;
      if (last_open) --last.numerator;
      first_open = last_open = false;
    }
    const auto order = Compare(first, last);
    if (order > 0 || (order == 0 && (first_open || last_open))) return true;
    return order == 0 && std::any_of(holes.begin(), holes.end(), [&](const Number& hole) {
             return Compare(hole, first) == 0;
           });
  }
};

struct Membership {
  std::optional<std::set<std::string>> allowed;
  std::set<std::string> excluded;

  bool IsEmpty() const {
    if (!allowed) return false;
    return std::all_of(allowed->begin(), allowed->end(),
                       [&](const std::string& item) { return excluded.contains(item); });
  }
};

// All that has been taken to be true; false from Add on means a contradiction.
struct Facts {
  std::map<std::string, Interval> intervals;
  std::map<std::string, uint8_t> orders;
  std::map<std::string, Membership> members;
  std::map<std::string, bool> propositions;

  bool AddNumber(const Formula& fact) {
    Interval& interval = intervals[fact.term];
    if (fact.least) interval.AtLeast(*fact.least, false);
    if (fact.most) interval.AtMost(*fact.most, false);
    if (fact.mask == kIfNotEqual) {
      interval.holes.push_back(fact.limit);
    } else {
      if ((fact.mask & kIfGreater) == 0) interval.AtMost(fact.limit, (fact.mask & kIfEqual) == 0);
      if ((fact.mask & kIfLess) == 0) interval.AtLeast(fact.limit, (fact.mask & kIfEqual) == 0);
    }
    return !interval.IsEmpty(fact.whole);
  }

  bool AddMember(const Formula& fact) {
    Membership& member = members[fact.term];
    if (!fact.holds) {
      member.excluded.insert(fact.members.begin(), fact.members.end());
      return !member.IsEmpty();
    }
    std::set<std::string> both;
    for (const std::string& item : fact.members) {
      if (!member.allowed || member.allowed->contains(item)) both.insert(item);
    }
    member.allowed = std::move(both);
    return !member.IsEmpty();
  }

  bool Add(const Formula& fact) {
    switch (fact.kind) {
      case Formula::Kind::kTrue: return true;
      case Formula::Kind::kFalse: return false;
      case Formula::Kind::kNumber: return AddNumber(fact);
      case Formula::Kind::kMember: return AddMember(fact);
      case Formula::Kind::kOrder: {
        uint8_t& mask = orders.try_emplace(fact.term, uint8_t{7}).first->second;
        mask &= fact.mask;
        return mask != 0;
      }
      default: return propositions.try_emplace(fact.term, fact.holds).first->second == fact.holds;
    }
  }
};

class Search {
 public:
  // Takes everything in `todo` to be true beside the facts.
  bool CanHold(Facts facts, std::vector<const Formula*> todo) {
    std::vector<const Formula*> choices;
    while (!todo.empty()) {
      if (++steps_ > kStepsMax) return true;
      const Formula* const next = todo.back();
      todo.pop_back();
      if (next->kind == Formula::Kind::kAnd) {
        for (const Formula& part : next->parts) todo.push_back(&part);
      } else if (next->kind == Formula::Kind::kOr) {
        choices.push_back(next);
      } else if (!facts.Add(*next)) {
        return false;
      }
    }
    if (choices.empty()) return true;
    const Formula* const choice = choices.back();
    choices.pop_back();
    return std::any_of(choice->parts.begin(), choice->parts.end(), [&](const Formula& part) {
      std::vector<const Formula*> rest = choices;
      rest.push_back(&part);
      return CanHold(facts, std::move(rest));
    });
  }

 private:
  int steps_ = 0;
};

std::string NumberText(const Number& number) {
  return FormatDecimal(number.numerator, number.scale, 0, number.scale) + "/" +
         std::to_string(number.denominator);
}

}  // namespace

std::optional<ConditionLogic::Constant> ConditionLogic::ConstantOf(
    const Expression& expression) const {
  const auto replaced = values_.find(expression.text);
  if (replaced != values_.end() && replaced->second != &expression) {
    const Expression& other = *replaced->second;
    const bool is_constant = expression.kind == ExpressionKind::kConstant ||
                             expression.kind == ExpressionKind::kMoneyConstant;
    if (is_constant && other.text != expression.text) return ConstantOf(other);
  }
  if (expression.kind == ExpressionKind::kMoneyConstant) {
    return Constant{Number::Scaled(expression.money_amount.ten_thousandths, 4),
                    expression.money_currency};
  }
  if (!IsQuantity(expression.type)) return std::nullopt;
  if (expression.kind == ExpressionKind::kConstant) {
    if (!IsWhole(expression.type)) return Constant{expression.constant.number, {}};
    return Constant{Number::Scaled(expression.constant.integer, 0), {}};
  }
  const bool is_negation = expression.kind == ExpressionKind::kNegate;
  if (!is_negation && (expression.kind < ExpressionKind::kAdd ||
                       expression.kind > ExpressionKind::kDivide)) {
    return std::nullopt;
  }
  const auto left = ConstantOf(*expression.operands[0]);
  if (!left) return std::nullopt;
  std::optional<Number> number;
  if (is_negation) {
    number = Negate(left->number);
    return number ? std::optional(Constant{*number, left->currency}) : std::nullopt;
  }
  const auto right = ConstantOf(*expression.operands[1]);
  if (!right) return std::nullopt;
  CurrencyCode currency = left->currency.IsKnown() ? left->currency : right->currency;
  const bool two_monies = left->currency.IsKnown() && right->currency.IsKnown();
  if (two_monies && left->currency != right->currency) return std::nullopt;
  switch (expression.kind) {
    case ExpressionKind::kAdd: number = Add(left->number, right->number); break;
    case ExpressionKind::kSubtract: number = Subtract(left->number, right->number); break;
    case ExpressionKind::kMultiply: number = Multiply(left->number, right->number); break;
    default:
      if (IsWhole(expression.type)) return std::nullopt;  // int / int truncates
      number = Divide(left->number, right->number);
      if (two_monies) currency = CurrencyCode{};
  }
  if (!number) return std::nullopt;
  return Constant{*number, currency};
}

std::string ConditionLogic::TermOf(const Expression& expression) const {
  if (const auto constant = ConstantOf(expression)) {
    return NumberText(constant->number) + constant->currency.Text();
  }
  switch (expression.kind) {
    case ExpressionKind::kConstant:
    case ExpressionKind::kMoneyConstant:
    case ExpressionKind::kField:
    case ExpressionKind::kThisField:
    case ExpressionKind::kList:
    case ExpressionKind::kListLiteral: return CanonicalText(expression, rule_set_);
    case ExpressionKind::kFeature: return "#" + std::to_string(expression.index);
    default: break;
  }
  std::string text = expression.kind == ExpressionKind::kCall
                         ? "call" + std::to_string(static_cast<int>(expression.function))
                         : "op" + std::to_string(static_cast<int>(expression.kind));
  text += "(";
  for (const auto& operand : expression.operands) text += TermOf(*operand) + ",";
  return text + ")";
}

// What a figure can't leave whatever happens: counts are not negative, shares are parts of 1.
void ConditionLogic::Bound(const Expression& term, Formula* formula) const {
  const auto within = [&](int64_t least, std::optional<int64_t> most) {
    formula->least = Number::Scaled(least, 0);
    if (most) formula->most = Number::Scaled(*most, 0);
  };
  if (term.kind == ExpressionKind::kFeature) {
    const Feature& feature = features_(term.index);
    switch (feature.aggregate) {
      case Aggregate::kCount:
      case Aggregate::kDistinct:
      case Aggregate::kAge:
      case Aggregate::kStddev: return within(0, std::nullopt);
      case Aggregate::kIdle:
        return within(0, feature.ever ? std::nullopt : std::optional(feature.over_us));
      default: return;
    }
  }
  if (term.kind != ExpressionKind::kCall) return;
  switch (term.function) {
    case Function::kHour: return within(0, 23);
    case Function::kDayOfWeek: return within(1, 7);
    case Function::kSize:
    case Function::kAbs: return within(0, std::nullopt);
    default: return;
  }
}

Formula ConditionLogic::MakeComparison(const Expression& comparison, bool holds) const {
  const Expression* left = comparison.operands[0].get();
  const Expression* right = comparison.operands[1].get();
  uint8_t mask = MaskOf(comparison.kind);
  if (!holds) mask = static_cast<uint8_t>(7 & ~mask);
  Formula formula;
  formula.mask = mask;
  if (IsQuantity(left->type)) {
    auto left_constant = ConstantOf(*left), right_constant = ConstantOf(*right);
    if (left_constant && right_constant) {
      if (left_constant->currency != right_constant->currency) {
        return MakeMember(comparison, holds);
      }
      const auto order = Compare(left_constant->number, right_constant->number);
      return Truth((mask & (order < 0 ? kIfLess : order > 0 ? kIfGreater : kIfEqual)) != 0);
    }
    if (left_constant) {
      std::swap(left, right);
      std::swap(left_constant, right_constant);
      formula.mask = Mirrored(mask);
    }
    if (right_constant) {
      formula.kind = Formula::Kind::kNumber;
      formula.term = TermOf(*left) + right_constant->currency.Text();
      formula.limit = right_constant->number;
      formula.whole = IsWhole(left->type) && IsWhole(right->type);
      Bound(*left, &formula);
      return formula;
    }
  }
  if (left->kind == ExpressionKind::kConstant) std::swap(left, right);
  const bool asks_equality = (comparison.kind == ExpressionKind::kEqual) == holds;
  if (right->kind == ExpressionKind::kConstant && left->type == ValueType::kBool) {
    return Make(*left, asks_equality == (right->constant.integer != 0));
  }
  if (right->kind == ExpressionKind::kConstant && (mask == kIfEqual || mask == kIfNotEqual)) {
    formula.kind = Formula::Kind::kMember;
    formula.term = TermOf(*left);
    formula.members = {TermOf(*right)};
    formula.holds = asks_equality;
    return formula;
  }
  std::string first = TermOf(*left), second = TermOf(*right);
  if (first == second) return Truth((mask & kIfEqual) != 0);
  // The comparison as written, whichever sides were swapped above.
  first = TermOf(*comparison.operands[0]);
  second = TermOf(*comparison.operands[1]);
  formula.kind = Formula::Kind::kOrder;
  formula.mask = first < second ? mask : Mirrored(mask);
  formula.term = std::min(first, second) + " ? " + std::max(first, second);
  return formula;
}

// `in` a list that is written out is a set; anything that is not understood is a proposition.
Formula ConditionLogic::MakeMember(const Expression& expression, bool holds) const {
  Formula formula;
  formula.holds = holds;
  if (expression.kind == ExpressionKind::kIn &&
      expression.operands[1]->kind == ExpressionKind::kListLiteral) {
    formula.kind = Formula::Kind::kMember;
    formula.term = TermOf(*expression.operands[0]);
    for (const auto& item : expression.operands[1]->operands) {
      formula.members.push_back(TermOf(*item));
    }
    std::sort(formula.members.begin(), formula.members.end());
    return formula;
  }
  formula.kind = Formula::Kind::kProposition;
  formula.term = TermOf(expression);
  return formula;
}

Formula ConditionLogic::MakeJunction(const Expression& expression, bool all, bool holds) const {
  Formula formula;
  formula.kind = all == holds ? Formula::Kind::kAnd : Formula::Kind::kOr;
  for (const auto& operand : expression.operands) {
    formula.parts.push_back(Make(*operand, holds));
  }
  return formula;
}

Formula ConditionLogic::Make(const Expression& condition, bool holds) const {
  switch (condition.kind) {
    case ExpressionKind::kConstant: return Truth((condition.constant.integer != 0) == holds);
    case ExpressionKind::kNot: return Make(*condition.operands[0], !holds);
    case ExpressionKind::kAnd: return MakeJunction(condition, true, holds);
    case ExpressionKind::kOr: return MakeJunction(condition, false, holds);
    case ExpressionKind::kConditional: {
      // Either the condition and the first outcome, or neither and the second.
      Formula formula;
      formula.kind = Formula::Kind::kOr;
      for (const bool first : {true, false}) {
        Formula branch;
        branch.kind = Formula::Kind::kAnd;
        branch.parts.push_back(Make(*condition.operands[0], first));
        branch.parts.push_back(Make(*condition.operands[first ? 1 : 2], holds));
        formula.parts.push_back(std::move(branch));
      }
      return formula;
    }
    case ExpressionKind::kEqual:
    case ExpressionKind::kNotEqual:
    case ExpressionKind::kLess:
    case ExpressionKind::kLessEqual:
    case ExpressionKind::kGreater:
    case ExpressionKind::kGreaterEqual: return MakeComparison(condition, holds);
    default: return MakeMember(condition, holds);
  }
}

Formula ConditionLogic::DirectionIs(Direction direction) const {
  Expression field;
  field.kind = ExpressionKind::kField;
  field.type = ValueType::kDirection;
  field.field = {field::kDirection, 0};
  Expression word;
  word.type = ValueType::kDirection;
  word.constant = Value::Integer(ValueType::kDirection, static_cast<int64_t>(direction));
  Formula formula;
  formula.kind = Formula::Kind::kMember;
  formula.term = TermOf(field);
  formula.members = {TermOf(word)};
  return formula;
}

bool ConditionLogic::CanHold(const std::vector<Formula>& all) {
  const ExactScope scope;
  std::vector<const Formula*> todo;
  for (const Formula& formula : all) todo.push_back(&formula);
  return Search().CanHold(Facts(), std::move(todo));
}

std::string ConditionLogic::Text(const Formula& formula) {
  std::string text = std::to_string(static_cast<int>(formula.kind));
  if (formula.kind == Formula::Kind::kAnd || formula.kind == Formula::Kind::kOr) {
    std::set<std::string> parts;
    for (const Formula& part : formula.parts) {
      // `a && (b && c)` is `a && b && c`.
      if (part.kind != formula.kind) {
        parts.insert(Text(part));
        continue;
      }
      for (const Formula& inner : part.parts) parts.insert(Text(inner));
    }
    text += "(";
    for (const std::string& part : parts) text += part + ";";
    return text + ")";
  }
  text += formula.holds ? "+" : "-";
  text += formula.term + " " + std::to_string(formula.mask);
  if (formula.kind == Formula::Kind::kNumber) text += " " + NumberText(formula.limit);
  for (const std::string& member : formula.members) text += " " + member;
  return text;
}

}  // namespace vigla
