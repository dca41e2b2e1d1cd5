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

std::vector<std::string> Warnings(const std::string& when, const std::string& declarations = "",
                                  const std::string& more = "") {
  LoadOptions options = TestLoadOptions();
  options.today_utc_day = ParseDate("2026-07-01");
  const LoadedText loaded = LoadTexts({PackWith(when, declarations, more)}, options);
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
}

TEST(Lint, ExpiredExceptionsAndReviews) {
  const auto until = [](const std::string& date) {
    return Warnings("kind == fee", "", "    unless: [{id: x, if: kind == fee, because: b, "
                    "approved: c, until: " + date + "}]\n    review_by: " + date + "\n");
  };
  EXPECT_THAT(until("2026-06-30"), ElementsAre("VG5002", "VG5006"));
  EXPECT_THAT(until("2026-07-01"), IsEmpty());
}

TEST(Lint, ExceptionsWithoutApproverOrEnd) {
  EXPECT_THAT(Warnings("kind == fee", "", "    unless: [{id: x, if: kind == fee, because: b}]\n"),
              ElementsAre("VG5008"));
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
  const LoadedText loaded = LoadTexts({"pack: p\nversion: 1\n" + count +
      "rules:\n  - {rule: r, title: t, subject: debtor, severity: low, score: 1, "
      "when: n > 1, reason: \"{n}\"}\n"});
  EXPECT_THAT(loaded.Codes(), IsEmpty());
}

}  // namespace
}  // namespace vigla
