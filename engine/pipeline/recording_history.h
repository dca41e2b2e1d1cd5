// Since when the ledgers have kept a subject kind or an extra column. Cold.
// It is state: what a figure may claim depends on it, so it travels with every resume point.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "engine/ledger/lane_state.h"
#include "engine/rule/rule_set.h"

namespace vigla {

// Owned by the sequencer.
class RecordingHistory {
 public:
  // A rule set takes effect; `newest` is the newest event time sequenced before, empty if no
  // transaction has been: then nothing was missed. What the set before asked for keeps its
  // date, what it did not ask for starts anew.
  RecordedSince Activate(const RuleSet& rule_set, std::optional<EventTime> newest);
  // The dates for a set that is active already (after Restore).
  RecordedSince Since(const RuleSet& rule_set) const;

  // Lines "kind microseconds" and "kind/column microseconds", sorted.
  std::string Serialise() const;
  static absl::StatusOr<RecordingHistory> Restore(std::string_view text);

 private:
  std::map<std::string, EventTime> since_;
};

}  // namespace vigla
