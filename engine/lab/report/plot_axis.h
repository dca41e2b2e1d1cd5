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
  // For counts from 0 to `high` that span powers of ten: ticks at 0, 1, 10, 100 and so on, a value
  // at log(1 + value), so that 0 has a place.
  static PlotAxis Logarithmic(double high, double from, double to);

  double At(double value) const;
  const std::vector<double>& ticks() const { return ticks_; }
  // With as many digits as the ticks need.
  std::string Label(double tick) const;

 private:
  PlotAxis(double high, double from, double to) : low_(0), high_(high), from_(from), to_(to) {}

  double low_, high_, from_, to_;
  int fraction_digits_ = 0;
  bool is_logarithmic_ = false;
  std::vector<double> ticks_;
};

// Coordinates in SVG: one decimal.
std::string SvgNumber(double value);

}  // namespace vigla
