// A subject's image as it was before some sequence, made from what the store has later. Cold.
// The ledger keeps every entry with its sequence, so what came later is left out; what retention
// has dropped in the meantime can't be had back, and is said.
#pragma once

#include <optional>

#include "absl/status/statusor.h"
#include "engine/ledger/lane_state.h"
#include "engine/ledger/store.h"

namespace vigla {

struct SubjectAsOf {
  bool is_known = false;  // the store has an image or logged legs of it
  Sequence newest;        // sequence of the newest leg that the store has
  // Legs that were on record then are no longer in the ledger: entries at or before this time.
  // Figures that reach further back may lack entries, and `ever` has its least and greatest of
  // all time, not of then.
  std::optional<EventTime> dropped_through;
};

// Puts the image of the subject of `leg` as of all sequences below the leg's into `to`, which
// must be empty of it. Nothing in `from` is changed. DataLoss if the image is damaged. The hasher
// is the one of whoever wrote `from`.
absl::StatusOr<SubjectAsOf> CopySubjectAsOf(Store* from, const Leg& leg,
                                            const KeyedHasher& hasher, DurationUs retention_us,
                                            Store* to);

}  // namespace vigla
