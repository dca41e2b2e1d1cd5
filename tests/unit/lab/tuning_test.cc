// Every figure of a curve is what the engine itself says when the parameter has that value.
#include "engine/lab/tuning.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <random>
#include <set>

#include "absl/strings/str_cat.h"
#include "engine/lab/backtest_collector.h"
#include "engine/lab/tuning_plan.h"
#include "engine/lab/tuning_report.h"
#include "engine/pipeline/memory_ports.h"

namespace vigla {
namespace {

constexpr char kHead[] = R"(pack: p
version: 1
rates: {base: EUR, USD: 0.923457}
parameters:
  limit:  {type: money, value: 120 EUR, min: 1 EUR, max: 400 EUR}
  abroad: {type: money, value: 100 USD, min: 20 USD, max: 300 USD}
  near:   {type: ratio, value: 0.85, min: 0.10, max: 1.50}
  pieces: {type: int, value: 3, min: -2, max: 12}
  quiet:  {type: duration, value: 20m, min: 1s, max: 3h}
lists:
  kept: {of: account, items: [D1]}
macros:
  large: amount >= limit * near
features:
  spent:    {sum: amount, of: debits, over: 1h}
  count_1h: {count: debits, over: 1h}
  before:   {mean: amount, of: debits, over: 3h, prior: true}
  idle_for: {idle: debits, over: 1d}
  big:      {count: debits, over: 2h, where: amount >= limit && amount < limit * 2}
rules:
)";

std::string RuleText(const std::string& when, const std::string& more) {
  return absl::StrCat("  - {rule: r, title: t, severity: low, score: 1, reason: why, when: '",
                      when, "', ", more, "}\n");
}

struct Case {
  const char* name;
  const char* parameter;
  const char* when;
  const char* more;
  bool every_value = true;
};

const Case kCases[] = {
    {"A_field", "limit", "amount > limit", "subject: debtor"},
    {"A_feature_folded", "limit",
     "spent >= limit",
     "subject: debtor, once_per: {key: account, for: 1h}"},
    {"Both_sides", "limit",
     "amount <= limit && amount > limit * near",
     "subject: both, once_per: {key: [account, counterparty], for: 2h}"},
    {"A_transaction", "limit", "large || spent > limit * 3", "subject: transaction"},
    {"A_ratio", "near",
     "spent > limit && amount < limit * near || amount * near > before",
     "subject: debtor, once_per: {key: account, for: 30m}"},
    {"A_ratio_in_a_macro", "near", "large", "subject: creditor"},
    {"An_exception", "limit",
     "amount > limit",
     "subject: debtor, unless: [{id: a, if: 'account in kept && amount < limit * 2', "
     "because: b}, {id: c, if: 'amount == limit', because: d}], once_per: {key: account, "
     "for: 1h}"},
    {"An_int", "pieces",
     "count_1h >= pieces && pieces > 0 || count_1h + pieces * 2 == 9",
     "subject: debtor"},
    {"Not_equal", "pieces",
     "count_1h != pieces && !(amount > limit)",
     "subject: debtor, once_per: {key: account, for: 10m}"},
    {"Another_currency", "abroad",
     "amount > abroad && spent - abroad < money(\"1500 EUR\")",
     "subject: debtor"},
    {"A_duration", "quiet",
     "idle_for > quiet",
     "subject: debtor, once_per: {key: account, for: 3h}"},
    {"Rounded", "near",
     "round(amount / limit, 1) <= near || max(near, 0.5) * limit < amount - before",
     "subject: debtor"},
    {"A_conditional", "limit",
     "amount > (channel == \"atm\" ? limit : money(\"90 EUR\")) && !known(debtor.country)",
     "subject: debtor"},
    {"A_validity_rule", "limit", "amount > limit", "subject: debtor, kind: validity, action: flag"},
    {"A_where", "limit", "big >= 2", "subject: debtor, once_per: {key: account, for: 1h}", false},
    {"Two_ways", "limit",
     "amount > limit && limit * near < limit - before * 2 || (amount - limit) * near < "
     "before",
     "subject: debtor"},
    {"Remainder", "pieces", "count_1h % pieces == 1", "subject: debtor", false},
};

// Payments of six accounts, some late, some without a rate, amounts that often meet a border.
std::string Payment(int number, std::mt19937* random) {
  const auto draw = [&](int n) { return static_cast<int>((*random)() % n); };
  int second = number * 97 + draw(90);
  if (draw(8) == 0) second = std::max(0, second - draw(9000));
  const char* const currencies[] = {"EUR", "EUR", "EUR", "USD", "XAU"};
  return absl::StrCat(
      R"({"id":"t)", number, R"(","time":"2026-03-)",
      absl::Dec(2 + second / 86400, absl::kZeroPad2),
      "T", absl::Dec(second / 3600 % 24, absl::kZeroPad2), ":",
      absl::Dec(second / 60 % 60, absl::kZeroPad2), ":", absl::Dec(second % 60, absl::kZeroPad2),
      R"(Z","amount":")", 10 * (1 + draw(25)), ".", draw(2) * 5, R"(0","currency":")",
      currencies[draw(5)], R"(","channel":")", draw(2) == 0 ? "atm" : "pos",
      R"(","debtor":{"account":"D)", draw(3), R"("},"creditor":{"account":"C)", draw(3), "\"}}");
}

// What the engine publishes about a rule, counted without any of the curve's machinery.
class NaiveCount final : public LegObserver {
 public:
  explicit NaiveCount(const std::set<std::string>& positives) : positives_(positives) {}

