// Text, JSON and CSV of a tuned threshold. Cold.
#include "engine/lab/tuning_report.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "engine/base/json_writer.h"
#include "engine/base/status.h"
#include "engine/lab/report/text.h"

namespace vigla {
namespace {

constexpr size_t kRowsOnTerminal = 24;

void WritePoint(const TuningReport& report, const ThresholdPoint& point, JsonWriter* json) {
  const ThresholdFigures& figures = point.figures;
  json->BeginObject()
      .Field("from", report.grid.NumberAt(point.from))
      .Field("matches", figures.matches)
      .Field("alerts", figures.alerts)
      .Field("folded", figures.folded())
      .Field("excepted", figures.excepted);
  if (report.positives) {
    json->Field("true_alerts", figures.true_alerts)
        .Field("unlabelled", figures.unlabelled)
        .Field("caught", figures.caught);
    WriteShare("precision", PrecisionOf(report, figures), json);
    WriteShare("recall", RecallOf(report, figures), json);
  }
  json->EndObject();
}

void WriteSamples(const TuningReport& report, std::string_view key,
                  const std::vector<TuningSample>& samples, JsonWriter* json) {
  json->Key(key).BeginArray();
  for (const TuningSample& sample : samples) {
    json->BeginObject()
        .Field("transaction", sample.transaction)
        .Field("time", sample.time)
        .Field("subject_kind", sample.subject_kind)
        .Field("subject", sample.subject)
        .Field("role", sample.role)
        .Field("amount", sample.amount)
        .Field("currency", sample.currency)
        .Field("turns_at", report.grid.NumberAt(sample.turns_at));
    if (report.positives) json->Field("labelled", sample.is_positive);
    json->Key("figures").BeginObject();
    for (const auto& [name, text] : sample.figures) json->Field(name, text);
    json->EndObject().EndObject();
  }
  json->EndArray();
}

void WriteCurve(const TuningReport& report, const TuningCurve& curve, JsonWriter* json) {
  json->BeginObject().Key("windows").BeginObject();
  for (const auto& [feature, over] : curve.windows) json->Field(feature, over);
  json->EndObject().Field("present", curve.is_present).Key("points").BeginArray();
  for (const ThresholdPoint& point : curve.points) WritePoint(report, point, json);
  json->EndArray();
  WriteSamples(report, "above", curve.above, json);
  WriteSamples(report, "below", curve.below, json);
  json->EndObject();
}

std::string Row(const TuningReport& report, Step from, const ThresholdFigures& figures,
                bool is_present) {
  std::string row = absl::StrFormat(
      "%s %18s  %10s  %10s  %9s  %9s", is_present ? ">" : " ", report.grid.TextAt(from),
      GroupDigits(figures.alerts), GroupDigits(figures.matches), GroupDigits(figures.folded()),
      GroupDigits(figures.excepted));
  if (report.positives) {
    absl::StrAppendFormat(&row, "  %10s  %8s", FormatShare(PrecisionOf(report, figures)),
                          FormatShare(RecallOf(report, figures)));
  }
  return row + "\n";
}

// The present value, and points so that their alerts fall about evenly from most to least.
std::vector<Step> RowsOf(const TuningReport& report, const TuningCurve& curve) {
  std::vector<Step> rows = {report.grid.present()};
  const size_t count = curve.points.size();
  const size_t wanted = std::min(count, kRowsOnTerminal);
  for (size_t i = 0; i < wanted; ++i) {
    rows.push_back(curve.points[wanted == 1 ? 0 : i * (count - 1) / (wanted - 1)].from);
  }
  std::sort(rows.begin(), rows.end());
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  return rows;
}

std::string SamplesText(const TuningReport& report, std::string_view title,
                        const std::vector<TuningSample>& samples) {
  std::string text = std::string(title) + (samples.empty() ? ": none\n" : ":\n");
  for (const TuningSample& sample : samples) {
    absl::StrAppend(&text, "  ", sample.transaction, "  ", sample.time, "  ", sample.subject, "  ",
                    sample.amount, " ", sample.currency, "  turns at ",
                    report.grid.TextAt(sample.turns_at));
    for (const auto& [name, value] : sample.figures) {
      absl::StrAppend(&text, "  ", name, "=", value);
    }
    if (report.positives) absl::StrAppend(&text, sample.is_positive ? "  labelled" : "");
    text += "\n";
  }
  return text;
}

}  // namespace

std::optional<double> PrecisionOf(const TuningReport& report, const ThresholdFigures& figures) {
  if (!report.positives) return std::nullopt;
  return ShareOf(figures.true_alerts, figures.alerts - figures.unlabelled);
}

std::optional<double> RecallOf(const TuningReport& report, const ThresholdFigures& figures) {
  if (!report.positives) return std::nullopt;
  return ShareOf(figures.caught, *report.positives);
}

std::string WindowsText(const TuningCurve& curve) {
  std::string text;
  for (const auto& [feature, over] : curve.windows) {
    absl::StrAppend(&text, text.empty() ? "" : ", ", feature, " over ", over);
  }
  return text;
}

std::string TuningText(const TuningReport& report) {
  std::string text = absl::StrFormat(
      "%s: %s = %s, tried from %s to %s\n%s records, %s legs\n", report.rule, report.parameter,
      report.grid.TextAt(report.grid.present()), report.grid.TextAt(report.grid.least()),
      report.grid.TextAt(report.grid.greatest()),
      GroupDigits(static_cast<int64_t>(report.totals.records)),
      GroupDigits(static_cast<int64_t>(report.totals.legs)));
  text += RefusedText(report.totals);
  if (!report.every_value) text += "only the values below were tried: " + report.why_not + "\n";
  for (const TuningCurve& curve : report.curves) {
    text += "\n" + (curve.windows.empty() ? "" : WindowsText(curve) + "\n") +
            absl::StrFormat("  %18s  %10s  %10s  %9s  %9s", report.parameter, "alerts", "matches",
                            "folded", "excepted") +
            (report.positives ? absl::StrFormat("  %10s  %8s", "precision", "recall") : "") + "\n";
    for (Step from : RowsOf(report, curve)) {
      text += Row(report, from, FiguresAt(curve.points, from), from == report.grid.present());
    }
    if (report.every_value && curve.points.size() > kRowsOnTerminal) {
      absl::StrAppend(&text, "  of ", curve.points.size(),
                      " values at which a figure changes; --format csv has all\n");
    }
    text += SamplesText(report, "just above the line (alerts that would be the first to go)",
                        curve.above);
    text += SamplesText(report, "just below the line (silent, and the first to come)", curve.below);
  }
  return text;
}

std::string TuningJson(const TuningReport& report) {
  const ThresholdGrid& grid = report.grid;
  std::string text;
  JsonWriter json(&text);
  json.BeginObject()
      .Field("schema", "vigla.tune.v1")
      .Field("rule", report.rule)
      .Field("pack", report.pack)
      .Field("parameter", report.parameter)
      .Field("type", ValueTypeName(grid.type()))
      .OptionalField("unit", grid.Unit())
      .Field("present", grid.NumberAt(grid.present()))
      .Field("from", grid.NumberAt(grid.least()))
      .Field("to", grid.NumberAt(grid.greatest()))
      .Field("every_value", report.every_value)
      .OptionalField("why_not", report.why_not)
      .Field("rule_set", report.rule_set)
      .CounterField("records", report.totals.records)
      .CounterField("legs", report.totals.legs);
  if (report.positives) json.Field("labelled", *report.positives);
  json.Key("curves").BeginArray();
  for (const TuningCurve& curve : report.curves) WriteCurve(report, curve, &json);
  json.EndArray().EndObject();
  return text + "\n";
}

std::string TuningCsv(const TuningReport& report) {
  std::string text;
  CsvWriter csv(&text);
  std::vector<std::string> head = {"windows", "from", "unit", "matches", "alerts", "folded",
                                   "excepted"};
  if (report.positives) {
    for (const char* name : {"true_alerts", "unlabelled", "caught", "precision", "recall"}) {
      head.push_back(name);
    }
  }
  csv.Row(head);
  const auto share = [](const std::optional<double>& of) {
    return of ? FormatJsonNumber(*of, kShareDigits) : std::string();
  };
  for (const TuningCurve& curve : report.curves) {
    for (const ThresholdPoint& point : curve.points) {
      const ThresholdFigures& figures = point.figures;
      std::vector<std::string> row = {WindowsText(curve),
                                      report.grid.NumberAt(point.from),
                                      report.grid.Unit(),
                                      std::to_string(figures.matches),
                                      std::to_string(figures.alerts),
                                      std::to_string(figures.folded()),
                                      std::to_string(figures.excepted)};
      if (report.positives) {
        row.push_back(std::to_string(figures.true_alerts));
        row.push_back(std::to_string(figures.unlabelled));
        row.push_back(std::to_string(figures.caught));
        row.push_back(share(PrecisionOf(report, figures)));
        row.push_back(share(RecallOf(report, figures)));
      }
      csv.Row(row);
    }
  }
  return text;
}

}  // namespace vigla
