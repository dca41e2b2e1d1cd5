// Sees every leg as its lane judges it: for back-tests, tuning and explanations. Warm.
#pragma once

#include <memory>

#include "engine/ledger/lane_state.h"
#include "engine/pipeline/messages.h"
#include "engine/rule/rule_set.h"

namespace vigla {

// A leg right after it was judged. All of it is valid during the call only.
struct JudgedLeg {
  int lane = 0;
  const RuleSet& rule_set;
  const Batch& batch;
  const Leg& leg;
  ApplyOutcome outcome = ApplyOutcome::kApplied;
  bool enters_ledger = true;        // false: a validity rule rejected the transaction
  LegFigures* figures = nullptr;    // any feature of the rule set on the leg's subject kind
  const LegResult* result = nullptr;  // nullptr: the leg was clear
};

// Port. Observe is called on the lane's thread, so with several lanes by several threads; legs of
// one lane come in sequence. It must change nothing that the lane reads.
class LegObserver {
 public:
  virtual ~LegObserver() = default;
  virtual void Observe(const JudgedLeg& judged) = 0;
};

}  // namespace vigla