  void Observe(const JudgedLeg& judged) override {
    if (judged.result == nullptr) return;
    const std::lock_guard<std::mutex> lock(mutex_);
    for (const Match& match : judged.result->matches) {
      if (match.result == AuditResult::kTooLate) continue;
      ++figures_.matches;
      if (match.result == AuditResult::kExcepted) ++figures_.excepted;
      if (match.result == AuditResult::kExcepted) continue;
      const std::string id(judged.leg.transaction->id);
      if (positives_.contains(id)) caught_.insert(id);
      if (match.result == AuditResult::kFolded) continue;
      ++figures_.alerts;
      if (positives_.contains(id)) ++figures_.true_alerts;
    }
  }
  ThresholdFigures figures() const {
    ThresholdFigures figures = figures_;
    figures.caught = static_cast<int64_t>(caught_.size());
    return figures;
  }

 private:
  const std::set<std::string>& positives_;
  std::mutex mutex_;
  ThresholdFigures figures_;
  std::set<std::string> caught_;
};

class Tuning : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(testing::TempDir()) / absl::StrCat("tuning-", ::getpid());
    std::filesystem::create_directories(folder_);
    load_.hasher = &hasher_;
    load_.base_currency = *CurrencyCode::Parse("EUR");
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::vector<std::string> Write(const std::string& text) const {
    std::ofstream(folder_ / "p.yaml") << text;
    return {(folder_ / "p.yaml").string()};
  }

  void Fill(int payments, unsigned seed) {
    std::mt19937 random(seed);
    payments_.clear();
    positives_.clear();
    for (int i = 0; i < payments; ++i) {
      payments_.push_back(Payment(i, &random));
      if (random() % 10 == 0) positives_.insert(absl::StrCat("t", i));
    }
    std::string labels = "id,label\n";
    for (const std::string& id : positives_) absl::StrAppend(&labels, id, ",true\n");
    labels_ = *BacktestLabels::Parse(labels);
  }

  RecordedRunOptions RunOptions(int lanes) const {
    RecordedRunOptions options;
    options.load = load_;
    options.pipeline.lanes = lanes;
    options.scratch_folder = folder_.string();
    return options;
  }

  template <typename Run>
  auto WithSource(Run run) const {
    MemorySource source("test");
    for (const std::string& payment : payments_) source.Append(payment);
    RecordedRunPorts ports;
    ports.source = &source;
    return run(ports);
  }

