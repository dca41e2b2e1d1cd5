// One lock an epoch. Warm.
#include "engine/pipeline/rule_metrics.h"

namespace vigla {

void RuleMetrics::Add(const RuleSet& rule_set, const std::vector<const LegResult*>& results) {
  std::vector<std::pair<uint64_t, uint64_t>> matches(rule_set.rules.size());
  std::map<std::pair<int, std::string>, uint64_t> exceptions;
  for (const LegResult* result : results) {
    for (const Match& match : result->matches) {
      if (match.result == AuditResult::kTooLate) continue;  // not judged
      auto& [live, shadow] = matches[static_cast<size_t>(match.rule)];
      ++(match.shadow ? shadow : live);
      if (match.result == AuditResult::kExcepted) ++exceptions[{match.rule, match.exception}];
    }
  }
  std::lock_guard<std::mutex> lock(mutex_);
  for (size_t i = 0; i < matches.size(); ++i) {
    const auto [live, shadow] = matches[i];
    if (live + shadow == 0) continue;
    Counts& counts = counts_.by_rule[rule_set.rules[i].id];
    counts.live += live;
    counts.shadow += shadow;
  }
  for (const auto& [key, count] : exceptions) {
    counts_.exceptions[{rule_set.rules[static_cast<size_t>(key.first)].id, key.second}] += count;
  }
}

void RuleMetrics::AddUnknown(const std::string& rule, uint64_t legs) {
  std::lock_guard<std::mutex> lock(mutex_);
  counts_.by_rule[rule].unknown += legs;
}

RuleMetrics::Snapshot RuleMetrics::Read() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return counts_;
}

}  // namespace vigla
