// What one subject keeps up of running totals, or of running series, by plan. Hot.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "engine/ledger/entry_reader.h"

namespace vigla {

// `Running` is RunningTotals or RunningSeries. Those of another rule set are gone.
template <typename Running>
class RunningCache {
 public:
  // Null if there is none. `plan`: its place in the lane's list of plans.
  Running* Find(uint64_t rule_set_number, int plan) {
    if (rule_set_number != rule_set_number_) return nullptr;
    const auto place = PlaceOf(plan);
    return place != all_.end() && place->first == plan ? place->second.get() : nullptr;
  }
  Running* Add(uint64_t rule_set_number, int plan, std::unique_ptr<Running> running) {
    if (rule_set_number != rule_set_number_) {
      all_.clear();
      heap_bytes_ = 0;
    }
    rule_set_number_ = rule_set_number;
    heap_bytes_ += running->HeapBytes();
    return all_.insert(PlaceOf(plan), {plan, std::move(running)})->second.get();
  }
  // Changes one of them.
  template <typename Change>
  auto Update(Running* running, Change change) {
    const size_t bytes = running->HeapBytes();
    auto result = change(running);
    heap_bytes_ += running->HeapBytes() - bytes;
    return result;
  }
  void NoteLate(uint64_t rule_set_number, EntryReader* reader) {
    if (rule_set_number != rule_set_number_) return;
    heap_bytes_ = 0;
    for (auto& [plan, running] : all_) {
      running->NoteLate(reader);
      heap_bytes_ += running->HeapBytes();
    }
  }
  bool empty() const { return all_.empty(); }
  size_t HeapBytes() const { return heap_bytes_; }

 private:
  using All = std::vector<std::pair<int, std::unique_ptr<Running>>>;

  typename All::iterator PlaceOf(int plan) {
    return std::lower_bound(all_.begin(), all_.end(), plan,
                            [](const auto& one, int place) { return one.first < place; });
  }

  uint64_t rule_set_number_ = 0;
  All all_;  // by plan
  size_t heap_bytes_ = 0;  // of them all, kept up: there may be hundreds
};

}  // namespace vigla
