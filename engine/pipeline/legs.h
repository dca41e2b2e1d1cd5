// A sequenced transaction split into the legs of the subjects it touches. Hot.
#pragma once

#include "engine/base/hash.h"
#include "engine/pipeline/batch.h"
#include "engine/rule/rule_set.h"

namespace vigla {

// The lane of a subject: its hash alone decides.
inline size_t LaneOf(const Hash128& subject_hash, size_t lanes) {
  return subject_hash.high % lanes;
}

// Appends the legs of batch->records[index], in leg order, to batch->lane_legs. Unreadable records
// have none; rejected ones have legs only where a validity rule of the set may alert on them (such
// legs enter no ledger).
void AppendLegs(const KeyedHasher& hasher, size_t index, Batch* batch);

// Whether any rule that is judged at intake publishes alerts.
bool HasAlertingIntakeRules(const RuleSet& rule_set);

}  // namespace vigla
