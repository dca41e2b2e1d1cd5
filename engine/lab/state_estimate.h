// How much state a rule set needs for one subject: an estimate, for budgets and reviews. Cold.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/model/time.h"
#include "engine/rule/rule_set.h"

namespace vigla {

// What the estimate takes for granted. Every entry is taken to differ from all others in what
// features group or count by, so that the figures are an upper end, not a mean: not less than what
// a lane and a store hold of such a subject, and at most 2.5 times (on disk 1.5 times) as much;
// state_estimate_test.cc measures it.
struct StateAssumption {
  double entries_per_day = 2;  // legs of one subject
  DurationUs retention_us = 407 * kDayUs;
};

struct SubjectStateEstimate {
  SubjectKind kind = SubjectKind::kAccount;
  int64_t entries_in_window = 0;  // of the longest window
  int64_t memory_bytes = 0;       // once read from the store: what its windows need
  int64_t memory_bytes_most = 0;  // if it never left the cache: all that came since
  int64_t disk_bytes = 0;         // its record and chunks over the whole retention, uncompressed
};

struct StateEstimate {
  StateAssumption assumption;
  std::vector<SubjectStateEstimate> subjects;  // of the kinds that rules use; account first
  int64_t memory_bytes = 0;                    // of an account
  std::string largest;  // what of an account takes most, in words
};

StateEstimate EstimateState(const RuleSet& rule_set, const StateAssumption& assumption);

// "account about 9 KiB in memory, 24 KiB on disk (at 2 entries a day)".
std::string FormatStateEstimate(const StateEstimate& estimate);

}  // namespace vigla
