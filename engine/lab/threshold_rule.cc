// Finds where a rule turns on each leg. Warm.
#include "engine/lab/threshold_rule.h"

#include <algorithm>
#include <utility>

#include "engine/base/status.h"
#include "engine/model/time.h"
#include "engine/pipeline/leg_reader.h"
#include "engine/rule/calculation.h"
#include "engine/rule/compiler.h"

namespace vigla {
namespace {

// Stands for the threshold among the features, beyond all that a rule set may have.
constexpr int kThresholdFeature = 1 << 24;

ThresholdTraits TraitsOf(const ThresholdGrid& grid, CurrencyCode base) {
  ThresholdTraits traits;
  traits.index = kThresholdFeature;
  traits.positive = grid.least() > 0;
  traits.exact = grid.type() != ValueType::kMoney || grid.currency() == base;
  return traits;
}

bool ReadsFeature(const Expression& expression, int index) {
  bool reads = false;
  VisitExpression(expression, [&](const Expression& node) {
    reads = reads || (node.kind == ExpressionKind::kFeature && node.index == index);
  });
  return reads;
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

  Value Field(FieldRef field) const { return leg_.Field(field); }
  Value ThisField(FieldRef field) const { return leg_.Field(field); }
  Value Feature(int index) const {
    return index == kThresholdFeature ? threshold_ : leg_.Feature(index);
  }
  EventTime MoneyTime() const { return leg_.MoneyTime(); }

 private:
  const ThresholdRule& rule_;
  LegReader leg_;
  Value threshold_;
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
  rule.step_value_ = Approximate(grid.ValueAt(1, rule_set.rates, EventTime{}));
  const auto when = ReadAsFeature(*conditions.when, parameter, kThresholdFeature);
  ASSIGN_OR_RETURN(rule.when_, Compile(*when, rule_set.rates));
  RETURN_IF_ERROR(rule.AddTurns(*when));
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
    const bool is_equality = kind == ExpressionKind::kEqual || kind == ExpressionKind::kNotEqual;
    if (!is_equality) {
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
  ASSIGN_OR_RETURN(turn.truth, Compile(*node, rule_set_->rates));
  const auto is_threshold = [](const Expression& side) {
    return side.kind == ExpressionKind::kFeature && side.index == kThresholdFeature;
  };
  const bool at_left = is_threshold(*node->operands[0]);
  turn.is_plain = affine && at_left != is_threshold(*node->operands[1]) &&
                  !ReadsFeature(*node->operands[at_left ? 1 : 0], kThresholdFeature);
  if (turn.is_plain) {
    ASSIGN_OR_RETURN(turn.left, Compile(*node->operands[at_left ? 1 : 0], rule_set_->rates));
  } else if (affine) {
    ASSIGN_OR_RETURN(turn.left, Compile(*node->operands[0], rule_set_->rates));
    ASSIGN_OR_RETURN(turn.right, Compile(*node->operands[1], rule_set_->rates));
  }
  turns_.push_back(std::move(turn));
  return absl::OkStatus();
}

const Rule& ThresholdRule::rule() const { return rule_set_->rules[rule_index_]; }

// Where the two sides would meet on a straight line; any step of the range will do.
Step ThresholdRule::GuessBorder(const Turn& turn, Reader* reader) const {
  if (turn.is_plain) {
    const long double least = static_cast<long double>(grid_.least());
    const long double greatest = static_cast<long double>(grid_.greatest());
    return static_cast<Step>(
        std::clamp(Approximate(reader->ValueOf(turn.left)) / step_value_, least, greatest));
  }
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

// The first step whose truth is that of the greatest, if it is not that of the least. The guess
// only decides where to look first: what counts is the evaluator's truth on either side.
bool ThresholdRule::FindBorder(const Turn& turn, Reader* reader,
                               std::vector<Step>* borders) const {
  Step before = grid_.least(), from = grid_.greatest();
  const Truth first = reader->TruthAt(turn.truth, before);
  const Truth last = reader->TruthAt(turn.truth, from);
  if (first == last) return true;
  if (first == Truth::kUnknown || last == Truth::kUnknown) return false;
  if (turn.affine && from - before > 4) {
    const Step guess = std::clamp(GuessBorder(turn, reader), before + 1, from - 1);
    const bool turned = reader->TruthAt(turn.truth, guess) == last;
    (turned ? from : before) = guess;
    for (Step stride = 1; from - before > 1; stride *= 2) {
      const Step next = turned ? from - stride : before + stride;
      if (next <= before || next >= from) break;
      const bool turned_there = reader->TruthAt(turn.truth, next) == last;
      (turned_there ? from : before) = next;
      if (turned_there != turned) break;
    }
  }
  while (from - before > 1) {
    const Step middle = before + (from - before) / 2;
    (reader->TruthAt(turn.truth, middle) == last ? from : before) = middle;
  }
  borders->push_back(from);
  return true;
}

bool ThresholdRule::Judge(const Leg& leg, LegFigures* figures, ThresholdVerdict* verdict) const {
  Reader reader(*this, leg, figures);
  // What is false whatever the threshold may be is false with an unknown one.
  if (EvaluateTruth(when_, *rule_set_, reader) == Truth::kFalse) return true;
  std::vector<Step> borders;
  for (const Turn& turn : turns_) {
    if (!FindBorder(turn, &reader, &borders)) return false;
  }
  borders.push_back(grid_.greatest() + 1);
  std::sort(borders.begin(), borders.end());
  const int32_t day = UtcDay(leg.time());
  Step from = grid_.least();
  for (const Step to : borders) {
    if (to == from) continue;
    const Step begin = std::exchange(from, to);
    if (reader.TruthAt(when_, begin) != Truth::kTrue) continue;
    verdict->matches.Append(begin, to);
    for (size_t i = 0; i < exceptions_.size(); ++i) {
      const auto& until = rule().exceptions[i].until_utc_day;
      if (until && day > *until) continue;
      if (EvaluateTruth(exceptions_[i], *rule_set_, reader) != Truth::kTrue) continue;
      verdict->excepted.Append(begin, to);
      break;
    }
  }
  return true;
}

}  // namespace vigla
