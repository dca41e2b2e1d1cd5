// Mutants of a pack: each is the mistake that it says, tests are held to them, and what survives
// comes with a test that would notice.
#include "engine/lab/mutation_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "engine/lab/pack_tests.h"
#include "tests/unit/scratch_folder.h"

namespace vigla {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kPack = R"(pack: p
version: 1
parameters:
  limit: {type: money, value: 100 EUR, min: 1 EUR, max: 900 EUR}
  near: {type: ratio, value: 0.8, min: 0.1, max: 1.00}
lists:
  far: {of: country, items: [IR, KP]}
  known_accounts: {of: account, file: known.txt}
macros:
  cash: kind in [cash_deposit, cash_withdrawal] && amount >= limit * near
features:
  cash_3d: {count: credits, over: 3d, where: cash}
  usual: {mean: amount, of: both, over: 90d, skip: 3d, per: [counterparty, currency]}
  before: {count: debits, over: 1d, prior: true}
rules:
  - rule: p.cash
    version: 1
    title: Cash
    subject: creditor
    severity: low
    score: 1
    when: cash && cash_3d > 1 && known(usual) && amount > usual
    unless:
      - id: good
        if: account in known_accounts
        because: It is good.
        approved: a.b
        until: 2030-01-01
    once_per: {key: [account, counterparty], for: 24h}
    reason: "{cash_3d} {usual} {limit}"
  - rule: p.far
    version: 1
    title: Far
    subject: debtor
    severity: low
    score: 1
    when: "!(country in far) || before + 2 == 4"
    reason: "{before} {country|none}"
  - rule: p.off
    version: 1
    state: off
    title: Off
    subject: debtor
    severity: low
    score: 1
    when: amount > limit * 7
    reason: "{amount}"
)";

class MutationTest : public ::testing::Test {
 protected:
  MutationTest() {
    folder_.Write("known.txt", "GOOD\n");
    options_.run.load.base_currency = *CurrencyCode::Parse("EUR");
  }

  std::string Write(std::string_view text) { return folder_.Write("p.yaml", text); }
  MutationReport Run(const std::string& path) {
    auto report = RunMutation({path}, options_);
    EXPECT_TRUE(report.ok()) << report.status();
    return report.ok() ? *std::move(report) : MutationReport();
  }
  // Loads the pack and hands its checked trees to the visitor.
  void Check(const std::string& path, const std::function<void(CheckedRules*)>& visit) {
    LoadOptions load = options_.run.load;
    load.hasher = &hasher_;
    load.edit_checked = visit;
    Diagnostics diagnostics;
    EXPECT_NE(LoadRuleSet({path}, load, &diagnostics), nullptr)
        << (diagnostics.all().empty() ? "" : FormatDiagnostic(diagnostics.all()[0]));
  }
  std::vector<Mutant> Mutants(const std::string& path) {
    std::vector<Mutant> mutants;
    Check(path, [&](CheckedRules* checked) { mutants = FindMutants(*checked, &hasher_); });
    return mutants;
  }
  std::string Behaviour(const std::string& path, const Mutant* mutant) {
    std::string text;
    Check(path, [&](CheckedRules* checked) {
      if (mutant != nullptr) mutant->apply(checked);
      text = BehaviourText(*checked);
    });
    return text;
  }

  const KeyedHasher hasher_{"vigla"};
  ScratchFolder folder_;
  MutationOptions options_;
};

TEST_F(MutationTest, EveryOperatorMakesTheMistakeThatItNames) {
  std::set<std::string> found;
  for (const Mutant& mutant : Mutants(Write(kPack))) {
    found.insert(std::string(MutantKindName(mutant.kind)) + ": " + mutant.what);
  }
  for (std::string_view expected : {
           "comparison: `cash_3d > 1`: `>` becomes `>=`",
           "comparison: `amount >= limit * near`: `>=` becomes `>`",
           "comparison: `before + 2 == 4`: `==` becomes `!=`",
           "arithmetic: `before + 2`: `+` becomes `-`",
           "arithmetic: `limit * near`: `*` becomes `/`",
           "negation: `!(country in far)`: the `!` is dropped",
           "negation: `known(usual)` becomes its opposite",
           "operand: `cash_3d > 1` is dropped",
           "operand: `before + 2 == 4` is dropped",
           "operand: `amount >= limit * near` is dropped",
           "threshold: `limit` is larger by 0.01 EUR",
           "threshold: `limit` is smaller by 0.01 EUR",
           "threshold: `near` is larger by 0.01",
           "threshold: `1` is larger by 1",
           "threshold: `4` is smaller by 1",
           "list item: `[cash_deposit, cash_withdrawal]` loses `cash_deposit`",
           "list item: the list `far` loses `KP`",
           "window: `cash_3d`: `over` is longer by 1us",
           "window: `usual`: `skip` is shorter by 1us",
           "prior: `before`: `prior` is dropped",
           "prior: `cash_3d`: `prior: true` is added",
           "direction: `cash_3d`: is of debits",
           "direction: `usual`: is of credits",
           "where: `cash_3d`: `where` is dropped",
           "group: `usual`: `per` loses `counterparty`",
           "exception: the exception `good` is dropped",
           "folding: `once_per` is dropped",
           "folding: `once_per` is longer by 1us",
           "folding: the key of `once_per` loses `counterparty`",
       }) {
    EXPECT_THAT(found, Contains(expected));
  }
  // A list in a file is data; a rule that is off does nothing.
  EXPECT_THAT(found, Not(Contains(HasSubstr("GOOD"))));
  EXPECT_THAT(found, Not(Contains(HasSubstr("7"))));
}

