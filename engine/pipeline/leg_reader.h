// What a rule's program reads while a leg is judged. Hot.
#pragma once

#include "engine/ledger/lane_state.h"
#include "engine/model/leg.h"
#include "engine/rule/evaluator.h"
#include "engine/rule/field.h"
#include "engine/rule/rule_set.h"

namespace vigla {

// A Reader in the sense of evaluator.h. Without figures (at intake) every feature is unknown.
class LegReader {
 public:
  LegReader(const Leg& leg, const RuleSet& rule_set, LegFigures* figures)
      : leg_(leg), rule_set_(rule_set), figures_(figures) {}

  Value Field(FieldRef field) const { return ReadField(leg_, field, rule_set_); }
  Value ThisField(FieldRef field) const { return Field(field); }
  Value Feature(int index) const {
    if (figures_ == nullptr) return Value::Unknown(rule_set_.features[index].type);
    return figures_->Feature(index);
  }
  FigureKey KeyOfFeature(int index, ValueType manner) const {
    return figures_ == nullptr ? FigureKey() : figures_->KeyOfFeature(index, manner);
  }
  FigureKey KeyOfBound(DirectionSet directions, ValueType manner) const {
    return figures_ == nullptr ? FigureKey() : figures_->KeyOfBound(directions, manner);
  }
  KeyState StateBelow(int index, int64_t key) const {
    return figures_ == nullptr ? KeyState::kUnknown : figures_->StateBelow(index, key);
  }
  EventTime MoneyTime() const { return leg_.time(); }

 private:
  const Leg& leg_;
  const RuleSet& rule_set_;
  LegFigures* figures_;
};

}  // namespace vigla
