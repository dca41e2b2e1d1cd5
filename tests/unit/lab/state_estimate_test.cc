// Estimates of state and cost: held against what a lane really keeps, and against each other.
#include "engine/lab/state_estimate.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>

#include "absl/strings/str_cat.h"
#include "engine/base/clock.h"
#include "engine/lab/cost_estimate.h"
#include "engine/ledger/store.h"
#include "engine/ledger/store_key.h"
#include "engine/model/time.h"
#include "engine/pipeline/memory_ports.h"
#include "engine/pipeline/pipeline.h"
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
  EXPECT_GT(plain, 64 * 60) << "sixty entries of 64 bytes";
  EXPECT_LT(plain, 64 * 60 * 4);
  EXPECT_GT(Bytes("count: debits, over: 300d"), plain + 64 * 500);
  EXPECT_GT(Bytes("count: debits, over: 30d", 20), 3 * plain);
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

constexpr int kAccounts = 5, kDays = 60;

// `entries_per_day` payments a day from each account, evenly, each to a payee of its own: those
// from number `from` up to `to`. Without debtors, what the same payees get from nowhere.
void AppendPayments(int entries_per_day, int from, int to, bool with_debtors,
                    MemorySource* source) {
  const EventTime first = ParseTime("2026-01-01T08:00:00Z")->time;
  std::mt19937 random(7);
  const auto draw = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  for (int i = from; i < to; ++i) {
    for (int account = 0; account < kAccounts; ++account) {
      const EventTime time =
          first + (kDayUs * i / entries_per_day + draw(1'000'000) * int64_t{3'000});
      const std::string debtor =
          absl::StrCat(R"("debtor":{"account":"DE)", 70000000 + account, R"(","country":"DE"},)");
      source->Append(absl::StrCat(
          R"({"id":"t)", i, "-", account, R"(","time":")", FormatTime(time), R"(","amount":")",
          1 + draw(90'000), ".", 10 + draw(90), R"(","currency":"EUR","channel":")",
          draw(2) == 0 ? "api" : "branch", R"(","merchant":{"id":"M)", i, "X", account, R"("},)",
          with_debtors ? debtor : "", R"("creditor":{"account":"P)", i, "X", account,
          R"(","country":")", draw(2) == 0 ? "FR" : "IT", R"("}})"));
    }
  }
}

// A lane at the end of kDays of it; and after a restart, when each account has paid once more.
class Stream {
 public:
  Stream(const std::shared_ptr<const RuleSet>& rule_set, int entries_per_day, bool with_debtors,
         size_t leg_log_bytes)
      : store_(NewMemoryStore()) {
    static const auto* const hasher = new KeyedHasher("test");
    const int payments = kDays * entries_per_day;
    MemorySource source("test");
    AppendPayments(entries_per_day, 0, payments, with_debtors, &source);
    MemoryOutput output;
    const SystemClock clock;
    PipelinePorts ports;
    ports.source = &source;
    ports.output = &output;
    ports.open_store = [&]() -> absl::StatusOr<Store*> { return store_.get(); };
    ports.clock = &clock;
    ports.log = [](std::string_view) {};
    PipelineOptions options;
    options.lanes = 1;
    options.free_bytes_min = 0;
    options.leg_log_bytes = leg_log_bytes;
    LoadOptions load;
    load.hasher = hasher;
    const auto live = [&]() -> double {
      Pipeline pipeline(options, load, ports, rule_set);
      EXPECT_TRUE(pipeline.Open().ok());
      size_t turn = 0;
      const auto outcome = pipeline.RunStepwise([&turn](size_t stages) { return turn++ % stages; });
      EXPECT_TRUE(outcome.ok() && *outcome == PipelineOutcome::kFinished);
      return static_cast<double>(pipeline.lanes()[0]->metrics().cache_bytes.Get());
    };
    cache_bytes_ = live();
    AppendPayments(entries_per_day, payments, payments + 1, with_debtors, &source);
    cache_bytes_loaded_ = live();
  }

  double cache_bytes() const { return cache_bytes_; }
  double cache_bytes_loaded() const { return cache_bytes_loaded_; }

