// Comparisons: what appears, vanishes or changes, and examples in the input's order.
#include "engine/lab/comparison.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vigla {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::string Body(int offset, const std::string& severity, int score,
                 const std::string& matches) {
  return "{\"alert_id\":\"al_" + std::to_string(offset) +
         "\",\"time\":\"2026-03-05T08:59:59.000000Z\",\"subject\":{\"kind\":\"account\","
         "\"role\":\"debtor\"},\"severity\":\"" + severity + "\",\"score\":" +
         std::to_string(score) + ",\"sequence\":\"" + std::to_string(offset + 1) +
         "\",\"title\":\"T\",\"matches\":[" + matches + "],\"transaction\":{\"id\":\"t" +
         std::to_string(offset) + "\"},\"origin\":{\"topic\":\"f\",\"partition\":0,\"offset\":\"" +
         std::to_string(offset) + "\"}}";
}

std::string Match(const std::string& rule, int value) {
  return "{\"rule\":\"" + rule + "\",\"version\":1,\"reason\":\"<b>" + std::to_string(value) +
         "</b>\",\"conditions\":[],\"features\":[{\"name\":\"n\",\"value\":" +
         std::to_string(value) + "}],\"evidence\":[]}";
}

TEST(ComparisonTest, TellsWhatHappenedToEachAlert) {
  Comparer comparer(2);
  for (const std::string& body :
       {Body(0, "low", 5, Match("a", 1)), Body(1, "low", 5, Match("a", 1)),
        Body(2, "low", 5, Match("a", 1)), Body(3, "low", 5, Match("a", 1) + "," + Match("b", 1)),
        Body(9, "low", 5, Match("b", 1))}) {
    ASSERT_TRUE(comparer.AddBefore(body).ok());
  }
  for (const std::string& body :
       {Body(0, "low", 5, Match("a", 1)), Body(1, "high", 9, Match("a", 1)),
        Body(2, "low", 5, Match("a", 2)), Body(3, "low", 5, Match("a", 1)),
        Body(4, "low", 5, Match("b", 1)), Body(5, "low", 5, Match("b", 1)),
        Body(6, "low", 5, Match("b", 1))}) {
    ASSERT_TRUE(comparer.AddAfter(body).ok());
  }
  const Comparison comparison = comparer.Finish();
  EXPECT_EQ(comparison.all.before, 5u);
  EXPECT_EQ(comparison.all.after, 7u);
  EXPECT_EQ(comparison.all.same, 1u);
  EXPECT_EQ(comparison.all.changed, 3u);
  EXPECT_EQ(comparison.all.appeared, 3u);
  EXPECT_EQ(comparison.all.vanished, 1u);
  const std::map<std::string, uint64_t> once_each{
      {"figures", 1}, {"matches", 1}, {"score", 1}, {"severity", 1}};
  EXPECT_EQ(comparison.changes, once_each);
  // By legs of the rule: of a, one has other figures; of b, two vanish and three appear.
  EXPECT_EQ(comparison.rules.at("a").same, 3u);
  EXPECT_EQ(comparison.rules.at("a").changed, 1u);
  EXPECT_EQ(comparison.rules.at("b").vanished, 2u);
  EXPECT_EQ(comparison.rules.at("b").appeared, 3u);
  std::vector<std::string> examples;
  for (const ChangedAlert& changed : comparison.examples) {
    examples.push_back(std::string(AlertChangeName(changed.change)) + " " +
                       (changed.change == AlertChange::kVanished ? changed.before : changed.after)
                           .transaction);
  }
  // Two a rule and change: t3 is b's first change though a has two already; t6 is b's third.
  EXPECT_THAT(examples, ElementsAre("changed t1", "changed t2", "changed t3", "appeared t4",
                                    "appeared t5", "vanished t9"));
  EXPECT_EQ(comparison.omitted, 1u);
  EXPECT_THAT(ComparisonHtml(comparison), Not(HasSubstr("<b>2")));
  EXPECT_THAT(ComparisonJson(comparison), HasSubstr("\"change\":\"vanished\""));
  EXPECT_THAT(ComparisonExamplesCsv(comparison), HasSubstr("changed,t1,"));
}

TEST(ComparisonTest, RefusesWhatIsNoAlert) {
  Comparer comparer(1);
  EXPECT_FALSE(comparer.AddBefore("{\"subject\":{}}").ok());
  EXPECT_FALSE(comparer.AddAfter("nonsense").ok());
}

}  // namespace
}  // namespace vigla
