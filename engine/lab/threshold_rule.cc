// Finds where a rule turns on each leg. Warm.
#include "engine/lab/threshold_rule.h"

#include <algorithm>
#include <utility>

#include "absl/container/inlined_vector.h"
#include "engine/base/status.h"
#include "engine/model/time.h"
#include "engine/pipeline/leg_reader.h"
#include "engine/rule/calculation.h"
#include "engine/rule/compiler.h"

namespace vigla {
namespace {

// Stands for the threshold among the features, beyond all that a rule set may have.
constexpr int kThresholdFeature = 1 << 24;
// Stands for what a threshold is compared with, where that is the same for all its values.
constexpr int kFixedSide = kThresholdFeature + 1;

ThresholdTraits TraitsOf(const ThresholdGrid& grid, CurrencyCode base) {
  ThresholdTraits traits;
  traits.index = kThresholdFeature;
  traits.positive = grid.least() > 0;
  traits.exact = grid.type() != ValueType::kMoney || grid.currency() == base;
  return traits;
}

bool IsThreshold(const Expression& expression) {
  return expression.kind == ExpressionKind::kFeature && expression.index == kThresholdFeature;
}

bool ReadsThreshold(const Expression& expression) {
  bool reads = false;
  VisitExpression(expression, [&](const Expression& node) { reads = reads || IsThreshold(node); });
  return reads;
}

// <, <=, > or >=, which turn but once; == and != turn twice.
bool IsOrder(ExpressionKind kind) {
  return kind >= ExpressionKind::kLess && kind <= ExpressionKind::kGreaterEqual;
}

// Near enough for a guess.
long double Approximate(const Value& value) {
  if (!IsNumeric(value.type)) return static_cast<long double>(value.integer);
  const Number& number = value.number;
  long double result = static_cast<long double>(number.numerator);
  for (int i = 0; i < number.scale; ++i) result /= 10;
  return result / static_cast<long double>(number.denominator);
}

}  // namespace

// The leg's own figures, and one value of the threshold at a time.
class ThresholdRule::Reader {
 public:
  Reader(const ThresholdRule& rule, const Leg& leg, LegFigures* figures)
      : rule_(rule),
        leg_(leg, *rule.rule_set_, figures),
        threshold_(Value::Unknown(rule.grid_.type())) {}

  void Set(Step step) {
    threshold_ = rule_.grid_.ValueAt(step, rule_.rule_set_->rates, leg_.MoneyTime());
  }
  Truth TruthAt(const Program& program, Step step) {
    Set(step);
    return EvaluateTruth(program, *rule_.rule_set_, *this);
  }
  Value ValueOf(const Program& program) { return Evaluate(program, *rule_.rule_set_, *this); }
  void SetFixedSide(const Value& value) { fixed_side_ = value; }
  const Value& fixed_side() const { return fixed_side_; }

  Value Field(FieldRef field) const { return leg_.Field(field); }
  Value ThisField(FieldRef field) const { return leg_.Field(field); }
  Value Feature(int index) const {
    if (index == kThresholdFeature) return threshold_;
    return index == kFixedSide ? fixed_side_ : leg_.Feature(index);
  }
  EventTime MoneyTime() const { return leg_.MoneyTime(); }

