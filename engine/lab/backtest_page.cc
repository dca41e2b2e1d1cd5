// The page of a back-test: what officers would get, from which rules, and whether it was right.
// Cold.
#include <algorithm>

#include "engine/lab/backtest_labels.h"
#include "engine/lab/backtest_report.h"
#include "engine/lab/report/html_page.h"
#include "engine/lab/report/plot.h"
#include "engine/lab/report/text.h"

namespace vigla {
namespace {

std::string Grouped(uint64_t n) { return GroupDigits(static_cast<int64_t>(n)); }
std::string SeverityText(size_t severity) {
  return std::string(AlertSeverityName(static_cast<AlertSeverity>(severity)));
}

// Bars by severity, for those that occur.
std::vector<BarSeries> SeveritySeries(const std::vector<BySeverity>& counts) {
  std::vector<BarSeries> series;
  for (size_t s = 0; s < kSeverityCount; ++s) {
    BarSeries of{SeverityText(s), SeverityText(s), {}};
    bool any = false;
    for (const BySeverity& by_severity : counts) {
      of.values.push_back(static_cast<double>(by_severity[s]));
      any = any || by_severity[s] > 0;
    }
    if (any) series.push_back(std::move(of));
  }
  return series;
}

std::string About(const BacktestFigures& figures) {
  std::string names;
  for (const std::string& name : figures.inputs) names += (names.empty() ? "" : ", ") + name;
  std::string about = names;
  if (figures.transactions > 0) {
    about += ", " + FormatDate(UtcDay(figures.first)) + " to " +
             FormatDate(UtcDay(figures.last)) + " (event time, UTC)";
  }
  return about + " · rule set " + figures.rule_set.substr(0, 19) + "…";
}

void AddSummary(const BacktestFigures& figures, HtmlPage* page) {
  const RecordedRunTotals& totals = figures.totals;
  const BacktestWorkload::Figures& load = figures.workload.all;
  uint64_t folded = 0, excepted = 0;
  for (const BacktestRule& rule : figures.rules) {
    folded += rule.folded;
    excepted += rule.excepted;
  }
  std::vector<HtmlFigure> boxes = {
      {"Transactions", Grouped(figures.transactions),
       Grouped(totals.rejected + totals.unreadable) + " records refused"},
      {"Alerts", Grouped(totals.alerts), Grouped(totals.shadow_alerts) + " more in shadow"},
      {"Alerts a working day", FormatFigure(load.mean, 1),
       "95 % of days at most " + Grouped(load.p95)},
      {"Not shown again", Grouped(folded + excepted),
       Grouped(folded) + " folded, " + Grouped(excepted) + " excepted"}};
  if (figures.truth) {
    const BacktestFigures::Truth& truth = *figures.truth;
    boxes.push_back(
        {"Precision", FormatShare(truth.all.Precision()),
         Grouped(truth.all.right) + " alerts right, " + Grouped(truth.all.wrong) + " wrong"});
    boxes.push_back(
        {"Recall", FormatShare(truth.Recall(truth.all)),
         Grouped(truth.all.found) + " of " + Grouped(truth.labelled_true) + " labelled true"});
  }
  page->Figures(boxes);
}

void AddRules(const BacktestFigures& figures, HtmlPage* page) {
  page->Heading("Rules");
  HtmlTable table;
  table.columns = {{"Rule"},           {"Severity"},     {"Alerts", true},
                   {"Shadow", true},   {"Folded", true}, {"Excepted", true},
                   {"Unknown", true},  {"Too late", true}};
  if (figures.truth) {
    table.columns.insert(table.columns.end(), {{"Precision", true}, {"Recall", true}});
  }
  std::vector<const BacktestRule*> rules;
  for (const BacktestRule& rule : figures.rules) rules.push_back(&rule);
  std::stable_sort(rules.begin(), rules.end(), [](const BacktestRule* a, const BacktestRule* b) {
    return a->alerts + a->shadow > b->alerts + b->shadow;
  });
  for (const BacktestRule* rule : rules) {
    std::vector<HtmlCell> row = {
        {rule->id + (rule->state == RuleState::kShadow ? " (shadow)" : "") + " – " + rule->title,
         ""},
        {SeverityText(static_cast<size_t>(rule->severity)),
         SeverityText(static_cast<size_t>(rule->severity))},
        {Grouped(rule->alerts), ""}, {Grouped(rule->shadow), ""}, {Grouped(rule->folded), ""},
        {Grouped(rule->excepted), ""}, {Grouped(rule->unknown), ""},
        {Grouped(rule->too_late), ""}};
    if (figures.truth) {
      row.push_back({FormatShare(rule->truth.Precision()), ""});
      row.push_back({FormatShare(figures.truth->Recall(rule->truth)), ""});
    }
    table.rows.push_back(std::move(row));
  }
  page->Table(table);
  page->Note("Legs by what became of the match. Folded: the same had been alerted within "
             "once_per. Excepted: an unless applied. Unknown: a field that the condition needs was "
             "absent, so the rule could not say. Too late: older than lateness_max allows.");
}

void AddTime(const BacktestFigures& figures, HtmlPage* page) {
  page->Heading("Alerts by week");
  std::vector<BySeverity> counts;
  BarPlot weeks{"Alerts by ISO week and severity", "ISO week of event time", "alerts", {}, {}};
  for (const BacktestWeek& week : figures.weeks) {
    weeks.categories.push_back(IsoWeek(week.monday));
    counts.push_back(week.alerts);
  }
  weeks.series = SeveritySeries(counts);
  page->Plot(RenderBarPlot(weeks));

  page->Heading("Officers' workload");
  BarPlot days{"Alerts by working day and severity", "working day (UTC date of event time)",
               "alerts", {}, {}};
  counts.clear();
  // More days than can be told apart are left to the table and the CSV.
  constexpr size_t kDaysShownMax = 400;
  const auto& all = figures.workload.days;
  const size_t from = all.size() > kDaysShownMax ? all.size() - kDaysShownMax : 0;
  for (size_t i = from; i < all.size(); ++i) {
    days.categories.push_back(FormatDate(all[i].first));
    counts.push_back(all[i].second);
  }
  days.series = SeveritySeries(counts);
  page->Plot(RenderBarPlot(days));
  HtmlTable table;
  table.columns = {{"Alerts a working day"}, {"Mean", true}, {"Median", true},
                   {"95th percentile", true}, {"Most", true}};
  auto add = [&](std::string name, std::string tag, const BacktestWorkload::Figures& of) {
    table.rows.push_back({{std::move(name), std::move(tag)}, {FormatFigure(of.mean, 1), ""},
                          {Grouped(of.p50), ""}, {Grouped(of.p95), ""}, {Grouped(of.most), ""}});
  };
  add("all", "", figures.workload.all);
  for (size_t s = kSeverityCount; s-- > 0;) {
    if (figures.alerts_by_severity[s] == 0) continue;
    add(SeverityText(s), SeverityText(s), figures.workload.by_severity[s]);
  }
  page->Table(table);
  page->Note("Monday to Friday; what a weekend brings waits for Monday. Quiet days count.");
}

void AddOverlap(const BacktestFigures& figures, HtmlPage* page) {
  page->Heading("Overlap between rules");
  if (figures.overlap.empty()) {
    page->Paragraph("No two rules were ever true together.");
    return;
  }
  page->Paragraph("Of the subject-days on which either of two rules was true, the share in per "
                  "cent on which both were (Jaccard). Near 100, one of the two adds nothing.");
  constexpr size_t kRulesShownMax = 30;
  std::vector<int> shown;
  for (const BacktestOverlap& pair : figures.overlap) {
    for (int rule : {pair.first, pair.second}) {
      if (std::find(shown.begin(), shown.end(), rule) == shown.end()) shown.push_back(rule);
    }
  }
  std::sort(shown.begin(), shown.end());
  if (shown.size() > kRulesShownMax) shown.resize(kRulesShownMax);
  const size_t size = shown.size();
  MatrixPlot plot;
  plot.about = "Share of subject-days that two rules have in common";
  plot.shares.assign(size, std::vector<double>(size, 0));
  plot.tooltips.assign(size, std::vector<std::string>(size));
  for (int rule : shown) plot.names.push_back(figures.rules[static_cast<size_t>(rule)].id);
  HtmlTable table;
  table.columns = {{"Rules"}, {"Legs, both", true}, {"of either", true},
                   {"Subject-days, both", true}, {"of either", true}};
  for (const BacktestOverlap& pair : figures.overlap) {
    const std::string names = figures.rules[static_cast<size_t>(pair.first)].id + " + " +
                              figures.rules[static_cast<size_t>(pair.second)].id;
    table.rows.push_back({{names, ""}, {Grouped(pair.legs), ""},
                          {FormatShare(pair.LegShare()), ""}, {Grouped(pair.days), ""},
                          {FormatShare(pair.DayShare()), ""}});
    const auto a = std::find(shown.begin(), shown.end(), pair.first) - shown.begin();
    const auto b = std::find(shown.begin(), shown.end(), pair.second) - shown.begin();
    if (static_cast<size_t>(a) >= size || static_cast<size_t>(b) >= size) continue;
    const std::string tooltip = names + ": " + Grouped(pair.days) + " of " +
                                Grouped(pair.days_either) + " subject-days";
    for (const auto& [row, column] : {std::pair(a, b), std::pair(b, a)}) {
      plot.shares[static_cast<size_t>(row)][static_cast<size_t>(column)] = pair.DayShare();
      plot.tooltips[static_cast<size_t>(row)][static_cast<size_t>(column)] = tooltip;
    }
  }
  page->Plot(RenderMatrixPlot(plot));
  page->BeginDetails("All pairs");
  page->Table(table);
  page->EndDetails();
}

void AddTruth(const BacktestFigures& figures, HtmlPage* page) {
  if (!figures.truth) return;
  const BacktestFigures::Truth& truth = *figures.truth;
  page->Heading("Right and wrong, by the labels");
  HtmlTable table;
  table.columns = {{"All live rules together"}, {"Figure", true}, {"Of", true}, {"Share", true}};
  auto add = [&](const char* name, uint64_t part, uint64_t whole,
                 const std::optional<double>& share) {
    table.rows.push_back(
        {{name, ""}, {Grouped(part), ""}, {Grouped(whole), ""}, {FormatShare(share), ""}});
  };
  add("Precision: alerts that are right, of those with a label", truth.all.right,
      truth.all.right + truth.all.wrong, truth.all.Precision());
  add("Recall: transactions found, of those labelled true", truth.all.found, truth.labelled_true,
      truth.Recall(truth.all));
  add("Shown: found, or listed in the evidence of an alert", truth.all.shown, truth.labelled_true,
      ShareOf(truth.all.shown, truth.labelled_true));
  page->Table(table);
  page->Note(std::string(kPrecisionAndRecall) +
             " Alerts without a label: " + Grouped(truth.all.unlabelled) + ".");
}

}  // namespace

std::string BacktestHtml(const BacktestFigures& figures) {
  HtmlPage page("Back-test", About(figures));
  AddSummary(figures, &page);
  AddRules(figures, &page);
  AddTruth(figures, &page);
  AddTime(figures, &page);
  AddOverlap(figures, &page);
  page.Heading("Subjects with the most alerts");
  HtmlTable table;
  table.columns = {{"Subject"}, {"Masked id"}, {"Reference in the audit trail"}, {"Alerts", true}};
  table.none = "No subject has an alert.";
  for (const BacktestSubject& subject : figures.subjects) {
    table.rows.push_back({{std::string(SubjectKindName(subject.kind)), ""},
                          {subject.masked, ""}, {subject.reference, ""},
                          {Grouped(subject.alerts), ""}});
  }
  page.Table(table);
  return page.Finish();
}

}  // namespace vigla
