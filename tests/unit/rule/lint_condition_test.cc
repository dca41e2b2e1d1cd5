// Conditions that can never be true, or never false, and the many that can be both.
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/rule/load_text.h"

namespace vigla {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

// Only the codes that are about truth; the pack's other shortcomings are not this test's matter.
std::vector<std::string> Findings(const std::string& when, const std::string& declarations = "",
                                  const std::string& more = "",
                                  const std::string& subject = "debtor") {
  const LoadedText loaded = LoadTexts(
      {"pack: p\nversion: 1\n" + declarations + "rules:\n  - rule: r\n    title: t\n    subject: " +
       subject + "\n    severity: low\n    score: 1\n    reason: why\n    when: >-\n      " + when +
       "\n" + more});
  EXPECT_NE(loaded.rule_set, nullptr) << loaded.Findings();
  std::vector<std::string> codes;
  for (const std::string& code : loaded.Codes()) {
    for (const char* wanted : {"VG5009", "VG5010", "VG5014", "VG5018", "VG5019", "VG5020"}) {
      if (code == wanted) codes.push_back(code);
    }
  }
  return codes;
}

constexpr char kFeatures[] =
    "features:\n  n: {count: debits, over: 1d}\n  m: {count: credits, over: 1d}\n"
    "  i: {idle: debits, over: 1d}\n";

TEST(LintCondition, ThresholdsThatContradictEachOther) {
  EXPECT_THAT(Findings("amount.original > 10 && amount.original < 5"), ElementsAre("VG5009"));
  EXPECT_THAT(Findings("amount.original > 10 && amount.original <= 10"), ElementsAre("VG5009"));
  EXPECT_THAT(Findings("amount.original >= 10 && amount.original <= 10"), IsEmpty());
  EXPECT_THAT(Findings("amount.original > 5 && amount.original < 10"), IsEmpty());
  EXPECT_THAT(Findings("10 < amount.original && 5 > amount.original"), ElementsAre("VG5009"));
  EXPECT_THAT(Findings("n > 2 && n < 3", kFeatures), ElementsAre("VG5009"));
  EXPECT_THAT(Findings("n > 2 && n < 4", kFeatures), IsEmpty());
  EXPECT_THAT(Findings("amount.original > 2 && amount.original < 3"), IsEmpty());
  EXPECT_THAT(Findings("n == 3 && n != 3", kFeatures), ElementsAre("VG5009"));
}

TEST(LintCondition, MoneyIsComparedInOneCurrencyOnly) {
  EXPECT_THAT(Findings("amount > money(\"10 EUR\") && amount < money(\"5 EUR\")"),
              ElementsAre("VG5009"));
  EXPECT_THAT(Findings("amount > money(\"10 EUR\") && amount < money(\"50 USD\")"), IsEmpty());
  EXPECT_THAT(Findings("amount >= money(\"10 EUR\") * 2 && amount < money(\"15 EUR\")"),
              ElementsAre("VG5009"));
}

TEST(LintCondition, ChoicesAreFollowed) {
  EXPECT_THAT(Findings("(n > 10 || n > 20) && n < 5", kFeatures), ElementsAre("VG5009"));
  EXPECT_THAT(Findings("(n > 10 || m > 20) && n < 5", kFeatures), ElementsAre("VG5009"))
      << "one side of the choice is dead";
  EXPECT_THAT(Findings("(n > 10 || m > 20) && n < 15", kFeatures), IsEmpty());
  EXPECT_THAT(Findings("n > 10 || n > 20", kFeatures), ElementsAre("VG5010"));
  EXPECT_THAT(Findings("n > 10 ? n < 5 : n > 20", kFeatures), ElementsAre("VG5009"));
  EXPECT_THAT(Findings("known(i) ? i > duration(\"1h\") : m > 2", kFeatures), IsEmpty());
}

TEST(LintCondition, WhatCanNeverBeFalse) {
  EXPECT_THAT(Findings("true"), ElementsAre("VG5010"));
  EXPECT_THAT(Findings("n >= 0", kFeatures), ElementsAre("VG5010"));
  EXPECT_THAT(Findings("n < 0", kFeatures), ElementsAre("VG5009"));
  EXPECT_THAT(Findings("n > 3 || n <= 3", kFeatures), ElementsAre("VG5010"));
  EXPECT_THAT(Findings("hour(time) <= 23"), ElementsAre("VG5010"));
  EXPECT_THAT(Findings("hour(time) <= 22"), IsEmpty());
  EXPECT_THAT(Findings("day_of_week(time) == 0"), ElementsAre("VG5009"));
  EXPECT_THAT(Findings("n > 10 && n > 5", kFeatures), ElementsAre("VG5010"));
  EXPECT_THAT(Findings("n > 10 && m > 5", kFeatures), IsEmpty());
}

TEST(LintCondition, KindsChannelsAndSides) {
  EXPECT_THAT(Findings("kind == fee && kind == interest"), ElementsAre("VG5009"));
  EXPECT_THAT(Findings("kind == fee || kind == interest"), IsEmpty());
  EXPECT_THAT(Findings("kind == fee && kind in [interest, salary]"), ElementsAre("VG5009"));
  EXPECT_THAT(Findings("kind in [fee, salary] && kind in [interest, salary]"), IsEmpty());
  EXPECT_THAT(Findings("channel == 'atm' && !(channel in ['atm', 'branch'])"),
              ElementsAre("VG5009"));
  EXPECT_THAT(Findings("kind != fee && kind != interest"), IsEmpty());
  EXPECT_THAT(Findings("kind == fee && kind != interest"), ElementsAre("VG5010"));
  EXPECT_THAT(Findings("direction == credit"), ElementsAre("VG5009"));
  EXPECT_THAT(Findings("direction == credit", "", "", "both"), IsEmpty());
  EXPECT_THAT(Findings("direction == debit"), ElementsAre("VG5010"));
}

TEST(LintCondition, ComparisonsOfTwoFigures) {
  EXPECT_THAT(Findings("n < m && m < n", kFeatures), ElementsAre("VG5009"));
  EXPECT_THAT(Findings("n <= m && m <= n", kFeatures), IsEmpty());
  EXPECT_THAT(Findings("n < n", kFeatures), ElementsAre("VG5009"));
  EXPECT_THAT(Findings("n * 2 >= m && n < m", kFeatures), IsEmpty());
}

TEST(LintCondition, KnownIsNoDecoration) {
  EXPECT_THAT(Findings("known(i) && i > duration(\"1h\")", kFeatures), IsEmpty());
  EXPECT_THAT(Findings("!known(i) || i > duration(\"1h\")", kFeatures), IsEmpty());
  EXPECT_THAT(Findings("known(i) && !known(i)", kFeatures), ElementsAre("VG5009"));
}

TEST(LintCondition, WheresOfFeatures) {
  const auto where = [](const std::string& condition) {
    return Findings("f > 2", "features:\n  f: {count: debits, over: 1d, where: " + condition +
                                 "}\n");
  };
  EXPECT_THAT(where("kind == fee && kind == interest"), ElementsAre("VG5009"));
  EXPECT_THAT(where("direction == credit"), ElementsAre("VG5009"));
  EXPECT_THAT(where("amount.original > 5 || amount.original <= 5"), ElementsAre("VG5010"));
  EXPECT_THAT(where("kind == fee"), IsEmpty());
}

TEST(LintCondition, BoundsThatSwitchARuleOff) {
  const auto near = [](const std::string& most) {
    return Findings("amount >= limit * near && amount < limit",
                    "parameters:\n  near: {type: ratio, value: 0.8, min: 0.5, max: " + most +
                        "}\n  limit: {type: money, value: 100 EUR, min: 10 EUR, max: 200 EUR}\n");
  };
  EXPECT_THAT(near("1.0"), ElementsAre("VG5020"));
  EXPECT_THAT(near("0.99"), IsEmpty());
}

TEST(LintCondition, ExceptionsThatNeverOrAlwaysApply) {
  const auto unless = [](const std::string& condition) {
    return Findings("kind == fee && amount.original > 5", "",
                    "    unless: [{id: x, if: " + condition + ", because: b}]\n");
  };
  EXPECT_THAT(unless("kind == interest"), ElementsAre("VG5018"));
  EXPECT_THAT(unless("amount.original > 3"), ElementsAre("VG5018"));
  EXPECT_THAT(unless("amount.original > 30"), IsEmpty());
}

TEST(LintCondition, EmptyLists) {
  const auto in = [](const std::string& items) {
    return Findings("channel in l", "lists: {l: {of: channel, items: [" + items + "]}}\n");
  };
  EXPECT_THAT(in(""), ElementsAre("VG5019"));
  EXPECT_THAT(in("atm"), IsEmpty());
  EXPECT_THAT(Findings("channel in []"), UnorderedElementsAre("VG5009", "VG5019"));
}

TEST(LintCondition, WindowsLongerThanAsked) {
  const auto idle = [](const std::string& when) {
    return Findings(when, "features:\n  i: {idle: debits, over: 30d}\n");
  };
  EXPECT_THAT(idle("known(i) && i < duration(\"1h\")"), ElementsAre("VG5014"));
  EXPECT_THAT(idle("known(i) && i > duration(\"1h\")"), IsEmpty());
  EXPECT_THAT(idle("known(i) && i < duration(\"30d\")"), IsEmpty());
  EXPECT_THAT(idle("!known(i)"), IsEmpty());
}

}  // namespace
}  // namespace vigla
