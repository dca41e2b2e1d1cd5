// Estimates of state and cost: held against what a lane really keeps, and against each other.
#include "engine/lab/state_estimate.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "engine/lab/cost_estimate.h"
#include "engine/rule/loader.h"

namespace vigla {
namespace {

std::shared_ptr<const RuleSet> Load(const std::string& features, const std::string& when) {
  static const auto* const hasher = new KeyedHasher("test");
  const auto file = std::filesystem::temp_directory_path() /
                    ("vigla-estimate-" + std::to_string(getpid()) + ".yaml");
  std::ofstream(file) << "pack: p\nversion: 1\nfeatures:\n" << features
                      << "rules:\n  - {rule: r, title: t, subject: debtor, severity: low, "
                         "score: 1, reason: t, when: \"" << when << "\"}\n";
  LoadOptions options;
  options.hasher = hasher;
  Diagnostics diagnostics;
  auto rule_set = LoadRuleSet({file.string()}, options, &diagnostics);
  std::filesystem::remove(file);
  for (const Diagnostic& finding : diagnostics.all()) {
    if (finding.severity == Severity::kError) ADD_FAILURE() << FormatDiagnostic(finding);
  }
  return rule_set;
}

int64_t Bytes(const std::string& feature, double entries_per_day = 2) {
  const auto rule_set = Load("  n: {" + feature + "}\n", "known(n)");
  return EstimateState(*rule_set, {entries_per_day}).memory_bytes;
}

TEST(StateEstimate, GrowsWithWindowsColumnsAndTraffic) {
  const int64_t plain = Bytes("count: debits, over: 30d");
  EXPECT_GT(plain, 80 * 60) << "sixty entries of 80 bytes";
  EXPECT_LT(plain, 80 * 60 * 4);
  EXPECT_GT(Bytes("count: debits, over: 300d"), plain + 80 * 500);
  EXPECT_GT(Bytes("count: debits, over: 30d", 20), 4 * plain);
  EXPECT_GT(Bytes("count: debits, over: 30d, where: debtor.country == \"DE\""), plain);
  EXPECT_GT(Bytes("distinct: counterparty, of: debits, over: 30d"), plain);
  EXPECT_LT(Bytes("count: debits, over: ever"), plain);
}

TEST(StateEstimate, NamesEachKindOfSubject) {
  const auto rule_set = Load("  n: {count: debits, over: 3d}\n", "n > 2");
  const StateEstimate estimate = EstimateState(*rule_set, {});
  ASSERT_EQ(estimate.subjects.size(), 1u);
  EXPECT_EQ(estimate.subjects[0].kind, SubjectKind::kAccount);
  EXPECT_EQ(estimate.subjects[0].entries_in_window, 7);
  EXPECT_NE(FormatStateEstimate(estimate).find("account up to"), std::string::npos);
}

double Cost(const std::string& feature, const std::string& when = "known(n)") {
  const auto rule_set = Load("  n: {" + feature + "}\n", when);
  return EstimateCosts(*rule_set, 2)[0].total();
}

TEST(CostEstimate, TellsCheapFromDear) {
  const double record = Cost("count: debits, over: ever");
  const double totals = Cost("count: debits, over: 90d");
  const double grouped = Cost("count: debits, over: 90d, per: counterparty");
  const double sorted = Cost("median: amount, of: debits, over: 90d");
  EXPECT_LT(record, totals);
  EXPECT_LT(totals, grouped);
  EXPECT_LT(grouped, sorted);
  EXPECT_LT(Cost("count: debits, over: 1h"), totals) << "a short window is gone through";
}

}  // namespace
}  // namespace vigla
