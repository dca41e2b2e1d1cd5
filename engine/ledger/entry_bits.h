// Sets of a chunk's first 64 entries, a bit each. Hot.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

namespace vigla {

// Those of the set that pass a test of their offset.
template <typename Test>
uint64_t EntriesThat(uint64_t entries, Test test) {
  uint64_t passing = 0;
  for (uint64_t left = entries; left != 0; left &= left - 1) {
    const int offset = std::countr_zero(left);
    const bool passes = test(static_cast<size_t>(offset));
    passing |= uint64_t{passes} << offset;
  }
  return passing;
}

}  // namespace vigla
