// An axis: round numbers at its ticks, and where a value lies along it. Cold.
#pragma once

#include <string>
#include <vector>

namespace vigla {

class PlotAxis {
 public:
  // From `low` to `high` data units over pixels `from` to `to` (which may run backwards). Widened
  // to whole ticks, of which there are about `ticks`.
  PlotAxis(double low, double high, double from, double to, int ticks);

  double At(double value) const;
  const std::vector<double>& ticks() const { return ticks_; }
  // With as many digits as the ticks need.
  std::string Label(double tick) const;

 private:
  double low_, high_, from_, to_;
  int fraction_digits_ = 0;
  std::vector<double> ticks_;
};

// Coordinates in SVG: one decimal.
std::string SvgNumber(double value);

}  // namespace vigla