TEST_F(MutationTest, EveryMutantLoadsAndBehavesOtherwiseThanTheOriginal) {
  const std::string path = Write(kPack);
  const std::string original = Behaviour(path, nullptr);
  std::set<std::string> seen{original};
  for (const Mutant& mutant : Mutants(path)) {
    const std::string behaviour = Behaviour(path, &mutant);
    EXPECT_NE(behaviour, original) << mutant.what;
    EXPECT_FALSE(mutant.rules.empty()) << mutant.what;
    EXPECT_GT(mutant.at.line, 0) << mutant.what;
    seen.insert(behaviour);
  }
  EXPECT_GT(seen.size(), 50u);
}

TEST_F(MutationTest, AParameterAndAMacroChangeWhereverTheyStand) {
  for (const Mutant& mutant : Mutants(Write(kPack))) {
    if (mutant.what != "`limit` is larger by 0.01 EUR") continue;
    EXPECT_THAT(mutant.rules, ::testing::ElementsAre("p.cash"));
    EXPECT_EQ(mutant.at.line, 4);
    const std::string before = Behaviour(folder_.Path("p.yaml"), nullptr);
    const std::string after = Behaviour(folder_.Path("p.yaml"), &mutant);
    const auto count = [](const std::string& text, std::string_view part) {
      int n = 0;
      for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
      return n;
    };
    EXPECT_EQ(count(before, "1000000"), 3);
    EXPECT_EQ(count(after, "1000100"), 2);  // in the rule, and in the feature's where
    EXPECT_EQ(count(after, "1000000"), 1);  // in the rule that is off
  }
}

TEST_F(MutationTest, WhatIsImpliedIsEquivalentAndWhatIsNotIsNot) {
  const std::vector<Mutant> mutants = Mutants(Write(R"(pack: p
version: 1
features:
  paid: {sum: amount, of: debits, over: 3d, skip: 1d}
  got: {sum: amount, of: credits, over: 3d}
  got_by_either: {sum: amount, of: credits, over: 3d, where: known(amount)}
  idle_for: {idle: both, over: 30d}
  age_of: {age: both, over: ever}
rules:
  - rule: p.a
    version: 1
    title: A
    subject: debtor
    severity: low
    score: 1
    when: >-
      known(paid) && paid > money("5 EUR") && paid > money("3 EUR")
      && known(channel) && (known(country) || hour(time) > 3) && got > money("1 EUR")
      && (known(idle_for) ? idle_for > duration("9d")
                          : known(age_of) && age_of > duration("9d"))
    reason: "{paid}"
  - rule: p.b
    version: 1
    title: B
    subject: both
    severity: low
    score: 1
    when: got_by_either > money("5 EUR") && !(known(age_of) && age_of > duration("8d"))
    reason: "{got_by_either}"
)"));
  std::set<std::string> equivalent;
  for (const Mutant& mutant : mutants) {
    if (!mutant.equivalent.empty()) equivalent.insert(mutant.what);
  }
  EXPECT_THAT(equivalent, ::testing::UnorderedElementsAre(
                              "`known(paid)` is dropped", "`paid > money(\"3 EUR\")` is dropped",
                              "`paid`: `prior: true` is added", "`got`: `prior: true` is added",
                              // In a branch; not under `!`, where unknown and false differ.
                              "`known(age_of)` is dropped"));
}

constexpr std::string_view kSmallPack = R"(pack: p
version: 1
features:
  paid_1d: {sum: amount, of: debits, over: 1d}
rules:
  - rule: p.a
    version: 1
    title: A
    subject: debtor
    severity: low
    score: 1
    when: paid_1d >= money("100 EUR")
    reason: "{paid_1d}"
  - rule: p.b
    version: 1
    title: B
    subject: debtor
    severity: low
    score: 1
    when: amount == money("7 EUR")
    reason: "{amount}"
tests:
  - name: a hundred in a day
    transactions: |
      id | time                 | debtor | amount
      a  | 2026-03-02T09:00:00Z | DORA   | 60.00 EUR
      b  | 2026-03-02T10:00:00Z | DORA   | 50.00 EUR
    expect:
      - {at: b, rule: p.a}
  - name: seven
    transactions: |
      id | time                 | debtor | amount
      a  | 2026-03-02T09:00:00Z | DORA   | 7.00 EUR
      b  | 2026-03-02T09:00:00Z | DORA   | 7.01 EUR
    expect:
      - {at: a, rule: p.b}
)";

