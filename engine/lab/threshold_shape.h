// How a threshold enters a condition: which comparisons turn on it, and whether each turns but
// once. Cold.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/rule/expression.h"

namespace vigla {

// A copy of a condition in which the parameter's value is read as the feature `index`, so that
// the engine's own compiler and evaluator run it for any value.
std::unique_ptr<Expression> ReadAsFeature(const Expression& expression,
                                          const std::string& parameter, int index);

// Whether the parameter occurs.
bool Names(const Expression& expression, const std::string& parameter);

// A comparison of the condition that depends on the threshold.
struct ThresholdComparison {
  const Expression* node = nullptr;
  bool affine = false;  // both sides are a + b x threshold, exactly
};

// What AnalyseThreshold needs to know of the threshold.
struct ThresholdTraits {
  int index = 0;          // of the feature that stands for it
  bool positive = false;  // over its whole range
  bool exact = false;     // its value is proportional to its steps (no rounded conversion)
};

// Every comparison that depends on the threshold, in no particular order. Between two neighbouring
// borders of them the condition's truth does not change with the threshold. Empty *problem says
// that each turns at most once (twice for == and !=) as the threshold rises; otherwise it names
// what may turn more often, and the comparisons are of no use.
std::vector<ThresholdComparison> AnalyseThreshold(const Expression& condition,
                                                  const ThresholdTraits& traits,
                                                  std::string* problem);

}  // namespace vigla
