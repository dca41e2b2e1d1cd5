// Back-tests: weeks and working days, labels, expectations, and figures of a small input.
#include "engine/lab/backtest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "engine/lab/backtest_collector.h"
#include "engine/lab/backtest_expectation.h"
#include "engine/lab/backtest_report.h"
#include "engine/pipeline/memory_ports.h"

namespace vigla {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

int32_t Day(std::string_view date) { return *ParseDate(date); }

TEST(BacktestTime, WeeksAreThoseOfIso8601) {
  // Years whose first or last days belong to a week of the other year.
  EXPECT_EQ(IsoWeek(MondayOf(Day("2018-04-01"))), "2018-W13");
  EXPECT_EQ(IsoWeek(MondayOf(Day("2018-04-02"))), "2018-W14");
  EXPECT_EQ(IsoWeek(MondayOf(Day("2021-01-03"))), "2020-W53");
  EXPECT_EQ(IsoWeek(MondayOf(Day("2024-12-30"))), "2025-W01");
  EXPECT_EQ(IsoWeek(MondayOf(Day("1969-12-31"))), "1970-W01");
}

TEST(BacktestTime, AWeekendWaitsForMondayAndQuietDaysCount) {
  // Friday 2026-03-06 to Tuesday 2026-03-10.
  const BacktestWorkload load = WorkloadOf({{Day("2026-03-06"), {0, 0, 1, 0, 0}},
                                            {Day("2026-03-07"), {0, 0, 2, 0, 0}},
                                            {Day("2026-03-08"), {0, 0, 0, 4, 0}}},
                                           Day("2026-03-06"), Day("2026-03-10"));
  ASSERT_EQ(load.days.size(), 3u);
  EXPECT_EQ(load.days[1].first, Day("2026-03-09"));
  EXPECT_EQ(load.all.mean, 7.0 / 3);
  EXPECT_EQ(load.all.p50, 1u);
  EXPECT_EQ(load.all.p95, 6u);
  EXPECT_EQ(load.all.most, 6u);
  EXPECT_EQ(load.by_severity[3].most, 4u);
}

TEST(BacktestLabelsTest, ReadsBothFormsAndPrefersTheAccountsOwn) {
  const auto csv = BacktestLabels::Parse(
      "note,transaction,account,fraud\n\"a,\nb\",t1,,1\n,t1,de 02,no\n,t2,,False\n");
  ASSERT_TRUE(csv.ok()) << csv.status();
  EXPECT_EQ(csv->Find("t1", "X"), true);
  EXPECT_EQ(csv->Find("t1", "DE02"), false);
  EXPECT_EQ(csv->Find("t2", ""), false);
  EXPECT_EQ(csv->Find("t3", ""), std::nullopt);
  const auto json = BacktestLabels::Parse("{\"id\": \"t1\", \"label\": true}\n\n{\"id\":7,"
                                          "\"label\":0}\n");
  ASSERT_TRUE(json.ok()) << json.status();
  EXPECT_EQ(json->Find("t1", "X"), true);
  EXPECT_EQ(json->Find("7", ""), false);
  EXPECT_THAT(std::string(BacktestLabels::Parse("id,label\na,maybe\n").status().message()),
              HasSubstr("line 2"));
  EXPECT_FALSE(BacktestLabels::Parse("id,label\na\n").ok());
  EXPECT_FALSE(BacktestLabels::Parse("").ok());
}

constexpr char kPack[] = R"(pack: p
version: 1
features:
  spent: {sum: amount, of: debits, over: 1d}
rules:
  - rule: p.large
    title: A large payment
    subject: debtor
    severity: low
    score: 5
    when: amount >= money("500 EUR")
    reason: "{amount}, at least 500 EUR."
  - rule: p.sum
    title: Much in a day
    subject: debtor
    severity: high
    score: 40
    when: spent > money("900 EUR")
    reason: "{spent} in a day, more than 900 EUR."
    once_per: {key: account, for: 1d}
)";

