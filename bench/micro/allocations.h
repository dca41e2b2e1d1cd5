// Counts what a benchmark allocates: the hot path must not.
#pragma once

#include <benchmark/benchmark.h>

#include <cstdint>

namespace vigla {

// Calls of operator new in this process, of all threads.
int64_t Allocations();

// Between its construction and Report, as the counter "allocations" an iteration.
class AllocationCount {
 public:
  void Report(benchmark::State* state) const {
    const auto count = static_cast<double>(Allocations() - before_);
    state->counters["allocations"] = count / static_cast<double>(state->iterations());
  }

 private:
  const int64_t before_ = Allocations();
};

}  // namespace vigla
