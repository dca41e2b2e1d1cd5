// Folding (`once_per`) for every value of a threshold at once. Warm.
#pragma once

#include <utility>
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
  // come in sequence. What lies at or before `cutoff` is forgotten, as in a ledger.
  StepSet Fold(const Hash128& subject, const Hash128& key, EventTime time, EventTime cutoff,
               StepSet matches);

 private:
  struct Mark {
    EventTime time;
    StepSet alerts;
  };

  DurationUs for_us_;
  absl::flat_hash_map<std::pair<Hash128, Hash128>, std::vector<Mark>> marks_;  // by time
};

}  // namespace vigla
