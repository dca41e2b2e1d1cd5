// Keys of the sequence index's blocks in a store; drawn in engine/docs/formats.md. Warm.
#pragma once

#include <cstdint>
#include <string>

namespace vigla {

inline constexpr char kIndexKeyTag = 'I';

// 'I' and the block's number, big-endian.
inline std::string IndexKey(uint64_t block) {
  std::string key(1, kIndexKeyTag);
  for (int shift = 56; shift >= 0; shift -= 8) key.push_back(static_cast<char>(block >> shift));
  return key;
}
// After every block's key.
inline std::string IndexKeyEnd() { return std::string(1, kIndexKeyTag + 1); }

}  // namespace vigla
