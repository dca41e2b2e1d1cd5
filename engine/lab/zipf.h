// Zipf's law by octaves: which ranks 1 … n a draw falls into. Warm.
// Ranks 2^k to 2^(k+1) - 1 are drawn as often together as their first one's share says for each,
// and equally among themselves. Integers only, so that a seed gives the same bytes everywhere.
#pragma once

#include <cstdint>
#include <vector>

namespace vigla {

struct RankRange {
  int64_t first = 1;
  int64_t count = 1;
};

class Zipf {
 public:
  // `ranks` in 1 … 2^40, `exponent_thousandths` in 0 … 2000; 0 draws all ranks alike.
  Zipf(int64_t ranks, int exponent_thousandths);

  // The range of ranks at `uniform` / 2^64 of the distribution.
  RankRange RangeAt(uint64_t uniform) const;

 private:
  struct Octave {
    uint64_t end = 0;  // of its share of the 2^64, the last one's excepted
    RankRange ranks;
  };
  std::vector<Octave> octaves_;
};

}  // namespace vigla