class Backtest : public testing::Test {
 protected:
  // a and b are large; b, c and d make the sum: b alerts with a as evidence, c and d are folded.
  void SetUp() override {
    const char* payments[][3] = {{"a", "2026-03-06T10:00:00Z", "500"},
                                 {"b", "2026-03-07T09:00:00Z", "600"},
                                 {"c", "2026-03-07T09:30:00Z", "100"},
                                 {"d", "2026-03-07T09:40:00Z", "100"},
                                 {"e", "2026-03-20T09:40:00Z", "100"}};
    for (const auto& [id, time, amount] : payments) {
      source_.Append(std::string("{\"id\":\"") + id + "\",\"time\":\"" + time +
                     "\",\"amount\":\"" + amount + "\",\"currency\":\"EUR\"," +
                     "\"debtor\":{\"account\":\"DE0012345\"},\"creditor\":{\"account\":\"C\"}}");
    }
    folder_ = std::filesystem::path(testing::TempDir()) /
              ("backtest-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_);
    std::ofstream(folder_ / "p.yaml") << kPack;
    options_.load.hasher = &hasher_;
    options_.load.base_currency = *CurrencyCode::Parse("EUR");
    options_.pipeline.lanes = 2;
    Diagnostics diagnostics;
    rules_ = LoadRuleSet({(folder_ / "p.yaml").string()}, options_.load, &diagnostics);
    ASSERT_NE(rules_, nullptr);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  BacktestFigures Run(const BacktestLabels* labels) {
    BacktestCollector collector(*rules_, labels, "vigla", options_.pipeline.lanes);
    RecordedRunPorts ports;
    ports.source = &source_;
    ports.observer = &collector;
    const auto totals = RunRecorded(rules_, options_, ports);
    EXPECT_TRUE(totals.ok()) << totals.status();
    return collector.Finish(*totals, source_.topics());
  }

  MemorySource source_;
  std::filesystem::path folder_;
  KeyedHasher hasher_{"vigla"};
  RecordedRunOptions options_;
  std::shared_ptr<const RuleSet> rules_;
};

TEST_F(Backtest, CountsAndJudges) {
  const auto labels = BacktestLabels::Parse("id,label\na,true\nb,false\nc,true\nd,false\ne,true\n");
  ASSERT_TRUE(labels.ok());
  const BacktestFigures figures = Run(&*labels);
  EXPECT_EQ(figures.transactions, 5u);
  ASSERT_EQ(figures.rules.size(), 2u);
  const BacktestRule& large = figures.rules[0];
  const BacktestRule& sum = figures.rules[1];
  EXPECT_EQ(large.alerts, 2u);
  EXPECT_EQ(sum.alerts, 1u);
  EXPECT_EQ(sum.folded, 2u);
  ASSERT_EQ(figures.alerts.size(), 2u);
  EXPECT_THAT(figures.alerts[1].rules, ElementsAre(0, 1));
  EXPECT_EQ(figures.alerts[1].severity, AlertSeverity::kHigh);
  EXPECT_EQ(figures.alerts[1].score, 45);
  // a's alert is right, b's is wrong, whatever its evidence.
  EXPECT_EQ(figures.truth->all.right, 1u);
  EXPECT_EQ(figures.truth->all.wrong, 1u);
  // Found: a, and c folded into b's alert; e is missed.
  EXPECT_EQ(figures.truth->all.found, 2u);
  EXPECT_EQ(figures.truth->all.shown, 2u);
  EXPECT_EQ(figures.truth->labelled_true, 3u);
  // The sum alone folded c, and lists a.
  EXPECT_EQ(sum.truth.found, 1u);
  EXPECT_EQ(sum.truth.shown, 2u);
  EXPECT_EQ(figures.truth->Recall(sum.truth), 1.0 / 3);
  // Together on b's leg; folded ones are true too: c and d for the sum alone.
  ASSERT_EQ(figures.overlap.size(), 1u);
  EXPECT_EQ(figures.overlap[0].legs, 1u);
  EXPECT_EQ(figures.overlap[0].legs_either, 4u);
  EXPECT_EQ(figures.overlap[0].days, 1u);
  EXPECT_EQ(figures.overlap[0].days_either, 2u);
  ASSERT_EQ(figures.weeks.size(), 3u);
  EXPECT_EQ(figures.weeks[1].transactions, 0u);
  ASSERT_EQ(figures.subjects.size(), 1u);
  EXPECT_EQ(figures.subjects[0].masked, "DE…45");
  EXPECT_THAT(BacktestJson(figures), HasSubstr("\"alerts_right\":1"));
  EXPECT_THAT(BacktestHtml(figures), HasSubstr("2026-W10"));
  EXPECT_THAT(BacktestHtml(figures), Not(HasSubstr("DE0012345")));
}

TEST_F(Backtest, WithoutLabelsSaysNothingOfTruth) {
  const BacktestFigures figures = Run(nullptr);
  EXPECT_FALSE(figures.truth.has_value());
  EXPECT_THAT(BacktestJson(figures), Not(HasSubstr("precision")));
}

TEST_F(Backtest, ExpectationsNameWhatIsMissed) {
  const BacktestFigures figures = Run(nullptr);
  const auto expected = ParseExpectations(
      "e.yaml", "p.large: {exactly: 3}\np.sum: {at_least: 1, at_most: 1}\np.gone: {at_most: 5}\n");
  ASSERT_TRUE(expected.ok()) << expected.status();
  EXPECT_THAT(MissedExpectations(*expected, figures),
              ElementsAre("p.large: 2 alerts, expected exactly 3",
                          "p.gone: no such rule is loaded"));
  for (const char* broken : {"a", "a: 3", "a: {more: 3}", "a: {exactly: x}", "a: {}", "a: [1]"}) {
    EXPECT_FALSE(ParseExpectations("e.yaml", broken).ok()) << broken;
  }
}

}  // namespace
}  // namespace vigla
