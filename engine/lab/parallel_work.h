// Work on independent items over several threads, each item by whoever is free. Cold.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <thread>
#include <vector>

namespace vigla {

// Calls work(i) once for each i < count, on at most `jobs` threads, the caller's among them, and
// returns when all are done. What it writes must belong to its item.
template <typename Work>
void ForEachInParallel(size_t count, int jobs, const Work& work) {
  std::atomic<size_t> next{0};
  const auto take = [&] {
    for (size_t i = next.fetch_add(1); i < count; i = next.fetch_add(1)) work(i);
  };
  std::vector<std::thread> threads;
  const size_t wanted = std::min(count, static_cast<size_t>(std::max(jobs, 1)));
  for (size_t i = 1; i < wanted; ++i) threads.emplace_back(take);
  take();
  for (std::thread& thread : threads) thread.join();
}

}  // namespace vigla
