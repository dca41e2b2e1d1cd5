// A recorded run publishes what a live instance would, however many lanes there are, and leaves
// nothing behind.
#include "engine/lab/recorded_run.h"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>

#include "engine/base/clock.h"
#include "engine/ledger/store.h"
#include "engine/pipeline/memory_ports.h"
#include "engine/pipeline/pipeline.h"

namespace vigla {
namespace {

constexpr char kPack[] = R"(pack: p
version: 1
owner: tests@vigla.example
about: Three in an hour, and one that needs a country.
features:
  spent: {sum: amount, of: debits, over: 1h}
rules:
  - rule: p.sum
    title: Much in an hour
    subject: debtor
    severity: high
    score: 40
    when: spent > money("150 EUR")
    reason: "{spent} in an hour."
    once_per: {key: account, for: 1h}
  - rule: p.country
    title: To Atlantis
    subject: debtor
    severity: low
    score: 5
    when: creditor.country == "XA"
    reason: "To {creditor.country}."
)";

std::string Payment(int number) {
  const int minute = number * 7;
  char text[256];
  std::snprintf(text, sizeof(text),
                R"({"id":"t%d","time":"2026-03-%02dT%02d:%02d:00Z","amount":"%d.50",)"
                R"("currency":"EUR","debtor":{"account":"D%d"},"creditor":{"account":"C"}})",
                number, 2 + minute / 1440, minute / 60 % 24, minute % 60, 40 + number % 90,
                number % 5);
  return text;
}

class RecordedRun : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(testing::TempDir()) /
              ("recorded-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_ / "scratch");
    std::ofstream(folder_ / "p.yaml") << kPack;
    load_.hasher = &hasher_;
    load_.base_currency = *CurrencyCode::Parse("EUR");
    load_.lints = false;
    Diagnostics diagnostics;
    rules_ = LoadRuleSet({(folder_ / "p.yaml").string()}, load_, &diagnostics);
    for (const Diagnostic& diagnostic : diagnostics.all()) {
      ADD_FAILURE() << FormatDiagnostic(diagnostic);
    }
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  static void Fill(MemorySource* source) {
    for (int i = 0; i < 2'000; ++i) source->Append(Payment(i));
    source->Append("{\"id\":1}");
  }

  RecordedRunOptions Options(int lanes) const {
    RecordedRunOptions options;
    options.load = load_;
    options.pipeline.lanes = lanes;
    options.scratch_folder = (folder_ / "scratch").string();
    return options;
  }

  std::filesystem::path folder_;
  KeyedHasher hasher_{"vigla"};
  LoadOptions load_;
  std::shared_ptr<const RuleSet> rules_;
};

class CountingObserver final : public LegObserver {
 public:
  void Observe(const JudgedLeg& judged) override {
    legs.fetch_add(1);
    if (judged.result != nullptr) results.fetch_add(1);
  }
  std::atomic<uint64_t> legs{0}, results{0};
};

// Alerts in order, from the pipeline as instances run it.
std::vector<std::string> LiveAlerts(const std::shared_ptr<const RuleSet>& rules,
                                    const RecordedRunOptions& options, MemorySource* source) {
  MemoryOutput output;
  const std::unique_ptr<Store> store = NewMemoryStore();
  const SystemClock clock;
  PipelinePorts ports;
  ports.source = source;
  ports.output = &output;
  ports.open_store = [&store]() -> absl::StatusOr<Store*> { return store.get(); };
  ports.clock = &clock;
  PipelineOptions pipeline_options = options.pipeline;
  pipeline_options.epoch_records_max = 100;
  pipeline_options.free_bytes_min = 0;
  Pipeline pipeline(pipeline_options, options.load, ports, rules);
  EXPECT_TRUE(pipeline.Open().ok());
  EXPECT_TRUE(pipeline.RunThreaded().ok());
  std::vector<std::string> alerts;
  for (const OutputRecord& record : output.records(OutputTopic::kAlerts)) {
    alerts.push_back(record.value);
  }
  return alerts;
}

TEST_F(RecordedRun, PublishesWhatALiveInstanceWould) {
  ASSERT_NE(rules_, nullptr);
  MemorySource live_source;
  Fill(&live_source);
  const std::vector<std::string> expected = LiveAlerts(rules_, Options(1), &live_source);
  ASSERT_GT(expected.size(), 20u);
  for (int lanes : {1, 3}) {
    MemorySource source;
    Fill(&source);
    CountingObserver observer;
    std::vector<std::string> alerts;
    RecordedRunPorts ports;
    ports.source = &source;
    ports.observer = &observer;
    ports.outputs = [&](const OutputEpoch& epoch) {
      for (const OutputRecord& record : epoch.records) {
        if (record.topic == OutputTopic::kAlerts) alerts.push_back(record.value);
      }
      return absl::OkStatus();
    };
    const auto totals = RunRecorded(rules_, Options(lanes), ports);
    ASSERT_TRUE(totals.ok()) << totals.status();
    EXPECT_EQ(alerts, expected);
    EXPECT_EQ(totals->records, 2'001u);
    EXPECT_EQ(totals->valid, 2'000u);
    EXPECT_EQ(totals->unreadable, 1u);
    EXPECT_EQ(totals->alerts, expected.size());
    EXPECT_EQ(totals->legs, observer.legs.load());
    EXPECT_GT(observer.results.load(), expected.size());  // folded ones are results too
    // No payment names a country: the rule that asks for it was unknown on every debtor's leg.
    EXPECT_EQ(totals->unknown, (std::map<std::string, uint64_t>{{"p.country", 2'000}}));
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder_ / "scratch"));
}

TEST_F(RecordedRun, SaysWhatWasRefusedMostFirst) {
  MemorySource source;
  source.Append(Payment(1));
  source.Append("{\"id\":1}");
  for (int i = 2; i < 5; ++i) {
    std::string payment = Payment(i);
    payment.erase(payment.find('Z'), 1);  // a time of nobody knows where
    source.Append(payment);
  }
  RecordedRunPorts ports;
  ports.source = &source;
  const auto totals = RunRecorded(rules_, Options(1), ports);
  ASSERT_TRUE(totals.ok()) << totals.status();
  const std::string text = RefusedText(*totals);
  const size_t most = text.find("  3 records, the first at ");
  const size_t one = text.find("  1 record, at ");
  ASSERT_NE(most, std::string::npos) << text;
  ASSERT_NE(one, std::string::npos) << text;
  EXPECT_LT(most, one);
  EXPECT_NE(text.find("@2: The field time is not a time."), std::string::npos) << text;
  EXPECT_EQ(RefusedText(RecordedRunTotals()), "");
}

TEST_F(RecordedRun, EndsWithTheReadersStatus) {
  MemorySource source;
  Fill(&source);
  RecordedRunPorts ports;
  ports.source = &source;
  ports.outputs = [](const OutputEpoch&) { return absl::ResourceExhaustedError("full"); };
  EXPECT_EQ(RunRecorded(rules_, Options(1), ports).status().code(),
            absl::StatusCode::kResourceExhausted);
  EXPECT_TRUE(std::filesystem::is_empty(folder_ / "scratch"));
}

TEST_F(RecordedRun, StopsWhenAsked) {
  MemorySource source;
  source.set_ends(false);
  RecordedRunPorts ports;
  ports.source = &source;
  ports.is_stopped = [] { return true; };
  EXPECT_TRUE(absl::IsCancelled(RunRecorded(rules_, Options(1), ports).status()));
}

}  // namespace
}  // namespace vigla
