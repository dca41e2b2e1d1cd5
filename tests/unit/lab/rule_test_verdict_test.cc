// What came of a test against what was expected.
#include "engine/lab/rule_test_verdict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vigla {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> Texts(const RuleTest& test,
                               const std::vector<Observation>& observations) {
  std::vector<std::string> texts;
  for (const TestDifference& difference : JudgeRuleTest(test, observations)) {
    texts.push_back(difference.text);
  }
  return texts;
}

RuleTest TestWith(std::vector<Expectation> expectations) {
  RuleTest test;
  for (const char* id : {"a", "b", "c"}) test.table.rows.push_back({id, {}, {}});
  test.expectations = std::move(expectations);
  return test;
}

Expectation Expect(std::string transaction, std::string rule, TestOutcome outcome) {
  Expectation expectation;
  expectation.transaction = std::move(transaction);
  expectation.rule = std::move(rule);
  expectation.outcome = outcome;
  return expectation;
}

Observation Saw(size_t row, std::string rule, TestOutcome outcome, std::string role = "debtor") {
  Observation observation;
  observation.row = row;
  observation.rule = std::move(rule);
  observation.outcome = outcome;
  observation.role = std::move(role);
  return observation;
}

TEST(RuleTestVerdictTest, WhatIsNotNamedMustBeSilent) {
  const RuleTest test = TestWith({Expect("a", "r", TestOutcome::kAlert)});
  EXPECT_THAT(Texts(test, {Saw(0, "r", TestOutcome::kAlert)}), IsEmpty());
  EXPECT_THAT(Texts(test, {Saw(0, "r", TestOutcome::kAlert), Saw(0, "s", TestOutcome::kAlert)}),
              ElementsAre("at a, s: expected silence, found an alert"));
  EXPECT_THAT(Texts(test, {Saw(0, "r", TestOutcome::kAlert), Saw(1, "r", TestOutcome::kShadow)}),
              ElementsAre("at b, r: expected silence, found a shadow match"));
}

TEST(RuleTestVerdictTest, AnExpectationNeedsItsVeryOutcome) {
  Expectation folded = Expect("b", "r", TestOutcome::kFolded);
  folded.into = "a";
  const RuleTest test = TestWith({folded});
  EXPECT_THAT(Texts(test, {}), ElementsAre("at b, r: expected folded into a, found silence"));
  EXPECT_THAT(Texts(test, {Saw(1, "r", TestOutcome::kAlert)}),
              ElementsAre("at b, r: expected folded into a, found an alert"));
  Observation elsewhere = Saw(1, "r", TestOutcome::kFolded);
  elsewhere.into = "c";
  EXPECT_THAT(Texts(test, {elsewhere}),
              ElementsAre("at b, r: expected folded into a, found folded into c"));
  elsewhere.into = "a";
  EXPECT_THAT(Texts(test, {elsewhere}), IsEmpty());
}

TEST(RuleTestVerdictTest, EachWrongValueIsADifference) {
  Expectation expectation = Expect("a", "r", TestOutcome::kAlert);
  expectation.values = {{"count", "3"}, {"sum", "10.00"}, {"last", "unknown"}};
  Observation seen = Saw(0, "r", TestOutcome::kAlert);
  seen.values = {{"count", "2"}, {"sum", "10.00"}};
  EXPECT_THAT(Texts(TestWith({expectation}), {seen}),
              ElementsAre("at a, r: count: expected 3, found 2",
                          "at a, r: last: expected unknown, found nothing"));
}

TEST(RuleTestVerdictTest, WithoutARuleAllThatFaredSoAreMeant) {
  Expectation folded = Expect("b", "", TestOutcome::kFolded);
  folded.into = "a";
  Observation one = Saw(1, "r", TestOutcome::kFolded), two = Saw(1, "s", TestOutcome::kFolded);
  one.into = two.into = "a";
  EXPECT_THAT(Texts(TestWith({folded}), {one, two}), IsEmpty());
  EXPECT_THAT(Texts(TestWith({folded}), {one, Saw(1, "t", TestOutcome::kAlert)}),
              ElementsAre("at b, t: expected silence, found an alert"));
  EXPECT_THAT(Texts(TestWith({folded}), {Saw(1, "t", TestOutcome::kAlert)}),
              ElementsAre("at b: expected folded into a, found an alert (t)",
                          "at b, t: expected silence, found an alert"));
}

TEST(RuleTestVerdictTest, ALegThatIsNamedMustBeTheOne) {
  Expectation expectation = Expect("a", "r", TestOutcome::kAlert);
  expectation.role = "creditor";
  const RuleTest test = TestWith({expectation});
  EXPECT_THAT(Texts(test, {Saw(0, "r", TestOutcome::kAlert, "creditor")}), IsEmpty());
  EXPECT_THAT(Texts(test, {Saw(0, "r", TestOutcome::kAlert, "debtor")}),
              ElementsAre("at a, r: expected an alert on the creditor's leg, found an alert"));
}

}  // namespace
}  // namespace vigla
