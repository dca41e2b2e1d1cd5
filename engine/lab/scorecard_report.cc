// A scorecard as JSON, CSV, text and a page. Cold.
#include "engine/base/json_writer.h"
#include "engine/lab/report/html_page.h"
#include "engine/lab/report/plot.h"
#include "engine/lab/report/text.h"
#include "engine/lab/report/text_table.h"
#include "engine/lab/scorecard.h"

namespace vigla {
namespace {

std::string Grouped(uint64_t n) { return GroupDigits(static_cast<int64_t>(n)); }

std::string CriteriaText(const ScorecardCriteria& criteria) {
  return "Precision is the share of valuable and confirmed among decided alerts. With fewer than " +
         Grouped(criteria.decided_min) + " decided alerts nothing is said; below " +
         FormatShare(criteria.retire_below) + " with nothing confirmed: retire; below " +
         FormatShare(criteria.tune_below) + ": tune; else keep.";
}

std::string Hours(const ScorecardRow& row) {
  return row.hours_to_close ? FormatFigure(*row.hours_to_close, 1) : "–";
}

std::string Share(uint64_t part, const ScorecardRow& row) {
  if (row.decided() == 0) return "–";
  return FormatShare(static_cast<double>(part) / static_cast<double>(row.decided()));
}

}  // namespace

std::string ScorecardJson(const Scorecard& scorecard) {
  std::string text;
  JsonWriter json(&text);
  json.BeginObject()
      .Field("schema", "vigla.scorecard.v1")
      .Field("alerts", static_cast<int64_t>(scorecard.alerts))
      .Field("dispositions", static_cast<int64_t>(scorecard.dispositions))
      .Field("strangers", static_cast<int64_t>(scorecard.strangers))
      .Key("criteria")
      .BeginObject()
      .Field("decided_min", static_cast<int64_t>(scorecard.criteria.decided_min))
      .Key("retire_below")
      .Raw(FormatJsonNumber(scorecard.criteria.retire_below, 4))
      .Key("tune_below")
      .Raw(FormatJsonNumber(scorecard.criteria.tune_below, 4))
      .EndObject()
      .Key("rules")
      .BeginArray();
  for (const ScorecardRow& row : scorecard.rows) {
    json.BeginObject()
        .Field("rule", row.rule)
        .Field("version", row.version)
        .Field("alerts", static_cast<int64_t>(row.alerts))
        .Field("open", static_cast<int64_t>(row.open))
        .Field("false_positive", static_cast<int64_t>(row.false_positive))
        .Field("valuable", static_cast<int64_t>(row.valuable))
        .Field("confirmed", static_cast<int64_t>(row.confirmed));
    WriteShare("precision", row.precision(), &json);
    if (row.hours_to_close) {
      json.Key("hours_to_close").Raw(FormatJsonNumber(*row.hours_to_close, 2));
    }
    json.Field("verdict", RuleVerdictName(row.verdict)).EndObject();
  }
  json.EndArray().EndObject();
  return text + "\n";
}

std::string ScorecardText(const Scorecard& scorecard) {
  TextTable table;
  table.columns = {{"rule", false},          {"version", true},   {"alerts", true},
                   {"open", true},           {"false positive", true}, {"valuable", true},
                   {"confirmed", true},      {"precision", true}, {"hours to close", true},
                   {"verdict", false}};
  for (const ScorecardRow& row : scorecard.rows) {
    table.rows.push_back({row.rule, std::to_string(row.version), Grouped(row.alerts),
                          Grouped(row.open), Grouped(row.false_positive), Grouped(row.valuable),
                          Grouped(row.confirmed), FormatShare(row.precision()), Hours(row),
                          std::string(RuleVerdictName(row.verdict))});
  }
  std::string text = RenderTextTable(table) + "\n" + CriteriaText(scorecard.criteria) + "\n";
  if (scorecard.strangers > 0) {
    text += Grouped(scorecard.strangers) + " disposed alerts are not among the alerts given\n";
  }
  return text;
}

std::string ScorecardCsv(const Scorecard& scorecard) {
  std::string text;
  CsvWriter csv(&text);
  csv.Row({"rule", "version", "alerts", "open", "false_positive", "valuable", "confirmed",
           "precision", "hours_to_close", "verdict"});
  for (const ScorecardRow& row : scorecard.rows) {
    csv.Row({row.rule, std::to_string(row.version), std::to_string(row.alerts),
             std::to_string(row.open), std::to_string(row.false_positive),
             std::to_string(row.valuable), std::to_string(row.confirmed),
             row.precision() ? FormatJsonNumber(*row.precision(), kShareDigits) : "",
             row.hours_to_close ? FormatJsonNumber(*row.hours_to_close, 2) : "",
             std::string(RuleVerdictName(row.verdict))});
  }
  return text;
}

std::string ScorecardHtml(const Scorecard& scorecard) {
  HtmlPage page("Scorecard of rules",
                Grouped(scorecard.alerts) + " alerts, " + Grouped(scorecard.dispositions) +
                    " dispositions, " + Grouped(scorecard.strangers) +
                    " of them on alerts that are not among these");
  BarPlot bars{"Outcomes by rule", "rule and version", "decided alerts", {}, {}};
  bars.series = {{"confirmed", "3", {}}, {"valuable", "1", {}}, {"false positive", "5", {}}};
  HtmlTable table;
  table.columns = {{"Rule"}, {"Version", true}, {"Verdict"}, {"Alerts", true}, {"Open", true},
                   {"False positive", true}, {"Valuable", true}, {"Confirmed", true},
                   {"Precision", true}, {"Median hours to close", true}};
  table.none = "There are no alerts.";
  for (const ScorecardRow& row : scorecard.rows) {
    bars.categories.push_back(row.rule + " v" + std::to_string(row.version));
    bars.series[0].values.push_back(static_cast<double>(row.confirmed));
    bars.series[1].values.push_back(static_cast<double>(row.valuable));
    bars.series[2].values.push_back(static_cast<double>(row.false_positive));
    const char* color = row.verdict == RuleVerdict::kKeep     ? "3"
                        : row.verdict == RuleVerdict::kTune   ? "2"
                        : row.verdict == RuleVerdict::kRetire ? "5"
                                                              : "6";
    table.rows.push_back(
        {{row.rule, ""}, {std::to_string(row.version), ""},
         {std::string(RuleVerdictName(row.verdict)), color}, {Grouped(row.alerts), ""},
         {Grouped(row.open), ""}, {Share(row.false_positive, row), ""},
         {Share(row.valuable, row), ""}, {Share(row.confirmed, row), ""},
         {FormatShare(row.precision()), ""}, {Hours(row), ""}});
  }
  page.Table(table);
  page.Note(CriteriaText(scorecard.criteria) +
            " Shares are of decided alerts. Hours run from event time to the closing.");
  if (!bars.categories.empty()) {
    page.Heading("Outcomes");
    page.Plot(RenderBarPlot(bars));
  }
  return page.Finish();
}

}  // namespace vigla
