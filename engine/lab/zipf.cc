// Powers of two with broken exponents, in fixed point. Warm.
#include "engine/lab/zipf.h"

#include <algorithm>

namespace vigla {
namespace {

using Wide = unsigned __int128;

constexpr int kPointBits = 60;  // of fixed-point figures, where 1 is 2^60
constexpr Wide kOne = Wide{1} << kPointBits;

// The largest integer whose square is no more than `square`.
Wide RootOf(Wide square) {
  Wide root = 0;
  for (int bit = 63; bit >= 0; --bit) {
    const Wide next = root | (Wide{1} << bit);
    if (next * next <= square) root = next;
  }
  return root;
}

// 2^(thousandths / 1000) for 0 <= thousandths < 1000: a product of 2^(1/2), 2^(1/4) and so on.
Wide FractionPower(int thousandths) {
  Wide power = kOne;
  Wide factor = 2 * kOne;
  for (int rest = thousandths, bit = 0; rest > 0 && bit < 40; ++bit) {
    factor = RootOf(factor << kPointBits);
    rest *= 2;
    if (rest < 1000) continue;
    rest -= 1000;
    power = (power * factor) >> kPointBits;
  }
  return power;
}

// 2^(thousandths / 1000), for exponents of -40 to 40.
Wide Power(int thousandths) {
  const int whole = thousandths >= 0 ? thousandths / 1000 : -((999 - thousandths) / 1000);
  const Wide fraction = FractionPower(thousandths - whole * 1000);
  return whole >= 0 ? fraction << whole : fraction >> -whole;
}

// value × count / 2^shift, which is no more than value.
Wide Share(Wide value, int64_t count, int shift) {
  const Wide below = value & ((Wide{1} << shift) - 1);
  return (value >> shift) * static_cast<Wide>(count) +
         ((below * static_cast<Wide>(count)) >> shift);
}

}  // namespace

Zipf::Zipf(int64_t ranks, int exponent_thousandths) {
  std::vector<Wide> ends;
  Wide total = 0;
  for (int k = 0; (int64_t{1} << k) <= ranks; ++k) {
    const int64_t first = int64_t{1} << k;
    const int64_t count = std::min(first, ranks - first + 1);
    total += Share(Power(k * (1000 - exponent_thousandths)), count, k);
    ends.push_back(total);
    octaves_.push_back({0, {first, count}});
  }
  int spare = 0;  // bits that the total has too many for the division
  while ((total >> spare) >> 63 != 0) ++spare;
  for (size_t k = 0; k + 1 < octaves_.size(); ++k) {
    octaves_[k].end = static_cast<uint64_t>(((ends[k] >> spare) << 64) / (total >> spare));
  }
}

RankRange Zipf::RangeAt(uint64_t uniform) const {
  const auto last = octaves_.end() - 1;
  return std::find_if(octaves_.begin(), last,
                      [&](const Octave& octave) { return uniform < octave.end; })
      ->ranks;
}

}  // namespace vigla
