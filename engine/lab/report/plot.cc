// SVG text from figures. Cold.
#include "engine/lab/report/plot.h"

#include <algorithm>
#include <cmath>

#include "engine/lab/report/plot_axis.h"
#include "engine/lab/report/text.h"

namespace vigla {
namespace {

constexpr double kWidth = 860, kHeight = 300;
constexpr double kTop = 14, kBottom = 52;
constexpr double kCharacter = 6.8;  // of a tick, at most

std::string Text(double x, double y, std::string_view css, std::string_view text,
                 std::string_view more = "") {
  return "<text x=\"" + SvgNumber(x) + "\" y=\"" + SvgNumber(y) + "\" class=\"" +
         std::string(css) + "\"" + std::string(more) + ">" + EscapeHtml(text) + "</text>";
}

std::string Line(double x1, double y1, double x2, double y2, std::string_view css) {
  return "<line x1=\"" + SvgNumber(x1) + "\" y1=\"" + SvgNumber(y1) + "\" x2=\"" +
         SvgNumber(x2) + "\" y2=\"" + SvgNumber(y2) + "\" class=\"" + std::string(css) + "\"/>";
}

std::string Title(std::string_view text) {
  return "<title>" + EscapeHtml(text) + "</title>";
}

// Drawings of their own size don't grow with the page.
std::string Open(std::string_view about, double width, double height, bool grows = true) {
  const std::string size =
      grows ? "max-width:" + SvgNumber(width * 1.25) + "px"
            : "width:" + SvgNumber(width) + "px;min-width:" + SvgNumber(width) + "px";
  return "<svg class=\"plot\" role=\"img\" viewBox=\"0 0 " + SvgNumber(width) + " " +
         SvgNumber(height) + "\" style=\"" + size + "\" aria-label=\"" + EscapeHtml(about) + "\">";
}

// The label of a vertical axis, read from below; `x` is its middle.
std::string UprightLabel(double x, double middle, std::string_view text) {
  return Text(0, 0, "axis-label mid", text,
              " transform=\"translate(" + SvgNumber(x) + " " + SvgNumber(middle) +
                  ") rotate(-90)\"");
}

// Where the plot begins: beyond the left axis' label and its longest figure.
double LeftOf(const PlotAxis& y) {
  size_t widest = 0;
  for (double tick : y.ticks()) widest = std::max(widest, y.Label(tick).size());
  return std::max(64.0, 34 + static_cast<double>(widest) * kCharacter);
}

// Grid lines and figures of the left axis, and both labels.
std::string Frame(const PlotAxis& y, double right, std::string_view x_label,
                  std::string_view y_label) {
  const double left = LeftOf(y);
  std::string svg;
  for (double tick : y.ticks()) {
    svg += Line(left, y.At(tick), right, y.At(tick), "grid");
    svg += Text(left - 8, y.At(tick) + 4, "tick end", y.Label(tick));
  }
  svg += UprightLabel(14, kTop + (kHeight - kTop - kBottom) / 2, y_label);
  svg += Text((left + right) / 2, kHeight - 6, "axis-label mid", x_label);
  return svg;
}

std::string Legend(const std::vector<std::pair<std::string, std::string>>& names_and_colors) {
  if (names_and_colors.size() < 2) return "";
  std::string html = "<ul class=\"legend\">";
  for (const auto& [name, color] : names_and_colors) {
    html += "<li><span class=\"swatch bg-" + EscapeHtml(color) + "\"></span>" +
            EscapeHtml(name) + "</li>";
  }
  return html + "</ul>";
}

}  // namespace

std::string RenderBarPlot(const BarPlot& plot) {
  double most = 0;
  for (size_t i = 0; i < plot.categories.size(); ++i) {
    double sum = 0;
    for (const BarSeries& series : plot.series) sum += series.values[i];
    most = std::max(most, sum);
  }
  constexpr double kRight = kWidth - 10;
  const PlotAxis y(0, std::max(most, 1.0), kHeight - kBottom, kTop, 5);
  const double left = LeftOf(y);
  std::string svg = Open(plot.about, kWidth, kHeight);
  svg += Frame(y, kRight, plot.x_label, plot.y_label);
  const auto count = static_cast<double>(std::max<size_t>(1, plot.categories.size()));
  const double slot = (kRight - left) / count;
  const double bar = std::min(slot * 0.72, 56.0);
  // As many labels as fit side by side.
  size_t widest = 1;
  for (const std::string& category : plot.categories) widest = std::max(widest, category.size());
  const auto every = static_cast<size_t>(
      std::max(1.0, std::ceil((static_cast<double>(widest) * kCharacter + 10) / slot)));
  for (size_t i = 0; i < plot.categories.size(); ++i) {
    const double middle = left + slot * (static_cast<double>(i) + 0.5);
    double base = 0;
    for (const BarSeries& series : plot.series) {
      if (series.values[i] <= 0) continue;
      const double top = y.At(base + series.values[i]);
      svg += "<rect x=\"" + SvgNumber(middle - bar / 2) + "\" y=\"" + SvgNumber(top) +
             "\" width=\"" + SvgNumber(std::max(bar, 0.5)) + "\" height=\"" +
             SvgNumber(std::max(y.At(base) - top, 0.5)) + "\" class=\"fill-" +
             EscapeHtml(series.color) + "\">" +
             Title(plot.categories[i] + ", " + series.name + ": " +
                   FormatFigure(series.values[i], 0)) +
             "</rect>";
      base += series.values[i];
    }
    if (i % every == 0) {
      svg += Text(middle, kHeight - kBottom + 17, "tick mid", plot.categories[i]);
    }
  }
  svg += Line(left, y.At(0), kRight, y.At(0), "axis") + "</svg>";
  std::vector<std::pair<std::string, std::string>> names;
  for (const BarSeries& series : plot.series) names.emplace_back(series.name, series.color);
  return "<div class=\"scroll\">" + svg + "</div>" + Legend(names);
}

namespace {

// Of all points, the extremes that the axes must hold.
struct Extent {
  double x_low = 0, x_high = 1, left_high = 0, right_high = 0;
  bool has_right = false;
};

Extent ExtentOf(const LinePlot& plot) {
  Extent extent;
  bool first = true;
  auto hold_x = [&](double x) {
    extent.x_low = first ? x : std::min(extent.x_low, x);
    extent.x_high = first ? x : std::max(extent.x_high, x);
    first = false;
  };
  for (const LineSeries& series : plot.series) {
    extent.has_right = extent.has_right || series.on_right_axis;
    for (const auto& [x, y] : series.points) {
      hold_x(x);
      double& high = series.on_right_axis ? extent.right_high : extent.left_high;
      high = std::max(high, y);
    }
  }
  for (const PlotMarker& marker : plot.markers) hold_x(marker.x);
  if (plot.right_max) extent.right_high = *plot.right_max;
  return extent;
}

std::string RenderSeries(const LineSeries& series, const PlotAxis& x, const PlotAxis& y) {
  std::string path;
  double previous = 0;
  for (size_t i = 0; i < series.points.size(); ++i) {
    const double px = x.At(series.points[i].first), py = y.At(series.points[i].second);
    if (i > 0 && series.is_step) path += "L" + SvgNumber(px) + " " + SvgNumber(previous);
    path += (i == 0 ? "M" : "L") + SvgNumber(px) + " " + SvgNumber(py);
    previous = py;
  }
  std::string svg = "<path d=\"" + path + "\" class=\"line-" + EscapeHtml(series.color) +
                    (series.on_right_axis ? " dashed" : "") + "\">" + Title(series.name) +
                    "</path>";
  // Dots where there is room for them, each with its figures.
  constexpr size_t kDotsMax = 60;
  if (series.points.size() > kDotsMax) return svg;
  for (const auto& [px, py] : series.points) {
    svg += "<circle cx=\"" + SvgNumber(x.At(px)) + "\" cy=\"" + SvgNumber(y.At(py)) +
           "\" r=\"2.6\" class=\"fill-" + EscapeHtml(series.color) + "\">" +
           Title(series.name + " at " + x.Label(px) + ": " +
                 FormatFigure(py, py == std::floor(py) ? 0 : 3)) +
           "</circle>";
  }
  return svg;
}

}  // namespace

std::string RenderLinePlot(const LinePlot& plot) {
  const Extent extent = ExtentOf(plot);
  const double right = kWidth - (extent.has_right ? 64 : 16);
  const PlotAxis y = plot.left_is_logarithmic
                         ? PlotAxis::Logarithmic(extent.left_high, kHeight - kBottom, kTop)
                         : PlotAxis(0, extent.left_high, kHeight - kBottom, kTop, 5);
  const double left = LeftOf(y);
  const PlotAxis x(extent.x_low, extent.x_high, left, right, 8);
  const PlotAxis y_right(0, extent.right_high, kHeight - kBottom, kTop, 5);
  std::string svg = Open(plot.about, kWidth, kHeight);
  svg += Frame(y, right, plot.x_label, plot.y_label);
  for (double tick : x.ticks()) {
    svg += Line(x.At(tick), kHeight - kBottom, x.At(tick), kHeight - kBottom + 4, "axis");
    svg += Text(x.At(tick), kHeight - kBottom + 17, "tick mid", x.Label(tick));
  }
  if (extent.has_right) {
    for (double tick : y_right.ticks()) {
      svg += Text(right + 8, y_right.At(tick) + 4, "tick",
                  plot.right_max ? FormatFigure(tick * 100, 0) + " %" : y_right.Label(tick));
    }
    svg += UprightLabel(kWidth - 6, kTop + (kHeight - kTop - kBottom) / 2, plot.y_right_label);
  }
  for (const PlotMarker& marker : plot.markers) {
    svg += Line(x.At(marker.x), kTop, x.At(marker.x), kHeight - kBottom, "marker");
    const bool flip = x.At(marker.x) > (left + right) / 2;
    svg += Text(x.At(marker.x) + (flip ? -6 : 6), kTop + 10,
                flip ? "marker-label end" : "marker-label", marker.label);
  }
  std::vector<std::pair<std::string, std::string>> names;
  for (const LineSeries& series : plot.series) {
    svg += RenderSeries(series, x, series.on_right_axis ? y_right : y);
    names.emplace_back(series.name + (series.on_right_axis ? " (right axis)" : ""),
                       series.color);
  }
  svg += Line(left, kHeight - kBottom, right, kHeight - kBottom, "axis") + "</svg>";
  return "<div class=\"scroll\">" + svg + "</div>" + Legend(names);
}

std::string RenderMatrixPlot(const MatrixPlot& plot) {
  constexpr double kCell = 30;
  size_t widest = 4;
  for (const std::string& name : plot.names) widest = std::max(widest, name.size());
  const double left = static_cast<double>(widest) * kCharacter + 40;
  const auto count = static_cast<double>(plot.names.size());
  const double width = left + kCell * count + 4, height = 26 + kCell * count + 4;
  std::string svg = Open(plot.about, width, height, /*grows=*/false);
  for (size_t row = 0; row < plot.names.size(); ++row) {
    const double y = 26 + kCell * static_cast<double>(row);
    const std::string number = std::to_string(row + 1);
    svg += Text(left - 8, y + kCell / 2 + 4, "tick end", plot.names[row] + "  " + number);
    svg += Text(left + kCell * (static_cast<double>(row) + 0.5), 18, "tick mid", number);
    for (size_t column = 0; column < plot.names.size(); ++column) {
      const double share = plot.shares[row][column];
      const double x = left + kCell * static_cast<double>(column);
      svg += "<g><rect x=\"" + SvgNumber(x + 1) + "\" y=\"" + SvgNumber(y + 1) + "\" width=\"" +
             SvgNumber(kCell - 2) + "\" height=\"" + SvgNumber(kCell - 2) +
             "\" class=\"cell-back\"/><rect x=\"" + SvgNumber(x + 1) + "\" y=\"" +
             SvgNumber(y + 1) + "\" width=\"" + SvgNumber(kCell - 2) + "\" height=\"" +
             SvgNumber(kCell - 2) + "\" class=\"cell\" fill-opacity=\"" +
             FormatJsonNumber(row == column ? 0 : share, 3) + "\">" +
             Title(plot.tooltips[row][column]) + "</rect>";
      if (row != column && share >= 0.005) {
        svg += Text(x + kCell / 2, y + kCell / 2 + 4,
                    share > 0.55 ? "tick mid on-cell" : "tick mid",
                    FormatFigure(share * 100, 0));
      }
      svg += "</g>";
    }
  }
  return "<div class=\"scroll\">" + svg + "</svg></div>";
}

}  // namespace vigla