  TuningOptions Options(const std::string& parameter) const {
    TuningOptions options;
    options.rule = "r";
    options.parameter = parameter;
    options.labels = &labels_;
    return options;
  }

  TuningReport Tune(const std::vector<std::string>& paths, const TuningOptions& options,
                    int lanes) const {
    Diagnostics diagnostics;
    const auto plan = PlanTuning(paths, load_, options, &diagnostics);
    for (const Diagnostic& finding : diagnostics.all()) {
      if (finding.severity == Severity::kError) ADD_FAILURE() << FormatDiagnostic(finding);
    }
    EXPECT_TRUE(plan.ok()) << plan.status();
    if (!plan.ok()) return {};
    auto report = WithSource([&](const RecordedRunPorts& ports) {
      return RunTuning(**plan, RunOptions(lanes), ports);
    });
    EXPECT_TRUE(report.ok()) << report.status();
    return report.ok() ? *std::move(report) : TuningReport();
  }

  std::shared_ptr<const RuleSet> LoadAt(const std::vector<std::string>& paths,
                                        const std::string& parameter,
                                        const std::string& value) const {
    LoadOptions load = load_;
    load.overrides = {{"p." + parameter, value, {}}};
    Diagnostics diagnostics;
    auto rule_set = LoadRuleSet(paths, load, &diagnostics);
    EXPECT_NE(rule_set, nullptr) << value;
    return rule_set;
  }

  RecordedRunTotals Run(std::shared_ptr<const RuleSet> rule_set, LegObserver* observer) const {
    const auto totals = WithSource([&](RecordedRunPorts ports) {
      ports.observer = observer;
      return RunRecorded(std::move(rule_set), RunOptions(1), ports);
    });
    EXPECT_TRUE(totals.ok()) << totals.status();
    return totals.value_or(RecordedRunTotals());
  }

  ThresholdFigures Naive(const std::vector<std::string>& paths, const std::string& parameter,
                         const std::string& value) const {
    NaiveCount count(positives_);
    Run(LoadAt(paths, parameter, value), &count);
    return count.figures();
  }

  BacktestFigures TestAt(const std::vector<std::string>& paths, const std::string& parameter,
                         const std::string& value) const {
    const auto rule_set = LoadAt(paths, parameter, value);
    BacktestCollector collector(*rule_set, &labels_, "vigla", 1);
    return collector.Finish(Run(rule_set, &collector), {});
  }

  // Values at, just before and between the curve's points.
  static std::vector<Step> Probes(const TuningReport& report, int most, std::mt19937* random) {
    std::set<Step> probes = {report.grid.least(), report.grid.present(), report.grid.greatest()};
    const auto& points = report.curves[0].points;
    for (int i = 0; i < most; ++i) {
      const Step at = points[(*random)() % points.size()].from;
      if (!report.every_value) {
        probes.insert(at);
        continue;
      }
      probes.insert(at);
      if (at > report.grid.least()) probes.insert(at - 1);
      const Step span = report.grid.greatest() - report.grid.least() + 1;
      probes.insert(report.grid.least() + static_cast<Step>((*random)()) * 1'000'003 % span);
    }
    return {probes.begin(), probes.end()};
  }

  std::filesystem::path folder_;
  KeyedHasher hasher_{"vigla"};
  LoadOptions load_;
  std::vector<std::string> payments_;
  std::set<std::string> positives_;
  BacktestLabels labels_;
};

void ExpectEqual(const ThresholdFigures& found, const ThresholdFigures& naive,
                 const std::string& at) {
  EXPECT_EQ(found.matches, naive.matches) << at;
  EXPECT_EQ(found.alerts, naive.alerts) << at;
  EXPECT_EQ(found.excepted, naive.excepted) << at;
  EXPECT_EQ(found.true_alerts, naive.true_alerts) << at;
  EXPECT_EQ(found.caught, naive.caught) << at;
}

class TuningCase : public Tuning, public testing::WithParamInterface<Case> {};

