// Rules in shadow: judged, audited and published apart, and without any effect on the rest.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/pipeline/simulation.h"

namespace vigla {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

std::string Pack(const std::string& half_state, const std::string& check_state) {
  return R"(
pack: shadow
version: 1
owner: tests
about: One rule live, one on trial, and a validity rule.
rules:
  - {rule: big, title: Big, subject: debtor, severity: high, score: 60,
     when: 'amount >= money("500 EUR")', reason: "{amount}"}
  - {rule: half, title: Half, subject: debtor, severity: critical, score: 90, state: )" +
         half_state + R"(,
     when: 'amount >= money("300 EUR")', once_per: {key: account, for: 10h}, reason: "{amount}"}
  - {rule: check, title: Round, kind: validity, action: reject, subject: transaction,
     severity: low, score: 1, state: )" +
         check_state + R"(, when: 'amount.original == 450', reason: "{amount}"}
)";
}

void Append(int hour, int amount, MemorySource* source) {
  const int64_t time_us = 1'700'000'000 * kSecondUs + hour * kHourUs;
  source->Append("{\"id\":\"h" + std::to_string(hour) + "\",\"time\":\"" +
                 FormatTime({time_us}) + "\",\"amount\":\"" + std::to_string(amount) +
                 "\",\"currency\":\"EUR\",\"debtor\":{\"account\":\"A\"},"
                 "\"creditor\":{\"account\":\"B\"}}");
}

TEST(Shadow, LiveAndShadowMatchesOfOneLegArePublishedApart) {
  Simulation simulation{SimulationOptions()};
  Append(1, 600, &simulation.source());
  const SimulationResult result =
      simulation.Run(LoadPackText(Pack("shadow", "shadow"), simulation.load_options()));
  ASSERT_TRUE(result.status.ok()) << result.status;
  EXPECT_THAT(result.alerts,
              ElementsAre(AllOf(HasSubstr("\"rule\":\"big\""), Not(HasSubstr("half")),
                                HasSubstr("\"severity\":\"high\",\"score\":60"))));
  EXPECT_THAT(result.shadow_alerts,
              ElementsAre(AllOf(HasSubstr("\"rule\":\"half\""), Not(HasSubstr("\"big\"")),
                                HasSubstr("\"state\":\"shadow\""))));
  EXPECT_THAT(result.match_entries,
              ElementsAre(AllOf(HasSubstr("\"alert_digest\""), HasSubstr("\"shadow_digest\""),
                                HasSubstr("\"result\":\"shadow\""))));
}

TEST(Shadow, ALegWithShadowMatchesOnlyHasNoAlert) {
  Simulation simulation{SimulationOptions()};
  Append(1, 400, &simulation.source());
  const SimulationResult result =
      simulation.Run(LoadPackText(Pack("shadow", "shadow"), simulation.load_options()));
  EXPECT_THAT(result.alerts, IsEmpty());
  EXPECT_THAT(result.shadow_alerts, SizeIs(1));
  EXPECT_THAT(result.match_entries,
              ElementsAre(AllOf(HasSubstr("shadow_digest"), Not(HasSubstr("alert_digest")))));
}

TEST(Shadow, AValidityRuleInShadowDecidesNothing) {
  Simulation shadow{SimulationOptions()}, live{SimulationOptions()};
  Append(1, 450, &shadow.source());
  Append(1, 450, &live.source());
  const auto on_trial =
      shadow.Run(LoadPackText(Pack("off", "shadow"), shadow.load_options()));
  const auto decides = live.Run(LoadPackText(Pack("off", "live"), live.load_options()));
  EXPECT_THAT(on_trial.intake_entries.back(), HasSubstr("\"verdict\":\"valid\""));
  EXPECT_THAT(decides.intake_entries.back(), HasSubstr("\"verdict\":\"rejected\""));
  EXPECT_NE(on_trial.state.Hex(), decides.state.Hex());  // only the first entered ledgers
}

TEST(Shadow, PromotionStartsFoldingAfresh) {
  Simulation simulation{SimulationOptions()};
  Append(1, 400, &simulation.source());
  Append(2, 400, &simulation.source());  // folded into the shadow alert
  simulation.Run(LoadPackText(Pack("shadow", "off"), simulation.load_options()));
  Append(3, 400, &simulation.source());  // the first live one, shadow or not before
  Append(4, 400, &simulation.source());  // folded into that
  const SimulationResult result =
      simulation.Run(LoadPackText(Pack("live", "off"), simulation.load_options()));
  ASSERT_TRUE(result.status.ok()) << result.status;
  EXPECT_THAT(result.shadow_alerts, ElementsAre(HasSubstr("\"id\":\"h1\"")));
  EXPECT_THAT(result.alerts, ElementsAre(HasSubstr("\"id\":\"h3\"")));
}

TEST(Shadow, MatchesAreCountedByRuleAndState) {
  Simulation simulation{SimulationOptions()};
  const auto rule_set = LoadPackText(Pack("shadow", "off"), simulation.load_options());
  MemorySource source;
  Append(1, 600, &source);
  Append(2, 600, &source);
  MemoryOutput output;
  FakeClock clock;
  const auto store = NewMemoryStore();
  PipelinePorts ports;
  ports.source = &source;
  ports.output = &output;
  ports.clock = &clock;
  ports.open_store = [&]() -> absl::StatusOr<Store*> { return store.get(); };
  Pipeline pipeline({}, simulation.load_options(), ports, rule_set);
  ASSERT_TRUE(pipeline.Open().ok());
  ASSERT_TRUE(pipeline.RunThreaded().ok());
  const RuleMetrics::Snapshot counts = pipeline.rule_metrics().Read();
  EXPECT_EQ(counts.by_rule.at("big").live, 2u);
  EXPECT_EQ(counts.by_rule.at("half").shadow, 2u);  // the folded one too
  EXPECT_EQ(counts.by_rule.at("half").live, 0u);
}

}  // namespace
}  // namespace vigla
