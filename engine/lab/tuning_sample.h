// Legs next to the line that a threshold draws, for people to look at. Cold.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "engine/lab/step_set.h"
#include "engine/lab/threshold_rule.h"
#include "engine/pipeline/leg_observer.h"

namespace vigla {

struct TuningSample {
  std::string transaction, time;
  std::string subject_kind, subject, role;
  std::string amount, currency;  // original
  Step turns_at = 0;  // the nearest value at which the leg would be judged otherwise
  std::vector<std::pair<std::string, std::string>> figures;  // by feature
  bool is_positive = false;

  // What orders samples: how far away the line is, then the input's order.
  struct Nearness {
    Step distance = 0;
    uint64_t sequence = 0;
    int order = 0;
  } nearness;
};

// Keeps the nearest legs of either side.
class SampleKeeper {
 public:
  explicit SampleKeeper(int most) : most_(static_cast<size_t>(most)) {}

  // `alerts`: where the leg alerts; `matches`: where its rule is true.
  void Offer(const JudgedLeg& judged, const Rule& rule, const StepSet& matches,
             const StepSet& alerts, const ThresholdGrid& grid, bool is_positive);
  void Merge(SampleKeeper other);

  const std::vector<TuningSample>& above() const { return above_; }
  const std::vector<TuningSample>& below() const { return below_; }

 private:
  bool IsWanted(const std::vector<TuningSample>& side,
                const TuningSample::Nearness& nearness) const;

  size_t most_;
  std::vector<TuningSample> above_, below_;  // sorted, at most `most_`
};

}  // namespace vigla
