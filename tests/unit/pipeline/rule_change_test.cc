// A rule that comes later judges as if it had always been there, over the base columns.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/pipeline/simulation.h"

namespace vigla {
namespace {

constexpr char kHead[] = R"(
pack: change
version: 1
owner: tests
about: One rule at first, two later.
features:
  sent_3d: {sum: amount, of: debits, over: 3d}
  to_same_9d: {count: debits, over: 9d, per: counterparty}
rules:
)";
constexpr char kFirst[] = R"(
  - {rule: first, version: 1, title: Large, subject: debtor, severity: low, score: 1,
     when: 'amount >= money("990 EUR")', reason: "{amount}"}
)";
constexpr char kSecond[] = R"(
  - {rule: second, version: 1, title: Sum and relation, subject: debtor, severity: high, score: 9,
     when: 'sent_3d >= money("9000 EUR") && to_same_9d >= 5',
     reason: "{sent_3d} and {to_same_9d}"}
)";

void Append(std::mt19937_64* random, int from, int to, MemorySource* source) {
  for (int i = from; i < to; ++i) {
    const int64_t time_us = (1'700'000'000 + i * 1800) * kSecondUs;
    source->Append("{\"id\":\"t" + std::to_string(i) + "\",\"time\":\"" + FormatTime({time_us}) +
                   "\",\"amount\":\"" + std::to_string((*random)() % 1000) +
                   "\",\"currency\":\"EUR\",\"debtor\":{\"account\":\"A" +
                   std::to_string((*random)() % 4) + "\"},\"creditor\":{\"account\":\"B" +
                   std::to_string((*random)() % 4) + "\"}}");
  }
}

// What the matches of rule `second` say, by sequence: alert ids and digests depend on the set.
std::vector<std::string> SecondOf(const SimulationResult& result, uint64_t from_sequence) {
  std::vector<std::string> found;
  for (const std::string& alert : result.alerts) {
    const size_t at = alert.find("\"sequence\":\"") + 12;
    if (std::stoull(alert.substr(at)) < from_sequence) continue;
    const size_t rule = alert.find("{\"rule\":\"second\"");
    if (rule == std::string::npos) continue;
    const size_t end = alert.find("],\"transaction\"");
    found.push_back(alert.substr(at, 6) + alert.substr(rule, end - rule));
  }
  return found;
}

TEST(RuleChange, ANewRuleIsExactFromItsFirstTransaction) {
  constexpr int kHalf = 600, kAll = 1200;
  const std::string both = std::string(kHead) + kFirst + kSecond;
  SimulationOptions options;

  Simulation always(options);
  std::mt19937_64 random(11);
  Append(&random, 0, kAll, &always.source());
  const SimulationResult expected = always.Run(LoadPackText(both, always.load_options()));
  ASSERT_TRUE(expected.status.ok()) << expected.status;

  for (size_t cache_bytes : {size_t{1}, size_t{1} << 30}) {
    options.pipeline.cache_bytes = cache_bytes;
    Simulation changed(options);
    random.seed(11);
    Append(&random, 0, kHalf, &changed.source());
    const SimulationResult before =
        changed.Run(LoadPackText(std::string(kHead) + kFirst, changed.load_options()));
    ASSERT_TRUE(before.status.ok()) << before.status;
    Append(&random, kHalf, kAll, &changed.source());
    const SimulationResult after = changed.Run(LoadPackText(both, changed.load_options()));
    ASSERT_TRUE(after.status.ok()) << after.status;

    const auto wanted = SecondOf(expected, kHalf + 1);
    ASSERT_GT(wanted.size(), 10u);
    EXPECT_EQ(SecondOf(after, 0), wanted);
    EXPECT_EQ(after.state.Hex(), expected.state.Hex());
  }
}

TEST(RuleChange, EveryActivationIsAnEntryAndItsBodyIsPublished) {
  SimulationOptions options;
  Simulation simulation(options);
  std::mt19937_64 random(3);
  Append(&random, 0, 50, &simulation.source());
  simulation.Run(LoadPackText(std::string(kHead) + kFirst, simulation.load_options()));
  Append(&random, 50, 100, &simulation.source());
  const auto both = LoadPackText(std::string(kHead) + kFirst + kSecond, simulation.load_options());
  const SimulationResult result = simulation.Run(both);
  int activations = 0;
  for (const std::string& entry : result.intake_entries) {
    activations += entry.find("\"activation\"") != std::string::npos ? 1 : 0;
  }
  EXPECT_EQ(activations, 2);
  EXPECT_EQ(simulation.output().records(OutputTopic::kRules).size(), 2u);
  EXPECT_THAT(simulation.output().journal().back(),
              testing::HasSubstr(both->FingerprintText()));
}

TEST(Recovery, AStateThatIsLostIsRebuiltFromTheInputAndProved) {
  SimulationOptions options;
  options.pipeline.epoch_records_max = 50;
  Simulation simulation(options);
  std::mt19937_64 random(5);
  Append(&random, 0, 300, &simulation.source());
  const auto rules = LoadPackText(std::string(kHead) + kFirst, simulation.load_options());
  const SimulationResult before = simulation.Run(rules);
  simulation.LoseState();
  Append(&random, 300, 400, &simulation.source());
  const SimulationResult after = simulation.Run(rules);
  ASSERT_TRUE(after.status.ok()) << after.status;
  EXPECT_GT(after.alerts.size(), before.alerts.size());

  Simulation undisturbed(options);
  random.seed(5);
  Append(&random, 0, 400, &undisturbed.source());
  const SimulationResult expected = undisturbed.Run(rules);
  EXPECT_EQ(after.alerts, expected.alerts);
  EXPECT_EQ(after.state.Hex(), expected.state.Hex());
}

TEST(Recovery, AnInputThatChangedStopsWithEvidence) {
  SimulationOptions options;
  options.pipeline.epoch_records_max = 50;
  Simulation simulation(options);
  std::mt19937_64 random(5);
  Append(&random, 0, 300, &simulation.source());
  const auto rules = LoadPackText(std::string(kHead) + kFirst, simulation.load_options());
  ASSERT_TRUE(simulation.Run(rules).status.ok());
  simulation.LoseState();
  simulation.source().Replace(120, "{\"id\":\"other\"}");
  const SimulationResult after = simulation.Run(rules);
  EXPECT_EQ(after.status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(after.status.message()), testing::HasSubstr("digest"));
}

TEST(Recovery, OutputsThatWereCutBackStopWithEvidence) {
  SimulationOptions options;
  Simulation simulation(options);
  std::mt19937_64 random(5);
  Append(&random, 0, 300, &simulation.source());
  const auto rules = LoadPackText(std::string(kHead) + kFirst, simulation.load_options());
  ASSERT_TRUE(simulation.Run(rules).status.ok());
  simulation.LoseOutputs();
  const SimulationResult after = simulation.Run(rules);
  EXPECT_EQ(after.status.code(), absl::StatusCode::kFailedPrecondition) << after.status;
}

}  // namespace
}  // namespace vigla
