// JSON, CSV and text of a back-test; its page is in backtest_page.cc. Cold.
#include "engine/lab/backtest_report.h"

#include <algorithm>

#include "engine/base/json_writer.h"
#include "engine/lab/report/text.h"
#include "engine/lab/report/text_table.h"

namespace vigla {
namespace {

std::string_view StateName(const BacktestRule& rule) {
  return rule.state == RuleState::kShadow ? "shadow" : "live";
}

void WriteBySeverity(const BySeverity& counts, JsonWriter* json) {
  json->BeginObject();
  for (size_t s = kSeverityCount; s-- > 0;) {
    if (counts[s] == 0) continue;
    json->Field(AlertSeverityName(static_cast<AlertSeverity>(s)),
                static_cast<int64_t>(counts[s]));
  }
  json->EndObject();
}

void WriteTruth(const BacktestFigures::Truth& all, const BacktestTruth& truth, JsonWriter* json) {
  json->BeginObject()
      .Field("alerts_right", static_cast<int64_t>(truth.right))
      .Field("alerts_wrong", static_cast<int64_t>(truth.wrong))
      .Field("alerts_unlabelled", static_cast<int64_t>(truth.unlabelled))
      .Field("transactions_found", static_cast<int64_t>(truth.found))
      .Field("transactions_shown", static_cast<int64_t>(truth.shown));
  WriteShare("precision", truth.Precision(), json);
  WriteShare("recall", all.Recall(truth), json);
  json->EndObject();
}

void WriteWorkload(const BacktestWorkload::Figures& of, JsonWriter* json) {
  json->BeginObject()
      .Key("mean")
      .Raw(FormatJsonNumber(of.mean, 2))
      .Field("p50", static_cast<int64_t>(of.p50))
      .Field("p95", static_cast<int64_t>(of.p95))
      .Field("max", static_cast<int64_t>(of.most))
      .EndObject();
}

void WriteInput(const BacktestFigures& figures, JsonWriter* json) {
  const RecordedRunTotals& totals = figures.totals;
  json->Key("input").BeginObject().Key("names").BeginArray();
  for (const std::string& name : figures.inputs) json->String(name);
  json->EndArray()
      .Field("records", static_cast<int64_t>(totals.records))
      .Field("valid", static_cast<int64_t>(totals.valid))
      .Field("flagged", static_cast<int64_t>(totals.flagged))
      .Field("rejected", static_cast<int64_t>(totals.rejected))
      .Field("unreadable", static_cast<int64_t>(totals.unreadable))
      .Field("legs", static_cast<int64_t>(totals.legs));
  if (figures.transactions > 0) {
    json->Field("first", FormatTime(figures.first)).Field("last", FormatTime(figures.last));
  }
  json->EndObject();
}

void WriteRules(const BacktestFigures& figures, JsonWriter* json) {
  json->Key("rules").BeginArray();
  for (const BacktestRule& rule : figures.rules) {
    auto count = [&](const char* key, uint64_t n) { json->Field(key, static_cast<int64_t>(n)); };
    json->BeginObject()
        .Field("rule", rule.id)
        .Field("version", int64_t{rule.version})
        .Field("pack", rule.pack)
        .Field("title", rule.title)
        .Field("state", StateName(rule))
        .Field("severity", AlertSeverityName(rule.severity))
        .Field("score", int64_t{rule.score});
    count("alerts", rule.alerts);
    count("shadow", rule.shadow);
    count("folded", rule.folded);
    count("excepted", rule.excepted);
    count("flagged", rule.flagged);
    count("decided", rule.decided);
    count("unknown", rule.unknown);
    count("too_late", rule.too_late);
    if (figures.truth) {
      json->Key("truth");
      WriteTruth(*figures.truth, rule.truth, json);
    }
    json->EndObject();
  }
  json->EndArray();
}

void WriteWeeks(const BacktestFigures& figures, JsonWriter* json) {
  json->Key("weeks").BeginArray();
  for (const BacktestWeek& week : figures.weeks) {
    json->BeginObject()
        .Field("week", IsoWeek(week.monday))
        .Field("from", FormatDate(week.monday))
        .Field("transactions", static_cast<int64_t>(week.transactions))
        .Key("alerts");
    WriteBySeverity(week.alerts, json);
    json->Key("rules").BeginObject();
    for (const auto& [rule, alerts] : week.alerts_by_rule) {
      json->Field(figures.rules[static_cast<size_t>(rule)].id, static_cast<int64_t>(alerts));
    }
    json->EndObject().EndObject();
  }
  json->EndArray();
}

void WriteOverlap(const BacktestFigures& figures, JsonWriter* json) {
  json->Key("overlap").BeginArray();
  for (const BacktestOverlap& pair : figures.overlap) {
    json->BeginObject()
        .Field("first", figures.rules[static_cast<size_t>(pair.first)].id)
        .Field("second", figures.rules[static_cast<size_t>(pair.second)].id)
        .Field("legs", static_cast<int64_t>(pair.legs))
        .Field("legs_either", static_cast<int64_t>(pair.legs_either))
        .Key("legs_jaccard")
        .Raw(FormatJsonNumber(pair.LegShare(), kShareDigits))
        .Field("subject_days", static_cast<int64_t>(pair.days))
        .Field("subject_days_either", static_cast<int64_t>(pair.days_either))
        .Key("subject_days_jaccard")
        .Raw(FormatJsonNumber(pair.DayShare(), kShareDigits))
        .EndObject();
  }
  json->EndArray();
}

void WriteSubjectsAndAlerts(const BacktestFigures& figures, JsonWriter* json) {
  json->Key("subjects").BeginArray();
  for (const BacktestSubject& subject : figures.subjects) {
    json->BeginObject()
        .Field("kind", SubjectKindName(subject.kind))
        .Field("masked", subject.masked)
        .Field("ref", subject.reference)
        .Field("alerts", static_cast<int64_t>(subject.alerts))
        .EndObject();
  }
  json->EndArray().Key("alerts").BeginArray();
  for (const BacktestAlert& alert : figures.alerts) {
    json->BeginObject()
        .Field("alert_id", AlertIdText(alert.id))
        .Field("time", FormatTime(alert.time))
        .Field("state", alert.shadow ? "shadow" : "live")
        .Field("severity", AlertSeverityName(alert.severity))
        .Field("score", int64_t{alert.score})
        .Field("kind", SubjectKindName(alert.kind))
        .Field("role", RoleText(alert.order))
        .Field("transaction", alert.transaction)
        .Key("rules")
        .BeginArray();
    for (int rule : alert.rules) json->String(figures.rules[static_cast<size_t>(rule)].id);
    json->EndArray();
    if (alert.own_label) json->Field("right", *alert.own_label);
    json->EndObject();
  }
  json->EndArray();
}

std::string Number(uint64_t n) { return std::to_string(n); }
std::string Grouped(uint64_t n) { return GroupDigits(static_cast<int64_t>(n)); }

std::string RulesCsv(const BacktestFigures& figures) {
  std::string text;
  CsvWriter csv(&text);
  std::vector<std::string> header = {"rule",     "version", "pack",    "title",   "state",
                                     "severity", "score",   "alerts",  "shadow",  "folded",
                                     "excepted", "flagged", "decided", "unknown", "too_late"};
  if (figures.truth) {
    header.insert(header.end(),
                  {"alerts_right", "alerts_wrong", "alerts_unlabelled", "transactions_found",
                   "transactions_shown", "precision", "recall"});
  }
  csv.Row(header);
  auto share = [](const std::optional<double>& of) {
    return of ? FormatJsonNumber(*of, kShareDigits) : std::string();
  };
  for (const BacktestRule& rule : figures.rules) {
    std::vector<std::string> row = {
        rule.id, std::to_string(rule.version), rule.pack, rule.title,
        std::string(StateName(rule)), std::string(AlertSeverityName(rule.severity)),
        std::to_string(rule.score), Number(rule.alerts), Number(rule.shadow),
        Number(rule.folded), Number(rule.excepted), Number(rule.flagged), Number(rule.decided),
        Number(rule.unknown), Number(rule.too_late)};
    if (figures.truth) {
      const BacktestTruth& truth = rule.truth;
      row.insert(row.end(), {Number(truth.right), Number(truth.wrong), Number(truth.unlabelled),
                             Number(truth.found), Number(truth.shown), share(truth.Precision()),
                             share(figures.truth->Recall(truth))});
    }
    csv.Row(row);
  }
  return text;
}

std::string WeeksCsv(const BacktestFigures& figures) {
  std::string text;
  CsvWriter csv(&text);
  csv.Row({"week", "from", "transactions", "rule", "alerts"});
  for (const BacktestWeek& week : figures.weeks) {
    const std::string name = IsoWeek(week.monday), from = FormatDate(week.monday);
    for (size_t r = 0; r < figures.rules.size(); ++r) {
      const auto found = week.alerts_by_rule.find(static_cast<int>(r));
      csv.Row({name, from, Number(week.transactions), figures.rules[r].id,
               Number(found == week.alerts_by_rule.end() ? 0 : found->second)});
    }
  }
  return text;
}

std::string WorkloadCsv(const BacktestFigures& figures) {
  std::string text;
  CsvWriter csv(&text);
  csv.Row({"working_day", "info", "low", "medium", "high", "critical"});
  for (const auto& [day, counts] : figures.workload.days) {
    std::vector<std::string> row = {FormatDate(day)};
    for (uint64_t count : counts) row.push_back(Number(count));
    csv.Row(row);
  }
  return text;
}

std::string OverlapCsv(const BacktestFigures& figures) {
  std::string text;
  CsvWriter csv(&text);
  csv.Row({"first", "second", "legs", "legs_either", "legs_jaccard", "subject_days",
           "subject_days_either", "subject_days_jaccard"});
  for (const BacktestOverlap& pair : figures.overlap) {
    csv.Row({figures.rules[static_cast<size_t>(pair.first)].id,
             figures.rules[static_cast<size_t>(pair.second)].id, Number(pair.legs),
             Number(pair.legs_either), FormatJsonNumber(pair.LegShare(), kShareDigits),
             Number(pair.days), Number(pair.days_either),
             FormatJsonNumber(pair.DayShare(), kShareDigits)});
  }
  return text;
}

std::string AlertsCsv(const BacktestFigures& figures) {
  std::string text;
  CsvWriter csv(&text);
  csv.Row({"alert_id", "time", "state", "severity", "score", "transaction", "rules", "right"});
  for (const BacktestAlert& alert : figures.alerts) {
    std::string rules;
    for (int rule : alert.rules) {
      rules += (rules.empty() ? "" : " ") + figures.rules[static_cast<size_t>(rule)].id;
    }
    csv.Row({AlertIdText(alert.id), FormatTime(alert.time), alert.shadow ? "shadow" : "live",
             std::string(AlertSeverityName(alert.severity)), std::to_string(alert.score),
             alert.transaction, rules,
             alert.own_label ? (*alert.own_label ? "true" : "false") : ""});
  }
  return text;
}

}  // namespace

std::string BacktestJson(const BacktestFigures& figures) {
  std::string text;
  JsonWriter json(&text);
  json.BeginObject()
      .Field("schema", "vigla.backtest.v1")
      .Field("rule_set", figures.rule_set);
  WriteInput(figures, &json);
  json.Key("alerts_by_severity");
  WriteBySeverity(figures.alerts_by_severity, &json);
  WriteRules(figures, &json);
  WriteWeeks(figures, &json);
  json.Key("workload")
      .BeginObject()
      .Field("working_days", static_cast<int64_t>(figures.workload.days.size()))
      .Key("all");
  WriteWorkload(figures.workload.all, &json);
  json.Key("by_severity").BeginObject();
  for (size_t s = kSeverityCount; s-- > 0;) {
    if (figures.alerts_by_severity[s] == 0) continue;
    json.Key(AlertSeverityName(static_cast<AlertSeverity>(s)));
    WriteWorkload(figures.workload.by_severity[s], &json);
  }
  json.EndObject().EndObject();
  WriteOverlap(figures, &json);
  if (figures.truth) {
    json.Key("truth")
        .BeginObject()
        .Field("labelled_true", static_cast<int64_t>(figures.truth->labelled_true))
        .Field("labelled_false", static_cast<int64_t>(figures.truth->labelled_false))
        .Key("all");
    WriteTruth(*figures.truth, figures.truth->all, &json);
    json.EndObject();
  }
  WriteSubjectsAndAlerts(figures, &json);
  json.EndObject();
  return text + "\n";
}

std::vector<NamedText> BacktestCsv(const BacktestFigures& figures) {
  return {{"rules.csv", RulesCsv(figures)},
          {"weeks.csv", WeeksCsv(figures)},
          {"workload.csv", WorkloadCsv(figures)},
          {"overlap.csv", OverlapCsv(figures)},
          {"alerts.csv", AlertsCsv(figures)}};
}

std::string BacktestText(const BacktestFigures& figures) {
  TextTable table;
  table.columns = {{"rule", false},    {"state", false},   {"severity", false},
                   {"alerts", true},   {"shadow", true},   {"folded", true},
                   {"excepted", true}, {"unknown", true},  {"too late", true}};
  if (figures.truth) {
    table.columns.insert(table.columns.end(),
                         {{"precision", true}, {"recall", true}, {"shown", true}});
  }
  for (const BacktestRule& rule : figures.rules) {
    std::vector<std::string> row = {rule.id, std::string(StateName(rule)),
                                    std::string(AlertSeverityName(rule.severity)),
                                    Grouped(rule.alerts), Grouped(rule.shadow),
                                    Grouped(rule.folded), Grouped(rule.excepted),
                                    Grouped(rule.unknown), Grouped(rule.too_late)};
    if (figures.truth) {
      row.push_back(FormatShare(rule.truth.Precision()));
      row.push_back(FormatShare(figures.truth->Recall(rule.truth)));
      row.push_back(FormatShare(ShareOf(rule.truth.shown, figures.truth->labelled_true)));
    }
    table.rows.push_back(std::move(row));
  }
  std::string text = RenderTextTable(table);
  const BacktestWorkload::Figures& load = figures.workload.all;
  text += "\n" + Grouped(figures.totals.alerts) + " alerts, " +
          Grouped(figures.totals.shadow_alerts) + " shadow alerts of " +
          Grouped(figures.transactions) + " transactions (" +
          Grouped(figures.totals.records) + " records)\n" + RefusedText(figures.totals);
  text += "a working day: mean " + FormatFigure(load.mean, 1) + ", median " + Grouped(load.p50) +
          ", p95 " + Grouped(load.p95) + ", most " + Grouped(load.most) + " alerts\n";
  if (figures.truth) {
    const BacktestFigures::Truth& truth = *figures.truth;
    text += "precision " + FormatShare(truth.all.Precision()) + " (" + Grouped(truth.all.right) +
            " alerts right, " + Grouped(truth.all.wrong) + " wrong), recall " +
            FormatShare(truth.Recall(truth.all)) + " (" + Grouped(truth.all.found) + " of " +
            Grouped(truth.labelled_true) + " labelled true)\n";
  }
  return text;
}

}  // namespace vigla
