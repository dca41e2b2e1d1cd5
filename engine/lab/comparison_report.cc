// A comparison as JSON, CSV, text and a page. Cold.
#include "engine/base/json_writer.h"
#include "engine/lab/comparison.h"
#include "engine/lab/report/html_page.h"
#include "engine/lab/report/plot.h"
#include "engine/lab/report/text.h"
#include "engine/lab/report/text_table.h"

namespace vigla {
namespace {

std::string Grouped(uint64_t n) { return GroupDigits(static_cast<int64_t>(n)); }

void WriteCounts(const ComparisonCounts& counts, JsonWriter* json) {
  json->Field("before", static_cast<int64_t>(counts.before))
      .Field("after", static_cast<int64_t>(counts.after))
      .Field("appeared", static_cast<int64_t>(counts.appeared))
      .Field("vanished", static_cast<int64_t>(counts.vanished))
      .Field("changed", static_cast<int64_t>(counts.changed))
      .Field("same", static_cast<int64_t>(counts.same));
}

void WriteAlert(std::string_view key, const ComparedAlert& alert, JsonWriter* json) {
  if (alert.key.empty()) return;
  json->Key(key)
      .BeginObject()
      .Field("severity", alert.severity)
      .Field("score", alert.score)
      .Key("matches")
      .BeginArray();
  for (const auto& [rule, match] : alert.matches) {
    json->BeginObject().Field("rule", rule).Field("reason", match.reason).EndObject();
  }
  json->EndArray().EndObject();
}

const ComparedAlert& Shown(const ChangedAlert& changed) {
  return changed.change == AlertChange::kVanished ? changed.before : changed.after;
}

std::string Joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

std::string RulesOf(const ComparedAlert& alert) {
  std::string text;
  for (const auto& [rule, match] : alert.matches) text += (text.empty() ? "" : " ") + rule;
  return text;
}

// What the two say, in words; one of them where the other has no alert.
std::string Words(const ComparedAlert& alert) {
  std::string text;
  for (const auto& [rule, match] : alert.matches) {
    text += (text.empty() ? "" : " · ") + rule + ": " + match.reason;
  }
  return text;
}

std::string_view ColorOf(AlertChange change) {
  return change == AlertChange::kAppeared   ? "3"
         : change == AlertChange::kVanished ? "5"
                                            : "2";
}

}  // namespace

std::string ComparisonJson(const Comparison& comparison) {
  std::string text;
  JsonWriter json(&text);
  json.BeginObject()
      .Field("schema", "vigla.comparison.v1")
      .Field("before", comparison.before_rule_set)
      .Field("after", comparison.after_rule_set)
      .Field("records", static_cast<int64_t>(comparison.records))
      .Key("alerts")
      .BeginObject();
  WriteCounts(comparison.all, &json);
  json.EndObject().Key("changes").BeginObject();
  for (const auto& [what, count] : comparison.changes) {
    json.Field(what, static_cast<int64_t>(count));
  }
  json.EndObject().Key("rules").BeginArray();
  for (const auto& [rule, counts] : comparison.rules) {
    json.BeginObject().Field("rule", rule);
    WriteCounts(counts, &json);
    json.EndObject();
  }
  json.EndArray().Key("examples").BeginArray();
  for (const ChangedAlert& changed : comparison.examples) {
    const ComparedAlert& alert = Shown(changed);
    json.BeginObject()
        .Field("change", AlertChangeName(changed.change))
        .Field("source", alert.key)
        .Field("transaction", alert.transaction)
        .Field("time", alert.time);
    if (!changed.how.empty()) {
      json.Key("how").BeginArray();
      for (const std::string& what : changed.how) json.String(what);
      json.EndArray();
    }
    WriteAlert("before", changed.before, &json);
    WriteAlert("after", changed.after, &json);
    json.EndObject();
  }
  json.EndArray().Field("omitted", static_cast<int64_t>(comparison.omitted)).EndObject();
  return text + "\n";
}

std::string ComparisonText(const Comparison& comparison) {
  TextTable table;
  table.columns = {{"rule", false},     {"before", true},   {"after", true}, {"appeared", true},
                   {"vanished", true},  {"changed", true},  {"same", true}};
  auto add = [&](const std::string& name, const ComparisonCounts& counts) {
    table.rows.push_back({name, Grouped(counts.before), Grouped(counts.after),
                          Grouped(counts.appeared), Grouped(counts.vanished),
                          Grouped(counts.changed), Grouped(counts.same)});
  };
  for (const auto& [rule, counts] : comparison.rules) add(rule, counts);
  add("all alerts", comparison.all);
  std::string text = RenderTextTable(table);
  TextTable examples;
  examples.columns = {{"change", false}, {"transaction", false}, {"what", false}};
  for (const ChangedAlert& changed : comparison.examples) {
    examples.rows.push_back({std::string(AlertChangeName(changed.change)),
                             Shown(changed).transaction,
                             changed.how.empty() ? Words(Shown(changed))
                                                 : Joined(changed.how) + "; " +
                                                       Words(changed.after)});
  }
  if (!examples.rows.empty()) text += "\n" + RenderTextTable(examples);
  if (comparison.omitted > 0) text += Grouped(comparison.omitted) + " more are not shown\n";
  return text;
}

std::string ComparisonCsv(const Comparison& comparison) {
  std::string text;
  CsvWriter csv(&text);
  csv.Row({"rule", "before", "after", "appeared", "vanished", "changed", "same"});
  for (const auto& [rule, counts] : comparison.rules) {
    csv.Row({rule, std::to_string(counts.before), std::to_string(counts.after),
             std::to_string(counts.appeared), std::to_string(counts.vanished),
             std::to_string(counts.changed), std::to_string(counts.same)});
  }
  return text;
}

std::string ComparisonExamplesCsv(const Comparison& comparison) {
  std::string text;
  CsvWriter csv(&text);
  csv.Row({"change", "transaction", "time", "how", "severity_before", "severity_after",
           "score_before", "score_after", "rules_before", "rules_after"});
  for (const ChangedAlert& changed : comparison.examples) {
    const ComparedAlert &before = changed.before, &after = changed.after;
    csv.Row({std::string(AlertChangeName(changed.change)), Shown(changed).transaction,
             Shown(changed).time, Joined(changed.how), before.severity, after.severity,
             before.key.empty() ? "" : std::to_string(before.score),
             after.key.empty() ? "" : std::to_string(after.score), RulesOf(before),
             RulesOf(after)});
  }
  return text;
}

std::string ComparisonHtml(const Comparison& comparison) {
  HtmlPage page("Comparison of two rule sets",
                comparison.before_rule_set.substr(0, 19) + "… before, " +
                    comparison.after_rule_set.substr(0, 19) + "… after, over " +
                    Grouped(comparison.records) + " records");
  const ComparisonCounts& all = comparison.all;
  page.Figures({{"Alerts before", Grouped(all.before), ""},
                {"Alerts after", Grouped(all.after), ""},
                {"Appear", Grouped(all.appeared), "no alert on that leg before"},
                {"Vanish", Grouped(all.vanished), "no alert on that leg any more"},
                {"Change", Grouped(all.changed), "severity, score, rules or figures"},
                {"Stay", Grouped(all.same), "the same in all of these"}});
  page.Heading("Rules");
  BarPlot bars{"Changes by rule", "rule", "legs with an alert", {}, {}};
  bars.series = {{"same", "6", {}}, {"changed", "2", {}}, {"appeared", "3", {}},
                 {"vanished", "5", {}}};
  HtmlTable table;
  table.columns = {{"Rule"}, {"Before", true}, {"After", true}, {"Appear", true},
                   {"Vanish", true}, {"Change", true}, {"Stay", true}};
  table.none = "No rule has an alert in either set.";
  for (const auto& [rule, counts] : comparison.rules) {
    table.rows.push_back({{rule, ""}, {Grouped(counts.before), ""}, {Grouped(counts.after), ""},
                          {Grouped(counts.appeared), ""}, {Grouped(counts.vanished), ""},
                          {Grouped(counts.changed), ""}, {Grouped(counts.same), ""}});
    bars.categories.push_back(rule);
    bars.series[0].values.push_back(static_cast<double>(counts.same));
    bars.series[1].values.push_back(static_cast<double>(counts.changed));
    bars.series[2].values.push_back(static_cast<double>(counts.appeared));
    bars.series[3].values.push_back(static_cast<double>(counts.vanished));
  }
  if (!bars.categories.empty()) page.Plot(RenderBarPlot(bars));
  page.Table(table);
  page.Note("A rule's legs: on how many it has an alert match in either set. Folding moves: one "
            "alert more may fold what was an alert before.");
  page.Heading("Examples");
  HtmlTable examples;
  examples.columns = {{"Change"}, {"Transaction", false, true}, {"Time", false, true}, {"What"}};
  examples.none = "Every alert stays as it is.";
  for (const ChangedAlert& changed : comparison.examples) {
    std::string what = Words(Shown(changed));
    if (changed.change == AlertChange::kChanged) {
      what = Joined(changed.how) + ". Before (" + changed.before.severity + ", " +
             std::to_string(changed.before.score) + "): " + Words(changed.before) + " After (" +
             changed.after.severity + ", " + std::to_string(changed.after.score) +
             "): " + Words(changed.after);
    }
    examples.rows.push_back({{std::string(AlertChangeName(changed.change)),
                              std::string(ColorOf(changed.change))},
                             {Shown(changed).transaction, ""}, {Shown(changed).time, ""},
                             {what, ""}});
  }
  page.Table(examples);
  if (comparison.omitted > 0) page.Note(Grouped(comparison.omitted) + " more are not shown.");
  return page.Finish();
}

}  // namespace vigla