 private:
  const ThresholdRule& rule_;
  LegReader leg_;
  Value threshold_;
  Value fixed_side_;
};

std::string ThresholdRule::Problem(const RuleConditions& conditions, const std::string& parameter,
                                   const ThresholdGrid& grid, CurrencyCode base) {
  const ThresholdTraits traits = TraitsOf(grid, base);
  std::string problem;
  AnalyseThreshold(*ReadAsFeature(*conditions.when, parameter, traits.index), traits, &problem);
  for (size_t i = 0; i < conditions.exceptions.size() && problem.empty(); ++i) {
    AnalyseThreshold(*ReadAsFeature(*conditions.exceptions[i], parameter, traits.index), traits,
                     &problem);
  }
  return problem;
}

absl::StatusOr<ThresholdRule> ThresholdRule::Make(const RuleConditions& conditions,
                                                  const std::string& parameter,
                                                  const ThresholdGrid& grid,
                                                  const RuleSet& rule_set, int rule_index) {
  ThresholdRule rule;
  rule.grid_ = grid;
  rule.rule_set_ = &rule_set;
  rule.rule_index_ = rule_index;
  rule.step_value_ = grid.ValueAt(1, rule_set.rates, EventTime{});
  const auto when = ReadAsFeature(*conditions.when, parameter, kThresholdFeature);
  ASSIGN_OR_RETURN(rule.when_, Compile(*when, rule_set.rates));
  RETURN_IF_ERROR(rule.AddTurns(*when));
  rule.is_one_turn_ = rule.turns_.size() == 1 && IsOrder(when->kind);
  for (const auto& exception : conditions.exceptions) {
    const auto condition = ReadAsFeature(*exception, parameter, kThresholdFeature);
    ASSIGN_OR_RETURN(Program program, Compile(*condition, rule_set.rates));
    rule.exceptions_.push_back(std::move(program));
    RETURN_IF_ERROR(rule.AddTurns(*condition));
  }
  return rule;
}

absl::Status ThresholdRule::AddTurns(const Expression& condition) {
  std::string problem;
  const ThresholdTraits traits = TraitsOf(grid_, rule_set_->rates.base());
  for (const ThresholdComparison& found : AnalyseThreshold(condition, traits, &problem)) {
    const ExpressionKind kind = found.node->kind;
    if (IsOrder(kind)) {
      RETURN_IF_ERROR(AddTurn(*found.node, kind, found.affine));
      continue;
    }
    // Equal on a stretch of values at most: it begins and ends where an order turns.
    RETURN_IF_ERROR(AddTurn(*found.node, ExpressionKind::kLess, found.affine));
    RETURN_IF_ERROR(AddTurn(*found.node, ExpressionKind::kLessEqual, found.affine));
  }
  return absl::OkStatus();
}

absl::Status ThresholdRule::AddTurn(const Expression& comparison, ExpressionKind kind,
                                    bool affine) {
  const auto node = CloneExpression(comparison);
  node->kind = kind;
  Turn turn;
  turn.affine = affine;
  if (affine) RETURN_IF_ERROR(AddSides(*node, &turn));
  if (turn.is_fixed) {
    Expression& fixed = *node->operands[IsThreshold(*node->operands[0]) ? 1 : 0];
    fixed.kind = ExpressionKind::kFeature;
    fixed.index = kFixedSide;
    fixed.operands.clear();
  }
  ASSIGN_OR_RETURN(turn.truth, Compile(*node, rule_set_->rates));
  turns_.push_back(std::move(turn));
  return absl::OkStatus();
}

absl::Status ThresholdRule::AddSides(const Expression& comparison, Turn* turn) const {
  const Expression* left = comparison.operands[0].get();
  const Expression* right = comparison.operands[1].get();
  if (IsThreshold(*left)) std::swap(left, right);
  turn->is_plain = IsThreshold(*right) && !ReadsThreshold(*left);
  ASSIGN_OR_RETURN(turn->left, Compile(*left, rule_set_->rates));
  if (!turn->is_plain) {
    ASSIGN_OR_RETURN(turn->right, Compile(*right, rule_set_->rates));
  }
  // A value that leaves its scope may have lost digits that a comparison within would see.
  turn->is_fixed = turn->is_plain && !turn->left.needs_scope;
  return absl::OkStatus();
}

const Rule& ThresholdRule::rule() const { return rule_set_->rules[rule_index_]; }

// The step whose value is next to that one; near enough for a guess where their forms differ.
Step ThresholdRule::StepNear(const Value& value) const {
  const bool numeric = IsNumeric(value.type);
  if (numeric == IsNumeric(step_value_.type)) {
    if (!numeric) return value.integer / step_value_.integer;
    if (IsOfOneForm(value.number, step_value_.number)) {
      return value.number.numerator / step_value_.number.numerator;
    }
  }
  return static_cast<Step>(std::clamp(Approximate(value) / Approximate(step_value_),
                                      static_cast<long double>(grid_.least()),
                                      static_cast<long double>(grid_.greatest())));
}

// Where the two sides would meet on a straight line; any step of the range will do.
Step ThresholdRule::GuessTurn(const Turn& turn, Reader* reader) const {
  if (turn.is_plain) return StepNear(reader->ValueOf(turn.left));
  const auto difference = [&](Step step) {
    reader->Set(step);
    const long double left = Approximate(reader->ValueOf(turn.left));
    return left - Approximate(reader->ValueOf(turn.right));
  };
  const long double first = difference(grid_.least());
  const long double last = difference(grid_.greatest());
  if (first == last) return grid_.least();
  const long double part = std::clamp(first / (first - last), 0.0L, 1.0L);
  return grid_.least() +
         static_cast<Step>(part * static_cast<long double>(grid_.greatest() - grid_.least()));
}

// Where nearly all turn that turn within the grid. The ends need not be asked then: there is no
// other place where the comparison could turn.
bool ThresholdRule::TurnsAtGuess(const Turn& turn, Reader* reader, Turned* turned) const {
  const Value& value = reader->fixed_side();
  if (!value.known) return false;
  Step at = StepNear(value);
  if (at <= grid_.least() || at >= grid_.greatest()) return false;
  Truth before = reader->TruthAt(turn.truth, at - 1);
  Truth after = reader->TruthAt(turn.truth, at);
  if (before == after) after = reader->TruthAt(turn.truth, ++at);
  *turned = {before, after, at};
  return before != after && before != Truth::kUnknown && after != Truth::kUnknown;
}

// Turns at the first step whose truth is that of the greatest, if it is not that of the least.
// The guess only decides where to look first: what counts is the evaluator's truth on either
// side.
bool ThresholdRule::FindTurn(const Turn& turn, Reader* reader, Turned* turned) const {
  if (turn.is_fixed) {
    reader->SetFixedSide(reader->ValueOf(turn.left));
    if (TurnsAtGuess(turn, reader, turned)) return true;
  }
  Step before = grid_.least(), from = grid_.greatest();
  const Truth first = reader->TruthAt(turn.truth, before);
  const Truth last = reader->TruthAt(turn.truth, from);
  *turned = {first, last, from + 1};
  if (first == last) return true;
  if (first == Truth::kUnknown || last == Truth::kUnknown) return false;
  if (turn.affine && from - before > 4) {
    const Step guess = std::clamp(GuessTurn(turn, reader), before + 1, from - 1);
    const bool has_turned = reader->TruthAt(turn.truth, guess) == last;
    (has_turned ? from : before) = guess;
    for (Step stride = 1; from - before > 1; stride *= 2) {
      const Step next = has_turned ? from - stride : before + stride;
      if (next <= before || next >= from) break;
      const bool has_turned_there = reader->TruthAt(turn.truth, next) == last;
      (has_turned_there ? from : before) = next;
      if (has_turned_there != has_turned) break;
    }
  }
  while (from - before > 1) {
    const Step middle = before + (from - before) / 2;
    (reader->TruthAt(turn.truth, middle) == last ? from : before) = middle;
  }
  turned->at = from;
  return true;
}

// At the threshold that the reader has.
bool ThresholdRule::IsExcepted(int32_t utc_day, Reader* reader) const {
  for (size_t i = 0; i < exceptions_.size(); ++i) {
    const auto& until = rule().exceptions[i].until_utc_day;
    if (until && utc_day > *until) continue;
    if (EvaluateTruth(exceptions_[i], *rule_set_, *reader) == Truth::kTrue) return true;
  }
  return false;
}

bool ThresholdRule::Judge(const Leg& leg, LegFigures* figures, ThresholdVerdict* verdict) const {
  Reader reader(*this, leg, figures);
  // What is false whatever the threshold may be is false with an unknown one.
  if (!is_one_turn_ && EvaluateTruth(when_, *rule_set_, reader) == Truth::kFalse) return true;
  absl::InlinedVector<Step, 8> borders;
  Turned first;
  for (size_t i = 0; i < turns_.size(); ++i) {
    Turned turned;
    if (!FindTurn(turns_[i], &reader, &turned)) return false;
    borders.push_back(turned.at);
    if (i == 0) first = turned;
  }
  borders.push_back(grid_.greatest() + 1);
  std::sort(borders.begin(), borders.end());
  const int32_t day = UtcDay(leg.time());
  Step from = grid_.least();
  for (const Step to : borders) {
    if (to == from) continue;
    const Step begin = std::exchange(from, to);
    const Truth truth = !is_one_turn_      ? reader.TruthAt(when_, begin)
                        : begin < first.at ? first.before
                                           : first.after;
    if (truth != Truth::kTrue) continue;
    verdict->matches.Append(begin, to);
    if (exceptions_.empty()) continue;
    reader.Set(begin);
    if (IsExcepted(day, &reader)) verdict->excepted.Append(begin, to);
  }
  return true;
}

}  // namespace vigla