TEST_P(TuningCase, SaysWhatTheEngineSaysAtThatValue) {
  const Case& test = GetParam();
  const auto paths = Write(kHead + RuleText(test.when, test.more));
  std::mt19937 random(7);
  Fill(400, 11);
  const TuningReport report = Tune(paths, Options(test.parameter), 2);
  ASSERT_EQ(report.curves.size(), 1u);
  EXPECT_EQ(report.every_value, test.every_value) << report.why_not;
  int64_t most = 0;
  for (const ThresholdPoint& point : report.curves[0].points) {
    most = std::max(most, point.figures.matches);
  }
  EXPECT_GT(most, 10) << "a case that says nothing";
  const bool is_validity = std::string_view(test.more).find("validity") != std::string_view::npos;
  for (const Step step : Probes(report, 3, &random)) {
    if (is_validity) break;
    const std::string value = report.grid.TextAt(step);
    ExpectEqual(FiguresAt(report.curves[0].points, step), Naive(paths, test.parameter, value),
                value);
  }
}

INSTANTIATE_TEST_SUITE_P(Rules, TuningCase, testing::ValuesIn(kCases),
                         [](const auto& info) { return std::string(info.param.name); });

TEST_F(Tuning, CountsTheLabelledOnceEach) {
  Fill(300, 3);
  const TuningReport report =
      Tune(Write(kHead + RuleText("amount > limit", "subject: both")), Options("limit"), 2);
  ASSERT_TRUE(report.positives.has_value());
  EXPECT_EQ(*report.positives, static_cast<int64_t>(positives_.size()));
  for (const ThresholdPoint& point : report.curves[0].points) {
    EXPECT_LE(point.figures.caught, *report.positives);
    EXPECT_EQ(point.figures.true_alerts, 2 * point.figures.caught);  // one on either side
  }
}

// Labels for some transactions only, and for single accounts of some: a back-test with the value in
// the pack says the same of the rule.
TEST_F(Tuning, MeasuresTruthAsABacktestDoes) {
  const char* const rules[] = {
      "subject: debtor, once_per: {key: account, for: 1h}",
      "subject: both, once_per: {key: [account, counterparty], for: 2h}, unless: [{id: a, if: "
      "'channel == \"atm\" && amount < limit * 2', because: b}]"};
  Fill(400, 13);
  std::string labels = "id,account,label\n";
  std::mt19937 random(5);
  for (int i = 0; i < 400; ++i) {
    if (random() % 3 == 0) continue;
    const char* const account = random() % 4 == 0 ? "C1" : "";
    absl::StrAppend(&labels, "t", i, ",", account, random() % 4 == 0 ? ",true\n" : ",false\n");
  }
  labels_ = *BacktestLabels::Parse(labels);
  for (const char* const more : rules) {
    const auto paths = Write(kHead + RuleText("spent > limit", more));
    const TuningReport report = Tune(paths, Options("limit"), 2);
    for (const char* const value : {"1 EUR", "120 EUR", "333.33 EUR"}) {
      const ThresholdFigures& tuned =
          FiguresAt(report.curves[0].points, *report.grid.StepOf(value));
      const BacktestFigures tested = TestAt(paths, "limit", value);
      const BacktestTruth& truth = tested.rules[0].truth;
      ASSERT_GT(truth.found, 0u) << value;
      ASSERT_GT(truth.unlabelled, 0u) << value;
      EXPECT_EQ(report.positives, static_cast<int64_t>(tested.truth->labelled_true)) << value;
      EXPECT_EQ(tuned.caught, static_cast<int64_t>(truth.found)) << value;
      EXPECT_EQ(tuned.true_alerts, static_cast<int64_t>(truth.right)) << value;
      EXPECT_EQ(tuned.unlabelled, static_cast<int64_t>(truth.unlabelled)) << value;
      EXPECT_EQ(RecallOf(report, tuned), tested.truth->Recall(truth)) << value;
      EXPECT_EQ(PrecisionOf(report, tuned), truth.Precision()) << value;
    }
  }
}

