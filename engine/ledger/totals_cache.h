// The running totals that one subject has, by the plan that they are of. Hot.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "engine/ledger/running_totals.h"

namespace vigla {

// Those of another rule set are gone.
class TotalsCache {
 public:
  // Null if there are none. `plan`: its place, as FeaturePlan::totals_of has it.
  RunningTotals* Find(uint64_t rule_set_number, int plan) {
    if (rule_set_number != rule_set_number_) return nullptr;
    const auto place = PlaceOf(plan);
    return place != totals_.end() && place->first == plan ? place->second.get() : nullptr;
  }
  RunningTotals* Add(uint64_t rule_set_number, int plan, std::unique_ptr<RunningTotals> totals) {
    if (rule_set_number != rule_set_number_) {
      totals_.clear();
      heap_bytes_ = 0;
    }
    rule_set_number_ = rule_set_number;
    heap_bytes_ += totals->HeapBytes();
    return totals_.insert(PlaceOf(plan), {plan, std::move(totals)})->second.get();
  }
  // `totals` is among these.
  absl::Status CatchUp(RunningTotals* totals, const LedgerSource& source,
                       const ReadingContext& context, Ledger* ledger, EventTime after,
                       const EntryKey& before) {
    const size_t bytes = totals->HeapBytes();
    const absl::Status status = totals->CatchUp(source, context, ledger, after, before);
    heap_bytes_ += totals->HeapBytes() - bytes;
    return status;
  }
  void NoteLate(uint64_t rule_set_number, EntryReader* reader) {
    if (rule_set_number != rule_set_number_) return;
    heap_bytes_ = 0;
    for (auto& [plan, totals] : totals_) {
      totals->NoteLate(reader);
      heap_bytes_ += totals->HeapBytes();
    }
  }
  bool empty() const { return totals_.empty(); }
  size_t HeapBytes() const { return heap_bytes_; }

 private:
  using Totals = std::vector<std::pair<int, std::unique_ptr<RunningTotals>>>;

  Totals::iterator PlaceOf(int plan) {
    return std::lower_bound(totals_.begin(), totals_.end(), plan,
                            [](const auto& totals, int place) { return totals.first < place; });
  }

  uint64_t rule_set_number_ = 0;
  Totals totals_;  // by plan
  size_t heap_bytes_ = 0;  // of them all, kept up: there may be hundreds
};

}  // namespace vigla