TEST_F(MutationTest, ASurvivorComesWithATestThatKillsIt) {
  std::string pack(kSmallPack);
  const PackMutation first = Run(Write(pack)).packs.at(0);
  EXPECT_GT(first.Count(MutantFate::kSurvived), 2);
  EXPECT_LT(first.Score(), 100);
  int number = 0;
  for (const MutantResult& mutant : first.mutants) {
    if (mutant.fate != MutantFate::kSurvived) continue;
    ASSERT_NE(mutant.test, "") << mutant.what;
    std::string test = mutant.test;
    const size_t name = test.find("name: ") + 6;
    test.replace(name, test.find('\n') - name, "added " + std::to_string(++number));
    pack += test;
  }
  const std::string path = Write(pack);
  TestOptions tests;
  tests.run = options_.run;
  const auto report = RunPackTests({path}, tests);
  ASSERT_TRUE(report.ok());
  EXPECT_TRUE(report->AllHold()) << FormatTestReport(*report) << pack;
  const MutationReport second = Run(path);
  EXPECT_EQ(second.packs.at(0).Score(), 100) << FormatMutationReport(second, 100);
  EXPECT_TRUE(IsMutationGoodEnough(second, 100));
}

TEST_F(MutationTest, TheReportIsTheSameForAnyNumberOfJobs) {
  const std::string path = Write(kSmallPack);
  options_.search_max = 50;
  const std::string one = FormatMutationReportJson(Run(path), 80);
  options_.jobs = 4;
  EXPECT_EQ(FormatMutationReportJson(Run(path), 80), one);
  EXPECT_THAT(one, HasSubstr("\"schema\":\"vigla.mutation.v1\",\"passed\":false"));
}

TEST_F(MutationTest, TestsThatFailSayNothingAboutMutants) {
  std::string pack(kSmallPack);
  pack.replace(pack.find("60.00"), 5, "40.00");
  const MutationReport report = Run(Write(pack));
  EXPECT_EQ(report.packs.at(0).failing_tests, 1);
  EXPECT_TRUE(report.packs.at(0).mutants.empty());
  EXPECT_FALSE(IsMutationGoodEnough(report, 0));
  EXPECT_THAT(FormatMutationReport(report, 0), HasSubstr("1 of its tests fail"));
}

TEST_F(MutationTest, ARejectionIsJudgedWithEveryRuleThatItKeepsFromSeeing) {
  const std::string path = Write(std::string(kSmallPack).replace(
      kSmallPack.find("tests:"), 6, R"(  - rule: p.reject
    version: 1
    kind: validity
    action: reject
    title: R
    subject: debtor
    severity: low
    score: 1
    when: channel == 'atm' && amount.original < 0
    reason: "{amount.original}"
tests:
  - name: what is rejected is in no sum
    transactions: |
      id | time                 | debtor | channel | amount
      a  | 2026-03-02T09:00:00Z | DORA   | atm     | -50.00 EUR
      b  | 2026-03-02T09:01:00Z | DORA   | atm     | 99.99 EUR
      c  | 2026-03-02T09:02:00Z | DORA   | online  | 0.01 EUR
    expect:
      - {at: a, rejected: p.reject}
      - {at: c, rule: p.a, values: {paid_1d: 100.00 EUR}})"));
  options_.search_max = 0;
  const MutationReport report = Run(path);
  ASSERT_EQ(report.packs.size(), 1u);
  for (const MutantResult& mutant : report.packs[0].mutants) {
    if (mutant.what != "`channel == \"atm\"`: `==` becomes `!=`") continue;
    EXPECT_EQ(mutant.fate, MutantFate::kKilled);
    EXPECT_EQ(mutant.killed_by, "what is rejected is in no sum");
  }
}

}  // namespace
}  // namespace vigla
