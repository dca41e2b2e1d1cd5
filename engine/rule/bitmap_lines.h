// Operations on bitmaps of a table, by lines of them. Hot.
#pragma once

#include <cstdint>
#include <span>

#include "engine/rule/predicate_index.h"

namespace vigla {

// Of bitmaps that do not overlap, the lines with these first words: the words of one are as few
// instructions as the processor allows.
inline void AndLines(uint64_t* __restrict to, const uint64_t* __restrict from,
                     std::span<const int32_t> lines) {
  for (const int32_t line : lines) {
    for (int32_t i = line; i < line + PredicateIndex::kLine; ++i) to[i] &= from[i];
  }
}
inline void AndLines(uint64_t* __restrict to, const uint64_t* __restrict from,
                     const uint64_t* __restrict flipped, std::span<const int32_t> lines) {
  for (const int32_t line : lines) {
    for (int32_t i = line; i < line + PredicateIndex::kLine; ++i) to[i] &= from[i] ^ flipped[i];
  }
}
inline void OrLines(uint64_t* __restrict to, const uint64_t* __restrict from,
                    std::span<const int32_t> lines) {
  for (const int32_t line : lines) {
    for (int32_t i = line; i < line + PredicateIndex::kLine; ++i) to[i] |= from[i];
  }
}

}  // namespace vigla
