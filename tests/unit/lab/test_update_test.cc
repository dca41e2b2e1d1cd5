// Updating tests: what fails becomes what is, what holds keeps its bytes, and twice is once.
#include "engine/lab/test_update.h"
#include "tests/unit/scratch_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace vigla {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kPack = R"(pack: p   # a comment
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
    once_per: {key: account, for: 1h}
    reason: "{paid_1d}"
)";

constexpr std::string_view kTable = R"(    transactions: |
      id     | time                      | debtor | amount
      a1..a4 | 2026-03-02T09:00:00Z +20m | DORA   | 40.00 EUR
)";

class TestUpdateTest : public ::testing::Test {
 protected:
  TestUpdateTest() { options_.run.load.base_currency = *CurrencyCode::Parse("EUR"); }

  // The file's text after an update; "" if it fails.
  std::string Update(const std::string& text) {
    const auto updates = UpdateExpectations({folder_.Write("p.yaml", text)}, options_);
    EXPECT_TRUE(updates.ok()) << updates.status();
    if (!updates.ok()) return "";
    if (updates->empty()) return text;
    diff_ = updates->at(0).diff;
    return updates->at(0).text;
  }
  bool Holds(const std::string& text) {
    const auto report = RunPackTests({folder_.Write("p.yaml", text)}, options_);
    return report.ok() && report->AllHold() && !report->results.empty();
  }

  ScratchFolder folder_;
  std::string diff_;
  TestOptions options_;
};

TEST_F(TestUpdateTest, OnlyWhatFailsIsRewritten) {
  const std::string head = std::string(kPack) + "tests:\n  - name: one\n" + std::string(kTable) +
                           "    expect:   # what comes of it\n";
  const std::string tail = "  # the next\n  - name: two\n" + std::string(kTable) +
                           "    expect:\n      - {at: a3, rule: p.a}\n"
                           "      - {at: a4,   folded_into: a3}\n";
  const std::string before =
      head + "      - {at: a2, rule: p.a}\n      # this one holds\n"
             "      - { at: a4, folded_into: a3 }   # as ever\n"
             "      - {at: a3, rule: p.a, values: {paid_1d: 1.00 EUR}}\n\n" + tail;
  const std::string after =
      head + "      - { at: a4, folded_into: a3 }   # as ever\n"
             "      - {at: a3, rule: p.a, values: {paid_1d: 120.00 EUR}}\n\n" + tail;
  EXPECT_EQ(Update(before), after);
  EXPECT_THAT(diff_, HasSubstr("-      - {at: a2, rule: p.a}\n"));
  EXPECT_THAT(diff_, HasSubstr("+      - {at: a3, rule: p.a, values: {paid_1d: 120.00 EUR}}\n"));
  EXPECT_TRUE(Holds(after));
  EXPECT_EQ(Update(after), after);
}

TEST_F(TestUpdateTest, WhatWasNotExpectedIsAddedAndListsInOneLineBecomeBlocks) {
  for (std::string_view expect : {"expect: []\n", "expect:\n", "expect: [{at: a1, rule: p.a}]\n",
                                  "expect: [{at: a1..a3, rule: p.a},\n      {at: a2, rule: p.a}]\n",
                                  "expect:\n    - {at: a4, rule: p.a}\n"}) {
    const std::string before = std::string(kPack) + "tests:\n  - name: one\n" +
                               std::string(kTable) + "    " + std::string(expect);
    const std::string after = Update(before);
    EXPECT_TRUE(Holds(after)) << after;
    EXPECT_EQ(Update(after), after);
    EXPECT_THAT(after, HasSubstr("- {at: a3, rule: p.a}\n"));
    EXPECT_THAT(after, HasSubstr("- {at: a4, rule: p.a, folded_into: a3}\n"));
  }
}

// Whatever is expected: afterwards it holds, a second time changes nothing, and nothing before
// `expect:` or after it has changed.
TEST_F(TestUpdateTest, AnyExpectationsConverge) {
  constexpr std::string_view kItems[] = {
      "{at: a1, rule: p.a}", "{at: a3, rule: p.a}", "{at: a3, rule: p.a, values: {paid_1d: 7}}",
      "{at: a4, folded_into: a3}", "{at: a4, folded_into: a1}", "{at: a2..a4, rule: p.a}",
      "{at: a3..a3, shadow: p.a}", "{at: a4, rule: p.a, folded_into: a3}"};
  std::mt19937_64 random(11);
  for (int round = 0; round < 60; ++round) {
    const std::string head =
        std::string(kPack) + "tests:\n  - name: one\n" + std::string(kTable);
    std::string expect = "    expect:\n";
    for (size_t i = random() % 5; i > 0; --i) {
      expect += "      - " + std::string(kItems[random() % std::size(kItems)]) + "\n";
    }
    const std::string tail = "    list_items: {}\n\n# the end\n";
    const std::string after = Update(head + expect + tail);
    EXPECT_TRUE(after.starts_with(head) && after.ends_with(tail)) << after;
    EXPECT_TRUE(Holds(after)) << expect << after;
    EXPECT_EQ(Update(after), after) << expect;
  }
}

}  // namespace
}  // namespace vigla
