// Warnings: each has a pack that earns it and one that doesn't.
#include "engine/rule/lint.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/rule/load_text.h"

namespace vigla {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr char kReviewed[] =
    "    rationale: w\n    risk: x\n    reviewed: 2026-01-01\n    review_by: 2027-01-01\n";

// A reviewed rule whose reason shows the small numbers that the conditions below have.
std::vector<std::string> Warnings(const std::string& when, const std::string& declarations = "",
                                  const std::string& more = kReviewed,
                                  const std::string& reason = "why 0 1 2 5 2.0") {
  LoadOptions options = TestLoadOptions();
  options.today_utc_day = ParseDate("2026-07-01");
  const LoadedText loaded = LoadTexts(
      {"pack: p\nversion: 1\n" + declarations +
       "rules:\n  - rule: r\n    title: t\n    subject: debtor\n    severity: low\n"
       "    score: 1\n    reason: \"" + reason + "\"\n    when: >-\n      " + when + "\n" + more},
      options);
  EXPECT_NE(loaded.rule_set, nullptr) << loaded.Findings();
  return loaded.Codes();
}

constexpr char kMean[] = "features:\n  usual: {mean: amount, of: debits, over: 1d}\n";

TEST(Lint, UnusedDeclarations) {
  EXPECT_THAT(Warnings("kind == fee", "parameters: {a: {type: int, value: 1}}\n"
                       "lists: {l: {of: channel, items: [atm]}}\nmacros: {m: channel in l}\n"
                       "features: {n: {count: debits, over: 1d}}\n"),
              ElementsAre("VG5001", "VG5001", "VG5001", "VG5001"));
  EXPECT_THAT(Warnings("kind == fee && m", "lists: {l: {of: channel, items: [atm]}}\n"
                       "macros: {m: channel in l}\n"), IsEmpty());
}

TEST(Lint, AnUnusedMacroIsCheckedAllTheSame) {
  const LoadedText loaded = LoadTexts({PackWith("kind == fee", "macros: {m: kindd == fee}\n")});
  EXPECT_EQ(loaded.rule_set, nullptr);
  EXPECT_THAT(Warnings("kind == fee", "macros: {m: channel == this.channel}\n"),
              ElementsAre("VG5001"));
  EXPECT_THAT(Warnings("kind == fee", "macros: {m: '[debtor.country, country]'}\n"),
              ElementsAre("VG5001"));
}

constexpr char kWhy[] = "    rationale: w\n    risk: x\n    reviewed: 2026-01-01\n";

TEST(Lint, ExceptionsAndReviewsThatAreOverdueOrSoonAre) {
  const auto until = [](const std::string& date) {
    return Warnings("kind == fee", "", "    unless: [{id: x, if: channel == 'atm', because: b, "
                    "approved: c, until: " + date + "}]\n" + kWhy + "    review_by: " + date +
                    "\n");
  };
  EXPECT_THAT(until("2026-06-30"), ElementsAre("VG5002", "VG5006"));
  EXPECT_THAT(until("2026-07-01"), ElementsAre("VG5012"));
  EXPECT_THAT(until("2026-07-31"), ElementsAre("VG5012"));
  EXPECT_THAT(until("2026-08-01"), IsEmpty());
}

TEST(Lint, ParametersWhoseReviewIsOverdue) {
  const auto parameter = [](const std::string& date) {
    return Warnings("hour(time) > a", "parameters: {a: {type: int, value: 2, review_by: " + date +
                    "}}\n", kReviewed, "{a}");
  };
  EXPECT_THAT(parameter("2026-06-30"), ElementsAre("VG5006"));
  EXPECT_THAT(parameter("2026-07-01"), IsEmpty());
}

TEST(Lint, RulesThatNobodyJustifies) {
  EXPECT_THAT(Warnings("kind == fee", "", ""), ElementsAre("VG5013"));
  EXPECT_THAT(Warnings("kind == fee", "", kWhy), ElementsAre("VG5013"));
  EXPECT_THAT(Warnings("kind == fee"), IsEmpty());
  EXPECT_THAT(Warnings("kind == fee", "", std::string(kWhy) + "    review_by: 2025-12-31\n"),
              ElementsAre("VG5006", "VG5013"));
}

TEST(Lint, ExceptionsWithoutApproverOrEnd) {
  EXPECT_THAT(Warnings("kind == fee", "", std::string("    unless: [{id: x, if: channel == 'atm', "
                       "because: b}]\n") + kReviewed), ElementsAre("VG5008"));
}

TEST(Lint, IntegerDivision) {
  EXPECT_THAT(Warnings("hour(time) / 2 == 1"), ElementsAre("VG5003"));
  EXPECT_THAT(Warnings("hour(time) / 2.0 == 1"), IsEmpty());
}

TEST(Lint, WhatMayBeUnknown) {
  EXPECT_THAT(Warnings("usual < amount", kMean), ElementsAre("VG5004", "VG5007"));
  EXPECT_THAT(Warnings("!known(usual) || usual < amount", kMean), ElementsAre("VG5007"));
  EXPECT_THAT(Warnings("country != 'DE'"), ElementsAre("VG5004"));
  EXPECT_THAT(Warnings("!(country == 'DE')"), ElementsAre("VG5004"));
  EXPECT_THAT(Warnings("known(country) && country != 'DE'"), IsEmpty());
  EXPECT_THAT(Warnings("country == 'DE' && (channel in ['atm'] || kind == fee)"), IsEmpty());
  EXPECT_THAT(Warnings("instructed_amount > 5"), ElementsAre("VG5004"));
}

TEST(Lint, SeenThatSeesItself) {
  const auto seen = [](const std::string& more) {
    return Warnings("s", "features:\n  s: {seen: debits, over: 1d" + more + "}\n");
  };
  EXPECT_THAT(seen(""), ElementsAre("VG5005", "VG5007"));
  EXPECT_THAT(seen(", prior: true"), ElementsAre("VG5007"));
}

TEST(Lint, FiguresThatTheReasonHides) {
  const std::string count = "features:\n  n: {count: debits, over: 1d}\n";
  EXPECT_THAT(Warnings("n > 1", count), ElementsAre("VG5007"));
  EXPECT_THAT(Warnings("n > 1", count, kReviewed, "{n} is more than 1"), IsEmpty());
}

TEST(Lint, LimitsThatTheReasonHides) {
  const auto reason = [](const std::string& when, const std::string& text,
                         const std::string& declarations = "") {
    return Warnings(when, declarations, kReviewed, text);
  };
  const std::string large = "amount > money('8000 EUR')";
  EXPECT_THAT(reason(large, "much"), ElementsAre("VG5007"));
  EXPECT_THAT(reason(large, "over 8,000 EUR"), IsEmpty());
  EXPECT_THAT(reason(large, "over 80000 EUR"), ElementsAre("VG5007"));
  EXPECT_THAT(reason("hour(time) > 3", "after three"), IsEmpty());
  EXPECT_THAT(reason("amount > amount * 0.8", "80 % of it"), IsEmpty());
  const std::string limit = "parameters: {limit: {type: money, value: 5 EUR}}\n";
  EXPECT_THAT(reason("amount > limit", "over 5 EUR", limit), IsEmpty());
  EXPECT_THAT(reason("amount > limit", "over the limit", limit), ElementsAre("VG5007"));
  EXPECT_THAT(reason("amount > limit", "over {limit * 1}", limit), IsEmpty());
  EXPECT_THAT(reason("m", "big", limit + "macros: {m: amount > limit}\n"),
              ElementsAre("VG5007"));
  const std::string small =
      limit + "features: {n: {count: debits, over: 1d, where: amount < limit}}\n";
  EXPECT_THAT(reason("n > 2", "{n}, over 2", small), ElementsAre("VG5007"));
  EXPECT_THAT(reason("n > 2", "{n}, over 2, under {limit}", small), IsEmpty());
  EXPECT_THAT(reason("n == 4", "{n}", "features: {n: {count: debits, over: 1d}}\n"), IsEmpty())
      << "a figure that equals its limit shows it";
}

std::string RuleText(const std::string& id, const std::string& when, const std::string& severity,
                     const std::string& score) {
  return "  - {rule: " + id + ", title: t, subject: debtor, severity: " + severity + ", score: " +
         score + ", reason: t, when: " + when +
         ", rationale: w, risk: x, reviewed: 2026-01-01, review_by: 2027-01-01}\n";
}

std::vector<std::string> WarningsOf(const std::string& rules) {
  const LoadedText loaded = LoadTexts({"pack: p\nversion: 1\nrules:\n" + rules});
  EXPECT_NE(loaded.rule_set, nullptr) << loaded.Findings();
  return loaded.Codes();
}

TEST(Lint, TheSameRuleTwice) {
  const std::string a = "kind == fee && channel == \"atm\"";
  const std::string b = "channel == \"atm\" && kind == fee";
  EXPECT_THAT(WarningsOf(RuleText("r", a, "low", "1") + RuleText("s", b, "low", "1")),
              ElementsAre("VG5011"));
  EXPECT_THAT(WarningsOf(RuleText("r", a, "low", "1") +
                         RuleText("s", "kind == interest", "low", "1")), IsEmpty());
}

TEST(Lint, ScoresAgainstSeverities) {
  const auto scores = [](const std::string& high, const std::string& low) {
    return WarningsOf(RuleText("r", "kind == fee", "high", high) +
                      RuleText("s", "kind == interest", "low", low));
  };
  EXPECT_THAT(scores("10", "50"), ElementsAre("VG5016"));
  EXPECT_THAT(scores("50", "50"), IsEmpty());
  EXPECT_THAT(scores("0", "0"), ElementsAre("VG5016"));
}

TEST(Lint, ALaunderingTypologyMustNotHold) {
  const auto held = [](const std::string& tag, const std::string& action) {
    return LoadTexts({"pack: p\nversion: 1\nrules:\n  - {rule: r, title: t, subject: debtor, "
                      "severity: low, score: 1, reason: t, when: kind == fee, kind: validity, "
                      "action: " + action + ", tags: [" + tag + "], rationale: w, risk: x, "
                      "reviewed: 2026-01-01, review_by: 2027-01-01}\n"}).Codes();
  };
  EXPECT_THAT(held("typology.structuring", "hold"), ElementsAre("VG5017"));
  EXPECT_THAT(held("typology.structuring", "flag"), IsEmpty());
  EXPECT_THAT(held("typology.card_testing", "hold"), IsEmpty());
  EXPECT_THAT(held("sanctions.embargo", "hold"), IsEmpty());
}

}  // namespace
}  // namespace vigla