  // Keys and values of the accounts' records and chunks, per account.
  double DiskBytes() const {
    double bytes = 0;
    for (int account = 0; account < kAccounts; ++account) {
      const std::string key =
          RecordKey(SubjectKind::kAccount, "", absl::StrCat("DE", 70000000 + account));
      std::string record;
      EXPECT_TRUE(store_->Get(key, &record).ok());
      bytes += static_cast<double>(key.size() + record.size());
      const std::string prefix = ChunkKeyPrefix(key);
      const auto add = [&](std::string_view chunk, std::string_view value) {
        bytes += static_cast<double>(chunk.size() + value.size());
        return true;
      };
      EXPECT_TRUE(store_->ScanForward(prefix, ChunkKeyEnd(prefix), add).ok());
    }
    return bytes / kAccounts;
  }

 private:
  std::unique_ptr<Store> store_;
  double cache_bytes_ = 0, cache_bytes_loaded_ = 0;
};

struct Held {
  double memory_bytes = 0, memory_bytes_most = 0, disk_bytes = 0;  // of one of the accounts
};

Held Measure(const std::shared_ptr<const RuleSet>& rule_set, int entries_per_day) {
  constexpr size_t kNoImages = size_t{1} << 30, kAllImages = 1;
  Held held;
  held.memory_bytes_most = (Stream(rule_set, entries_per_day, true, kNoImages).cache_bytes() -
                            Stream(rule_set, entries_per_day, false, kNoImages).cache_bytes()) /
                           kAccounts;
  const Stream written(rule_set, entries_per_day, true, kAllImages);
  held.memory_bytes = (written.cache_bytes_loaded() -
                       Stream(rule_set, entries_per_day, false, kAllImages).cache_bytes_loaded()) /
                      kAccounts;
  held.disk_bytes = written.DiskBytes();
  return held;
}

// An upper end, as the estimate says of itself, but no more than so many times what is there.
constexpr double kMemoryFactor = 2.5, kDiskFactor = 1.5;

void ExpectUpperEnd(const std::shared_ptr<const RuleSet>& rule_set, const std::string& what) {
  ASSERT_NE(rule_set, nullptr) << what;
  for (const int entries_per_day : {1, 10}) {
    const Held held = Measure(rule_set, entries_per_day);
    const StateEstimate estimate =
        EstimateState(*rule_set, {static_cast<double>(entries_per_day), kDays * kDayUs});
    const auto memory = static_cast<double>(estimate.subjects[0].memory_bytes);
    const auto most = static_cast<double>(estimate.subjects[0].memory_bytes_most);
    const auto disk = static_cast<double>(estimate.subjects[0].disk_bytes);
    const std::string at = absl::StrCat(what, ", ", entries_per_day, " a day");
    EXPECT_GE(memory, held.memory_bytes) << at;
    EXPECT_LE(memory, kMemoryFactor * held.memory_bytes) << at;
    EXPECT_GE(most, held.memory_bytes_most) << at;
    EXPECT_LE(most, kMemoryFactor * held.memory_bytes_most) << at;
    EXPECT_GE(disk, held.disk_bytes) << at;
    EXPECT_LE(disk, kDiskFactor * held.disk_bytes) << at;
  }
}

TEST(StateEstimate, IsAnUpperEndOfWhatALaneAndAStoreHold) {
  for (const char* feature :
       {"count: debits, over: 30d", "count: debits, over: 3d", "count: debits, over: ever",
        "count: debits, over: 30d, where: merchant.id == \"M1\"",
        "distinct: counterparty, of: debits, over: 60d", "max: amount, of: debits, over: 60d",
        "sum: amount, of: debits, over: 60d, per: counterparty"}) {
    ExpectUpperEnd(Load(std::string("  n: {") + feature + "}\n", "known(n)"), feature);
  }
}

TEST(StateEstimate, IsAnUpperEndForManyWindowsOverTheSameEntries) {
  ExpectUpperEnd(Load("  a: {count: debits, over: 60d}\n"
                      "  b: {sum: amount, of: debits, over: 40d}\n"
                      "  c: {distinct: counterparty, of: debits, over: 30d}\n"
                      "  d: {mean: amount, of: debits, over: 20d}\n",
                      "known(a) && known(b) && known(c) && known(d)"),
                 "four windows");
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
