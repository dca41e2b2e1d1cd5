// Counts by rule: labels come and go with rule sets, so they can't be plain counters. Warm.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "engine/pipeline/messages.h"

namespace vigla {

// Added to once an epoch, read by whoever shows metrics. Thread-safe.
class RuleMetrics {
 public:
  struct Counts {
    uint64_t live = 0, shadow = 0;  // matches, folded and excepted ones included
    uint64_t unknown = 0;           // legs
  };
  struct Snapshot {
    std::map<std::string, Counts> by_rule;
    std::map<std::pair<std::string, std::string>, uint64_t> exceptions;  // by rule, exception id
  };

  // Of one epoch, live ones only: what a replay finds was counted before.
  void Add(const RuleSet& rule_set, const std::vector<const LegResult*>& results);
  void AddUnknown(const std::string& rule, uint64_t legs);
  Snapshot Read() const;

 private:
  mutable std::mutex mutex_;
  Snapshot counts_;
};

}  // namespace vigla
