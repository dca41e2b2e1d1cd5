// Numbers of two digits as text: half as many divisions as a digit at a time. Hot.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace vigla {

constexpr std::array<char, 200> MakeDigitPairs() {
  std::array<char, 200> pairs{};
  for (size_t i = 0; i < 100; ++i) {
    pairs[2 * i] = static_cast<char>('0' + i / 10);
    pairs[2 * i + 1] = static_cast<char>('0' + i % 10);
  }
  return pairs;
}
inline constexpr std::array<char, 200> kDigitPairs = MakeDigitPairs();

// `number`, below 100, as two digits at `at`.
inline void PutDigitPair(uint32_t number, char* at) {
  std::memcpy(at, kDigitPairs.data() + 2 * size_t{number}, 2);
}

}  // namespace vigla