TEST_F(Tuning, TriesWindowsBesideEachOther) {
  Fill(400, 5);
  const std::string rule =
      RuleText("spent > limit", "subject: debtor, once_per: {key: account, for: 1h}");
  TuningOptions options = Options("limit");
  options.windows = {{"spent", {"10m", "1h", "6h"}}};
  const TuningReport report = Tune(Write(kHead + rule), options, 2);
  ASSERT_EQ(report.curves.size(), 3u);  // 1h is the present one
  EXPECT_TRUE(report.curves[0].is_present);
  for (const TuningCurve& curve : report.curves) {
    std::string text = kHead + rule;
    const std::string over = curve.windows[0].second;
    text.replace(text.find("of: debits, over: 1h}"), 21, "of: debits, over: " + over + "}");
    const auto paths = Write(text);
    for (const char* value : {"1 EUR", "77.7 EUR", "120 EUR", "400 EUR"}) {
      ExpectEqual(FiguresAt(curve.points, *report.grid.StepOf(value)),
                  Naive(paths, "limit", value), over + " at " + value);
    }
  }
}

TEST_F(Tuning, ShowsTheLegsNextToTheLine) {
  payments_ = {};
  int number = 0;
  for (const char* amount :
       {"50.00", "119.99", "120.00", "120.01", "200.00", "119.00", "300.00"}) {
    payments_.push_back(absl::StrCat(
        R"({"id":"t)", number, R"(","time":"2026-03-02T10:0)", number, R"(:00Z","amount":")",
        amount, R"(","currency":"EUR","debtor":{"account":"D"},"creditor":{"account":"C"}})"));
    ++number;
  }
  TuningOptions options = Options("limit");
  options.samples = 2;
  const std::string rule = RuleText("amount > limit && spent > limit", "subject: debtor");
  const TuningReport report = Tune(Write(kHead + rule), options, 1);
  const TuningCurve& curve = report.curves[0];
  ASSERT_EQ(curve.above.size(), 2u);
  EXPECT_EQ(curve.above[0].transaction, "t3");
  EXPECT_EQ(report.grid.TextAt(curve.above[0].turns_at), "120.01 EUR");
  EXPECT_EQ(curve.above[1].transaction, "t4");
  ASSERT_EQ(curve.below.size(), 2u);
  EXPECT_EQ(curve.below[0].transaction, "t2");  // 120.00 is not over 120
  EXPECT_EQ(report.grid.TextAt(curve.below[0].turns_at), "119.9999 EUR");
  EXPECT_EQ(curve.below[1].transaction, "t1");
  ASSERT_EQ(curve.below[0].figures.size(), 1u);
  EXPECT_EQ(curve.below[0].figures[0].first, "spent");
  EXPECT_EQ(curve.below[0].figures[0].second, "289.99 EUR");
}

TEST_F(Tuning, SaysWhatIsWrongWithAQuestion) {
  const auto paths = Write(kHead + RuleText("amount > limit", "subject: debtor"));
  const auto problem = [&](auto change) {
    TuningOptions options = Options("limit");
    change(&options);
    Diagnostics diagnostics;
    return std::string(PlanTuning(paths, load_, options, &diagnostics).status().message());
  };
  const auto has = [](const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
  };
  EXPECT_TRUE(has(problem([](auto* o) { o->rule = "s"; }), "no rule `s`"));
  EXPECT_TRUE(has(problem([](auto* o) { o->parameter = "limits"; }), "did you mean `limit`?"));
  EXPECT_TRUE(has(problem([](auto* o) { o->windows = {{"spend", {"1h"}}}; }), "mean `spent`?"));
  EXPECT_TRUE(has(problem([](auto* o) { o->least = "500 EUR"; }), "no range around"));
  EXPECT_TRUE(has(problem([](auto* o) { o->greatest = "1 USD"; }), "no money"));
  EXPECT_TRUE(has(problem([](auto* o) { o->values = {"0.5 EUR"}; }), "no value from"));
}

}  // namespace
}  // namespace vigla
