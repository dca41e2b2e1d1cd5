// Ticks at 1, 2 or 5 times a power of ten. Cold.
#include "engine/lab/report/plot_axis.h"

#include <algorithm>
#include <cmath>

#include "engine/lab/report/text.h"

namespace vigla {

PlotAxis::PlotAxis(double low, double high, double from, double to, int ticks)
    : low_(low), high_(high), from_(from), to_(to) {
  if (!(high_ > low_)) high_ = low_ + 1;
  const double rough = (high_ - low_) / std::max(1, ticks);
  const double power = std::pow(10, std::floor(std::log10(rough)));
  double step = 10 * power;
  for (double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= rough * 0.999) {
      step = factor * power;
      break;
    }
  }
  fraction_digits_ = std::clamp(static_cast<int>(-std::floor(std::log10(step) + 1e-9)), 0, 6);
  low_ = std::floor(low_ / step + 1e-9) * step;
  high_ = std::ceil(high_ / step - 1e-9) * step;
  const int count = static_cast<int>(std::lround((high_ - low_) / step));
  for (int i = 0; i <= count; ++i) ticks_.push_back(low_ + i * step);
}

PlotAxis PlotAxis::Logarithmic(double high, double from, double to) {
  PlotAxis axis(1, from, to);
  axis.is_logarithmic_ = true;
  axis.ticks_ = {0, 1};
  for (; axis.high_ < high; axis.ticks_.push_back(axis.high_)) axis.high_ *= 10;
  return axis;
}

double PlotAxis::At(double value) const {
  if (is_logarithmic_) {
    return from_ + std::log1p(value) / std::log1p(high_) * (to_ - from_);
  }
  return from_ + (value - low_) / (high_ - low_) * (to_ - from_);
}

std::string PlotAxis::Label(double tick) const { return FormatFigure(tick, fraction_digits_); }

std::string SvgNumber(double value) { return FormatJsonNumber(value, 1); }

}  // namespace vigla
