// Plots as inline SVG: stacked bars, lines on one or two axes, a matrix of shares. Cold.
// Colours, fonts and dark mode come from the page (html_page.h): `color` is one of "info", "low",
// "medium", "high", "critical", or "1" to "6" for series without a meaning of their own. Texts are
// escaped here. Every mark has a tooltip that says its figure, so nothing depends on scripts.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace vigla {

struct BarSeries {
  std::string name;
  std::string color;
  std::vector<double> values;  // one a category; none negative
};

// Series are stacked, the first one lowest.
struct BarPlot {
  std::string about;  // what is seen, for who can't see it
  std::string x_label, y_label;
  std::vector<std::string> categories;
  std::vector<BarSeries> series;
};
std::string RenderBarPlot(const BarPlot& plot);

struct LineSeries {
  std::string name;
  std::string color;
  std::vector<std::pair<double, double>> points;  // ascending x
  bool on_right_axis = false;
  bool is_step = false;  // the value holds up to the next point, as counts over a threshold do
};

// A value of x that is pointed out, such as the threshold in force.
struct PlotMarker {
  double x = 0;
  std::string label;
};

struct LinePlot {
  std::string about;
  std::string x_label, y_label, y_right_label;
  std::vector<LineSeries> series;
  std::vector<PlotMarker> markers;
  // The left axis is of counts that span powers of ten.
  bool left_is_logarithmic = false;
  // Shares: the right axis goes from 0 to this, shown in per cent.
  std::optional<double> right_max;
};
std::string RenderLinePlot(const LinePlot& plot);

// Shares from 0 to 1 between each two of the names; a row per name.
struct MatrixPlot {
  std::string about;
  std::vector<std::string> names;
  std::vector<std::vector<double>> shares;         // [row][column]
  std::vector<std::vector<std::string>> tooltips;  // [row][column]
};
std::string RenderMatrixPlot(const MatrixPlot& plot);

}  // namespace vigla
