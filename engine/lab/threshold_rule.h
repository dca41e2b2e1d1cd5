// For which values of a threshold a rule is true on a leg: asked of the engine's own evaluator,
// with the figures of that leg, without running anything again. Warm: every leg comes by here.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/lab/step_set.h"
#include "engine/lab/threshold_grid.h"
#include "engine/lab/threshold_shape.h"
#include "engine/ledger/lane_state.h"
#include "engine/model/leg.h"
#include "engine/rule/rule_set.h"
#include "engine/rule/truth.h"

namespace vigla {

// A rule's checked conditions, as LoadOptions::on_rule shows them.
struct RuleConditions {
  std::unique_ptr<Expression> when;
  std::vector<std::unique_ptr<Expression>> exceptions;  // parallel to Rule::exceptions
};

// What a rule says of one leg, for every value of its threshold.
struct ThresholdVerdict {
  StepSet matches;   // `when` is true
  StepSet excepted;  // … and an exception is, too
};

// Immutable; safe to share between lanes.
class ThresholdRule {
 public:
  // Why one pass can't give every value; the rule is then no ThresholdRule. "" if it can.
  static std::string Problem(const RuleConditions& conditions, const std::string& parameter,
                             const ThresholdGrid& grid, CurrencyCode base);

  // Only where there is no Problem. InvalidArgument if a condition is over the compiler's limits.
  static absl::StatusOr<ThresholdRule> Make(const RuleConditions& conditions,
                                            const std::string& parameter,
                                            const ThresholdGrid& grid, const RuleSet& rule_set,
                                            int rule_index);

  // False where arithmetic leaves its bounds within the range, so that nothing exact can be said.
  bool Judge(const Leg& leg, LegFigures* figures, ThresholdVerdict* verdict) const;

  const Rule& rule() const;

 private:
  class Reader;

  // A comparison that turns once as the threshold rises.
  struct Turn {
    Program truth;
    bool affine = false;  // a guess at where it turns is worth it: these are its sides
    Program left, right;
    bool is_plain = false;  // one side is the threshold itself, `left` is the other …
    bool is_fixed = false;  // … and `truth` reads it as a feature, so that it is found once a leg
  };
  // A comparison on one leg: what it is before a step and from it on.
  struct Turned {
    Truth before = Truth::kUnknown;
    Truth after = Truth::kUnknown;
    Step at = 0;  // beyond the grid if it never turns
  };

  ThresholdRule() = default;
  absl::Status AddTurns(const Expression& condition);
  absl::Status AddTurn(const Expression& comparison, ExpressionKind kind, bool affine);
  absl::Status AddSides(const Expression& comparison, Turn* turn) const;
  bool FindTurn(const Turn& turn, Reader* reader, Turned* turned) const;
  bool TurnsAtGuess(const Turn& turn, Reader* reader, Turned* turned) const;
  Step GuessTurn(const Turn& turn, Reader* reader) const;
  Step StepNear(const Value& value) const;
  bool IsExcepted(int32_t utc_day, Reader* reader) const;

  ThresholdGrid grid_;
  const RuleSet* rule_set_ = nullptr;
  int rule_index_ = 0;
  Value step_value_;  // of one step
  Program when_;
  bool is_one_turn_ = false;  // `when_` is the first of turns_, and nothing else
  std::vector<Program> exceptions_;
  std::vector<Turn> turns_;
};

}  // namespace vigla
