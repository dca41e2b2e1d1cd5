// Scorecards: the latest disposition holds, verdicts follow the stated criteria.
#include "engine/lab/scorecard.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vigla {
namespace {

using ::testing::HasSubstr;

std::string Alert(const std::string& id, const std::string& rule,
                  const std::string& state = "live") {
  return "{\"schema\":\"vigla.alert.v1\",\"alert_id\":\"" + id + "\",\"state\":\"" + state +
         "\",\"time\":\"2026-03-05T08:00:00.000000Z\",\"matches\":[{\"rule\":\"" + rule +
         "\",\"version\":4}]}\n";
}

std::string Closed(const std::string& id, const std::string& outcome, int hour) {
  return "{\"alert_id\":\"" + id + "\",\"at\":\"2026-03-05T" + std::to_string(hour) +
         ":00:00Z\",\"to\":\"closed\",\"outcome\":\"" + outcome + "\"}\n";
}

TEST(ScorecardTest, JudgesByOutcomes) {
  std::string alerts, dispositions;
  const std::pair<const char*, int> good_of_25[] = {{"keep", 10}, {"tune", 3}, {"retire", 1}};
  for (const auto& [rule, good] : good_of_25) {
    for (int i = 0; i < 25; ++i) {
      const std::string id = std::string(rule) + std::to_string(i);
      alerts += Alert(id, rule);
      dispositions += Closed(id, i < good ? "valuable" : "false_positive", 10 + i % 3);
    }
  }
  alerts += Alert("open", "few") + Alert("back", "few") + Alert("done", "few");
  // Closed, then taken up again: it is open. Written out of order: the latest holds.
  dispositions += Closed("back", "confirmed", 10) +
                  "{\"alert_id\":\"back\",\"at\":\"2026-03-05T12:00:00Z\","
                  "\"to\":\"investigating\"}\n" +
                  Closed("done", "confirmed", 20) + Closed("done", "false_positive", 11) +
                  Closed("stranger", "confirmed", 11);
  const auto card = MakeScorecard(alerts, dispositions, {});
  ASSERT_TRUE(card.ok()) << card.status();
  ASSERT_EQ(card->rows.size(), 4u);
  const ScorecardRow& few = card->rows[0];
  EXPECT_EQ(few.rule, "few");
  EXPECT_EQ(few.version, 4);
  EXPECT_EQ(few.alerts, 3u);
  EXPECT_EQ(few.open, 2u);
  EXPECT_EQ(few.confirmed, 1u);
  EXPECT_EQ(few.hours_to_close, 12.0);
  EXPECT_EQ(few.verdict, RuleVerdict::kTooFew);
  EXPECT_EQ(card->rows[1].verdict, RuleVerdict::kKeep);
  EXPECT_EQ(card->rows[1].precision(), 0.4);
  EXPECT_EQ(card->rows[1].hours_to_close, 3.0);
  EXPECT_EQ(card->rows[2].verdict, RuleVerdict::kRetire);
  EXPECT_EQ(card->rows[3].verdict, RuleVerdict::kTune);
  EXPECT_EQ(card->strangers, 1u);
  EXPECT_TRUE(card->Has(RuleVerdict::kRetire));
  EXPECT_THAT(ScorecardText(*card), HasSubstr("retire"));
}

TEST(ScorecardTest, ReadsABacktest) {
  const auto card = MakeScorecard(
      "{\"schema\":\"vigla.backtest.v1\",\"rules\":[{\"rule\":\"r\",\"version\":7}],\"alerts\":["
      "{\"alert_id\":\"x\",\"time\":\"2026-03-05T08:00:00.000000Z\",\"rules\":[\"r\"]}]}\n",
      Closed("x", "confirmed", 11), {});
  ASSERT_TRUE(card.ok()) << card.status();
  ASSERT_EQ(card->rows.size(), 1u);
  EXPECT_EQ(card->rows[0].version, 7);
  EXPECT_EQ(card->rows[0].confirmed, 1u);
}

// A leg's live and shadow alerts have the same id.
TEST(ScorecardTest, ADispositionSpeaksOfOneAlertOnly) {
  const std::string alerts = Alert("both", "l") + Alert("both", "s", "shadow") +
                             Alert("alone", "s", "shadow") + Alert("named", "l") +
                             Alert("named", "s", "shadow");
  const std::string named =
      "{\"alert_id\":\"named\",\"state\":\"shadow\",\"at\":\"2026-03-05T09:00:00Z\","
      "\"to\":\"closed\",\"outcome\":\"false_positive\"}\n";
  const auto card = MakeScorecard(
      alerts, Closed("both", "confirmed", 10) + Closed("alone", "valuable", 10) + named, {});
  ASSERT_TRUE(card.ok()) << card.status();
  EXPECT_EQ(card->alerts, 5u);
  EXPECT_EQ(card->strangers, 0u);
  ASSERT_EQ(card->rows.size(), 2u);
  const ScorecardRow& live = card->rows[0];
  EXPECT_EQ(live.rule, "l");
  EXPECT_EQ(live.confirmed, 1u);
  EXPECT_EQ(live.false_positive, 0u);
  EXPECT_EQ(live.open, 1u);
  const ScorecardRow& shadow = card->rows[1];
  EXPECT_EQ(shadow.rule, "s");
  EXPECT_EQ(shadow.confirmed, 0u);
  EXPECT_EQ(shadow.valuable, 1u);
  EXPECT_EQ(shadow.false_positive, 1u);
  EXPECT_EQ(shadow.open, 1u);
}

// The same from a back-test, whose list names the state as well.
TEST(ScorecardTest, ADispositionOfABacktestsLiveAlertSaysNothingOfItsShadow) {
  const auto alert = [](const char* state, const char* rule) {
    return std::string("{\"alert_id\":\"x\",\"state\":\"") + state +
           "\",\"time\":\"2026-03-05T08:00:00.000000Z\",\"rules\":[\"" + rule + "\"]}";
  };
  const auto card = MakeScorecard("{\"schema\":\"vigla.backtest.v1\",\"rules\":[],\"alerts\":[" +
                                      alert("live", "l") + "," + alert("shadow", "s") + "]}\n",
                                  Closed("x", "confirmed", 11), {});
  ASSERT_TRUE(card.ok()) << card.status();
  ASSERT_EQ(card->rows.size(), 2u);
  EXPECT_EQ(card->rows[0].confirmed, 1u);
  EXPECT_EQ(card->rows[1].confirmed, 0u);
  EXPECT_EQ(card->rows[1].open, 1u);
}

TEST(ScorecardTest, NamesTheLineThatIsWrong) {
  EXPECT_THAT(std::string(MakeScorecard("{}\n", "", {}).status().message()), HasSubstr("line 1"));
  EXPECT_THAT(std::string(
                  MakeScorecard(Alert("a", "r"), "{\"alert_id\":\"a\"}\n", {}).status().message()),
              HasSubstr("line 1"));
}

}  // namespace
}  // namespace vigla
