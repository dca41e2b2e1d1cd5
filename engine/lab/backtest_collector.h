// Counts what rules do while lanes judge. Warm: a few additions for a leg without a match.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "engine/lab/backtest.h"
#include "engine/lab/backtest_labels.h"
#include "engine/pipeline/leg_observer.h"

namespace vigla {

// One for one run. Memory grows with matches (about 150 bytes an alert, 60 a matched
// subject-day), not with transactions.
class BacktestCollector final : public LegObserver {
 public:
  // More matches than this on a leg count in no overlap: their pairs would be too many.
  static constexpr size_t kOverlapMatchesMax = 64;

  // `labels` may be nullptr; both must outlive it.
  BacktestCollector(const RuleSet& rule_set, const BacktestLabels* labels,
                    std::string identity_key, int lanes);

  void Observe(const JudgedLeg& judged) override;

  // After the run.
  BacktestFigures Finish(const RecordedRunTotals& totals, std::vector<std::string> inputs);

 private:
  using Pair = std::pair<int, int>;
  struct RuleCounts {
    uint64_t results[6] = {};  // by AuditResult
    uint64_t decided = 0;
    uint64_t true_legs = 0, true_days = 0;  // for overlap
  };
  // A folded match whose transaction is labelled true.
  struct FoldedTruth {
    int rule;
    bool shadow;
    uint64_t sequence;
  };
  // What one lane's thread alone touches.
  struct alignas(64) LaneCounts {
    std::vector<RuleCounts> rules;
    std::map<int32_t, BacktestWeek> weeks;  // by Monday
    BacktestWeek* week = nullptr;           // of the last leg
    std::map<int32_t, BySeverity> days;
    EventTime first = EventTime::Max(), last = EventTime::Min();
    uint64_t transactions = 0, labelled_false = 0;
    absl::flat_hash_set<uint64_t> true_sequences;
    absl::flat_hash_map<Pair, uint64_t> leg_pairs;
    // Subjects live in one lane, so these need no merging.
    absl::flat_hash_map<std::pair<Hash128, int32_t>, std::vector<int>> subject_days;
    absl::flat_hash_map<Hash128, BacktestSubject> subjects;
    std::vector<BacktestAlert> alerts;
    std::vector<FoldedTruth> folded;
  };

  std::optional<bool> LabelOf(const Leg& leg) const;
  void CountTransaction(const JudgedLeg& judged, LaneCounts* lane);
  void CountMatches(const JudgedLeg& judged, LaneCounts* lane);
  void AddAlert(const JudgedLeg& judged, bool shadow, LaneCounts* lane);
  static void FinishTime(std::map<int32_t, BacktestWeek> weeks,
                         const std::map<int32_t, BySeverity>& days, BacktestFigures* figures);
  static void FinishRule(const Rule& rule, const RuleCounts& counts, BacktestFigures* figures);
  void FinishTruth(BacktestFigures* figures) const;
  void FinishOverlap(BacktestFigures* figures) const;

  const RuleSet& rule_set_;
  const BacktestLabels* labels_;
  const std::string identity_key_;
  std::vector<LaneCounts> lanes_;
};

}  // namespace vigla
