// Folding (`once_per`) for every value of a threshold at once. Warm.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "engine/base/hash.h"
#include "engine/lab/step_set.h"
#include "engine/model/time.h"

namespace vigla {

// Remembers, per subject and key, which legs alerted for which values. For one value this is
// what a live engine remembers at that value (rules.md, 9: fixed, not sliding; judged in
// sequence, so a late leg is folded into earlier alerts only and folds later legs).
class ThresholdFolding {
 public:
  explicit ThresholdFolding(DurationUs for_us) : for_us_(for_us) {}

  // The values of `matches` for which the leg is not folded; it then starts a fold there. Legs
  // come in sequence. What lies at or before `cutoff` is as forgotten, as it is in a ledger. A late
  // leg takes as long as its subject has later alerts.
  StepSet Fold(const Hash128& subject, const Hash128& key, EventTime time, EventTime cutoff,
               StepSet matches);

 private:
  // Of a leg, as many as it has ranges of values for which it alerted: most have one.
  struct Mark {
    EventTime time = EventTime::Min();  // which no leg has: nothing alerted yet
    uint32_t older = 0;                 // the next in older_, counted from 1; 0 ends the list
    StepRange alerts;
  };

  void Remember(const Mark& mark, Mark* newest);

  DurationUs for_us_;
  // A list by time for each subject and key. Its head lies in the map, as that alone decides of
  // most legs, and one miss of the cache a leg is enough; 64 bytes a mark in all, never freed.
  absl::flat_hash_map<Hash128, Mark> newest_;
  std::vector<Mark> older_;
};

}  // namespace vigla
