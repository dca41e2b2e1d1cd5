// The page of a tuned threshold: what each value would cost and find. Cold.
#include <algorithm>

#include "engine/lab/backtest_labels.h"
#include "engine/lab/report/html_page.h"
#include "engine/lab/report/plot.h"
#include "engine/lab/report/text.h"
#include "engine/lab/tuning_report.h"

namespace vigla {
namespace {

constexpr size_t kPointsMax = 1500;  // more than a plot has columns of pixels

std::string AxisLabel(const TuningReport& report) {
  const bool is_duration = report.grid.type() == ValueType::kDuration;
  const std::string unit = is_duration ? "seconds" : report.grid.Unit();
  return report.parameter + (unit.empty() ? "" : " (" + unit + ")");
}

std::string Color(size_t index) { return std::to_string(index % 6 + 1); }

// Enough points to draw by, the first and last of each stretch among them.
std::vector<const ThresholdPoint*> Drawn(const std::vector<ThresholdPoint>& points) {
  std::vector<const ThresholdPoint*> drawn;
  const size_t stride = std::max<size_t>(points.size() / kPointsMax, 1);
  for (size_t i = 0; i < points.size(); i += stride) drawn.push_back(&points[i]);
  if (drawn.back() != &points.back()) drawn.push_back(&points.back());
  return drawn;
}

template <typename Figure>
LineSeries Series(const TuningReport& report, const TuningCurve& curve, std::string name,
                  std::string color, Figure figure) {
  LineSeries series;
  series.name = std::move(name);
  series.color = std::move(color);
  series.is_step = report.every_value;
  std::optional<double> last;
  for (const ThresholdPoint* point : Drawn(curve.points)) {
    const std::optional<double> value = figure(point->figures);
    if (!value) continue;
    series.points.emplace_back(report.grid.Number(point->from), *value);
    last = value;
  }
  if (report.every_value && last) {
    series.points.emplace_back(report.grid.Number(report.grid.greatest()), *last);
  }
  return series;
}

PlotMarker Present(const TuningReport& report) {
  return {report.grid.Number(report.grid.present()),
          "now " + report.grid.TextAt(report.grid.present())};
}

// From every leg at one end of the range to none at the other: on a plain axis only the steepest
// part of a long range could be read.
void SetCountsAxis(std::string label, const TuningReport& report, LinePlot* plot) {
  constexpr int64_t kPlainMost = 100;
  int64_t most = 0;
  for (const TuningCurve& curve : report.curves) {
    for (const ThresholdPoint& point : curve.points) {
      most = std::max(most, point.figures.matches);
    }
  }
  plot->left_is_logarithmic = most > kPlainMost;
  plot->y_label = std::move(label) + (plot->left_is_logarithmic ? " (logarithmic)" : "");
}

LinePlot CountsPlot(const TuningReport& report, const TuningCurve& curve) {
  LinePlot plot;
  plot.about = "Alerts and matches for each value of " + report.parameter;
  plot.x_label = AxisLabel(report);
  SetCountsAxis("legs", report, &plot);
  plot.markers = {Present(report)};
  plot.series.push_back(Series(report, curve, "alerts", "1", [](const ThresholdFigures& figures) {
    return std::optional(static_cast<double>(figures.alerts));
  }));
  plot.series.push_back(Series(report, curve, "matches", "2", [](const ThresholdFigures& figures) {
    return std::optional(static_cast<double>(figures.matches));
  }));
  return plot;
}

LinePlot SharesPlot(const TuningReport& report, const TuningCurve& curve) {
  LinePlot plot;
  plot.about = "Precision and recall for each value of " + report.parameter;
  plot.x_label = AxisLabel(report);
  SetCountsAxis("alerts", report, &plot);
  plot.y_right_label = "share";
  plot.right_max = 1.0;
  plot.markers = {Present(report)};
  plot.series.push_back(Series(report, curve, "alerts", "3", [](const ThresholdFigures& figures) {
    return std::optional(static_cast<double>(figures.alerts));
  }));
  plot.series.push_back(
      Series(report, curve, "precision", "1",
             [&](const ThresholdFigures& figures) { return PrecisionOf(report, figures); }));
  plot.series.push_back(
      Series(report, curve, "recall", "2",
             [&](const ThresholdFigures& figures) { return RecallOf(report, figures); }));
  plot.series[1].on_right_axis = true;
  plot.series[2].on_right_axis = true;
  return plot;
}

void AddWindows(const TuningReport& report, HtmlPage* page) {
  if (report.curves.size() < 2) return;
  page->Heading("Windows beside each other");
  LinePlot plot;
  plot.about = "Alerts for each value, by window";
  plot.x_label = AxisLabel(report);
  SetCountsAxis("alerts", report, &plot);
  plot.markers = {Present(report)};
  for (size_t i = 0; i < report.curves.size() && i < 6; ++i) {
    plot.series.push_back(Series(report, report.curves[i], WindowsText(report.curves[i]), Color(i),
                                 [](const ThresholdFigures& figures) {
                                   return std::optional(static_cast<double>(figures.alerts));
                                 }));
  }
  page->Plot(RenderLinePlot(plot));
  HtmlTable table;
  table.columns = {{"windows"}, {"alerts now", true}, {"matches", true}};
  if (report.positives) {
    table.columns.push_back({"precision", true});
    table.columns.push_back({"recall", true});
  }
  for (const TuningCurve& curve : report.curves) {
    const ThresholdFigures& figures = FiguresAt(curve.points, report.grid.present());
    std::vector<HtmlCell> row = {
        {WindowsText(curve) + (curve.is_present ? " (as in the pack)" : "")},
        {GroupDigits(figures.alerts)},
        {GroupDigits(figures.matches)}};
    if (report.positives) {
      row.push_back({FormatShare(PrecisionOf(report, figures))});
      row.push_back({FormatShare(RecallOf(report, figures))});
    }
    table.rows.push_back(std::move(row));
  }
  page->Table(table);
}

void AddSamples(const TuningReport& report, const std::vector<TuningSample>& samples,
                HtmlPage* page) {
  HtmlTable table;
  table.none = "No such leg.";
  table.columns = {{"transaction", false, true},
                   {"time", false, true},
                   {"subject", false, true},
                   {"amount", true},
                   {"turns at", true}};
  if (report.positives) table.columns.push_back({"label"});
  if (!samples.empty()) {
    for (const auto& [name, text] : samples.front().figures) table.columns.push_back({name, true});
  }
  for (const TuningSample& sample : samples) {
    std::vector<HtmlCell> row = {{sample.transaction},
                                 {sample.time},
                                 {sample.subject},
                                 {sample.amount + " " + sample.currency},
                                 {report.grid.TextAt(sample.turns_at)}};
    if (report.positives) {
      row.push_back(sample.is_positive ? HtmlCell{"positive", "high"} : HtmlCell{"–"});
    }
    for (const auto& [name, text] : sample.figures) row.push_back({text});
    table.rows.push_back(std::move(row));
  }
  page->Table(table);
}

// Steps that are round numbers, about 20 over the range, and both its ends.
std::vector<Step> RoundSteps(const ThresholdGrid& grid) {
  constexpr int kRows = 20;
  const Step span = grid.greatest() - grid.least();
  Step distance = 1;
  for (int i = 0; distance * kRows < span; ++i)
    distance = i % 3 == 1 ? distance / 2 * 5 : distance * 2;
  std::vector<Step> steps = {grid.least(), grid.greatest()};
  for (Step at = grid.least() / distance * distance; at < grid.greatest(); at += distance) {
    if (at > grid.least()) steps.push_back(at);
  }
  return steps;
}

// Over the whole range, the present value among them: what people compare in words. Where nothing
// matches any more one row says so.
std::vector<Step> StepsShown(const TuningReport& report, const TuningCurve& curve) {
  std::vector<Step> steps;
  if (report.every_value) {
    steps = RoundSteps(report.grid);
  } else {
    for (const ThresholdPoint& point : curve.points) steps.push_back(point.from);
  }
  steps.push_back(report.grid.present());
  std::sort(steps.begin(), steps.end());
  steps.erase(std::unique(steps.begin(), steps.end()), steps.end());
  const auto is_silent = [&](Step step) {
    return step > report.grid.present() && FiguresAt(curve.points, step).matches == 0;
  };
  while (steps.size() > 2 && is_silent(steps.back()) && is_silent(steps[steps.size() - 2])) {
    steps.pop_back();
  }
  return steps;
}

void AddValues(const TuningReport& report, const TuningCurve& curve, HtmlPage* page) {
  const std::vector<Step> steps = StepsShown(report, curve);
  HtmlTable table;
  table.columns = {{report.parameter, true}, {"alerts", true}, {"matches", true},
                   {"folded", true}, {"excepted", true}};
  if (report.positives) {
    for (const char* name : {"true alerts", "found", "precision", "recall"}) {
      table.columns.push_back({name, true});
    }
  }
  for (Step step : steps) {
    const ThresholdFigures& figures = FiguresAt(curve.points, step);
    std::vector<HtmlCell> row = {
        {report.grid.TextAt(step), step == report.grid.present() ? "info" : ""},
        {GroupDigits(figures.alerts)},
        {GroupDigits(figures.matches)},
        {GroupDigits(figures.folded())},
        {GroupDigits(figures.excepted)}};
    if (report.positives) {
      row.push_back({GroupDigits(figures.true_alerts)});
      row.push_back({GroupDigits(figures.caught)});
      row.push_back({FormatShare(PrecisionOf(report, figures))});
      row.push_back({FormatShare(RecallOf(report, figures))});
    }
    table.rows.push_back(std::move(row));
  }
  page->Table(table);
}

void AddSummary(const TuningReport& report, HtmlPage* page) {
  const ThresholdFigures& now = FiguresAt(report.curves[0].points, report.grid.present());
  std::vector<HtmlFigure> boxes = {
      {"Now", report.grid.TextAt(report.grid.present()), report.parameter},
      {"Alerts", GroupDigits(now.alerts), GroupDigits(now.matches) + " matches"},
      {"Not shown again", GroupDigits(now.folded() + now.excepted),
       GroupDigits(now.folded()) + " folded, " + GroupDigits(now.excepted) + " excepted"}};
  if (report.positives) {
    boxes.push_back({"Precision", FormatShare(PrecisionOf(report, now)),
                     GroupDigits(now.true_alerts) + " alerts are right"});
    boxes.push_back(
        {"Recall", FormatShare(RecallOf(report, now)),
         GroupDigits(now.caught) + " of " + GroupDigits(*report.positives) + " labelled true"});
  }
  page->Figures(boxes);
}

}  // namespace

std::string TuningHtml(const TuningReport& report) {
  HtmlPage page("Tuning " + report.rule + ": " + report.parameter,
                GroupDigits(static_cast<int64_t>(report.totals.records)) + " records · from " +
                    report.grid.TextAt(report.grid.least()) + " to " +
                    report.grid.TextAt(report.grid.greatest()) + " · rule set " +
                    report.rule_set.substr(0, 19) + "…");
  AddSummary(report, &page);
  const TuningCurve& curve = report.curves[0];
  page.Heading("Alerts for each value");
  page.Paragraph(report.every_value
                     ? "Every value of the range, from one pass: the figures are those that a run "
                       "with the parameter at that value gives."
                     : "Only the values shown were tried: " + report.why_not + ".");
  page.Plot(RenderLinePlot(CountsPlot(report, curve)));
  if (report.positives) {
    page.Heading("Precision and recall");
    page.Plot(RenderLinePlot(SharesPlot(report, curve)));
    page.Note(std::string(kPrecisionAndRecall));
  }
  AddWindows(report, &page);
  page.Heading("Values");
  AddValues(report, curve, &page);
  page.Heading("Just above the line");
  page.Note("Alerts that would be the first to go.");
  AddSamples(report, curve.above, &page);
  page.Heading("Just below the line");
  page.Note("Silent legs that would be the first to alert.");
  AddSamples(report, curve.below, &page);
  return page.Finish();
}

}  // namespace vigla
