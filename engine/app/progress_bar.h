// How far a long run is: one line on a terminal, nothing elsewhere. Cold.
#pragma once

#include <cstdint>

namespace vigla {

// Draws on stderr if that is a terminal and neither CI nor NO_COLOR is set. Not thread-safe.
class ProgressBar {
 public:
  ProgressBar();
  ~ProgressBar();
  // `total_bytes` 0: unknown, no percentage. At most a few times a second.
  void Show(uint64_t records, uint64_t bytes, uint64_t total_bytes, uint64_t alerts);

 private:
  bool enabled_;
  bool drawn_ = false;
  int64_t start_ns_;
};

}  // namespace vigla
