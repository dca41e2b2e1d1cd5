// What a rule costs for each leg it is judged on, in units of one plain comparison. Cold.
// An estimate from what the rule asks for, with weights that were measured once per kind of work
// (bench/micro): good for telling cheap from dear, not for promising nanoseconds.
#pragma once

#include <string>
#include <vector>

#include "engine/rule/rule_set.h"

namespace vigla {

struct RuleCost {
  double condition = 0;  // running the condition, its features at hand
  double features = 0;   // its part of the features, each shared by all rules that name it
  std::string dearest;   // the feature that costs most; "" if there is none
  double total() const { return condition + features; }
};

// One for each of rule_set.rules, in that order. `entries_per_day` of one subject decides how
// long windows are.
std::vector<RuleCost> EstimateCosts(const RuleSet& rule_set, double entries_per_day);
// Of one feature, for each leg of its subject.
double EstimateFeatureCost(const Feature& feature, double entries_per_day);

}  // namespace vigla
