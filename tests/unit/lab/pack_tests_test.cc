// Tests of packs from file to report: the live path judges, and failures say what differs.
#include "engine/lab/pack_tests.h"
#include "tests/unit/scratch_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>


namespace vigla {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A pack with one rule of each sort that a test can speak of.
constexpr std::string_view kPack = R"(pack: structuring
version: 3
parameters:
  report_limit: {type: money, value: 10000 EUR, min: 3000 EUR, max: 15000 EUR}
lists:
  cash_businesses: {of: account, items: [NOBODY]}
macros:
  cash_in: kind == cash_deposit && amount < report_limit
features:
  pieces_3d:  {count: credits, over: 3d, where: cash_in}
  paid_in_3d: {sum: amount, of: credits, over: 3d, where: cash_in}
  usual_cash: {mean: amount, of: credits, over: 180d, skip: 3d, where: cash_in}
rules:
  - rule: structuring.cash_pieces
    version: 4
    title: Cash deposits kept just under the reporting limit
    subject: creditor
    severity: high
    score: 60
    when: cash_in && pieces_3d >= 3 && paid_in_3d > report_limit
    unless:
      - id: known-cash-business
        if: account in cash_businesses
        because: Reviewed yearly.
        approved: compliance.lead
        until: 2027-06-30
    once_per: {key: account, for: 24h}
    reason: "{pieces_3d} deposits under {report_limit}, {paid_in_3d}; usual {usual_cash|none}."
  - rule: structuring.piece
    version: 1
    state: shadow
    title: A single piece
    subject: creditor
    severity: low
    score: 1
    when: cash_in && channel == 'atm'
    reason: "A piece under {report_limit}."
  - rule: validity.amount
    version: 1
    kind: validity
    action: reject
    title: Amount not positive
    subject: debtor
    severity: info
    score: 0
    when: amount.original <= 0
    reason: The amount is not positive.
)";

constexpr std::string_view kTests = R"(tests:
  - name: three pieces in three days alert on the third, once
    transactions: |
      id | time                 | kind         | channel | creditor | amount
      a  | 2026-03-02T09:00:00Z | cash_deposit | branch  | KARL     | 9200.00 EUR
      b  | 2026-03-03T09:00:00Z | cash_deposit | branch  | KARL     | 9300.00 EUR
      c  | 2026-03-05T08:59:59Z | cash_deposit | branch  | KARL     | 9400.00 EUR
      d  | 2026-03-05T10:00:00Z | cash_deposit | branch  | KARL     | 9400.00 EUR
    expect:
      - {at: c, rule: structuring.cash_pieces, values: {pieces_3d: 3, paid_in_3d: 27900.00 EUR}}
      - {at: d, folded_into: c}
  - name: the same from a known cash business is excepted
    like: three pieces in three days alert on the third, once
    with: {creditor: BAKERY}
    list_items: {cash_businesses: [bakery]}
    expect:
      - {at: c, excepted: known-cash-business}
      - {at: d, rule: structuring.cash_pieces, excepted: known-cash-business}
  - name: shadow, rejected, and a leg by name
    transactions: |
      id | time                 | kind         | channel | debtor | creditor | amount
      a  | 2026-03-02T09:00:00Z | cash_deposit | atm     |        | KARL     | 20.00 EUR
      b  | 2026-03-02T09:01:00Z |              |         | DORA   | KARL     | -20.00 EUR
      c  | 2026-03-02T09:02:00Z |              |         | DORA   | KARL     | 1.00001 EUR
    expect:
      - {at: a, shadow: structuring.piece, leg: creditor}
      - {at: b, rule: validity.amount, rejected: true}
      - {at: c, rejected: amount_digits}
)";

class PackTestsTest : public ::testing::Test {
 protected:
  PackTestsTest() { options_.run.load.base_currency = *CurrencyCode::Parse("EUR"); }

  std::string Write(const std::string& name, std::string_view text) {
    return folder_.Write(name, text);
  }
  TestReport Run(const std::string& path) {
    absl::StatusOr<TestReport> report = RunPackTests({path}, options_);
    EXPECT_TRUE(report.ok()) << report.status();
    return report.ok() ? *std::move(report) : TestReport();
  }
  static std::string Findings(const TestReport& report) {
    std::string text;
    for (const Diagnostic& finding : report.diagnostics.all()) {
      if (finding.severity == Severity::kError) text += FormatDiagnostic(finding);
    }
    return text;
  }

  ScratchFolder folder_;
  TestOptions options_;
};

TEST_F(PackTestsTest, TestsInsideAPackAreJudgedOnTheLivePath) {
  const TestReport report =
      Run(Write("structuring.yaml", std::string(kPack) + std::string(kTests)));
  EXPECT_EQ(Findings(report), "");
  ASSERT_EQ(report.results.size(), 3u);
  EXPECT_TRUE(report.AllHold()) << FormatTestReport(report);
  EXPECT_EQ(FormatTestReport(report), "3 tests, 0 failed\n");
}

TEST_F(PackTestsTest, TestsBesideAPackAreFoundByTheirFilesName) {
  Write("structuring.yaml", kPack);
  Write("structuring.test.yaml", kTests);
  Write("more.test.yaml", "pack: structuring\n" + std::string(kTests));
  const TestReport report = Run(folder_.path());
  EXPECT_EQ(Findings(report), "");
  EXPECT_EQ(report.results.size(), 6u);
  EXPECT_TRUE(report.AllHold()) << FormatTestReport(report);
}

TEST_F(PackTestsTest, AFailureNamesEachDifferenceAndHowToSeeItAgain) {
  std::string tests(kTests);
  tests.replace(tests.find("27900.00"), 8, "27900.01");
  tests.replace(tests.find("folded_into: c"), 14, "folded_into: a");
  const std::string path = Write("structuring.yaml", std::string(kPack) + tests);
  const TestReport report = Run(path);
  EXPECT_EQ(report.failed, 1);
  EXPECT_THAT(
      FormatTestReport(report),
      AllOf(HasSubstr("at c, structuring.cash_pieces: paid_in_3d: expected 27900.01, "
                      "found 27900.00"),
            HasSubstr("at d: expected folded into a, found folded into c"),
            HasSubstr("reproduce: vigla test " + path + " --filter '^structuring: three pieces"),
            HasSubstr("3 tests, 1 failed\n")));
  EXPECT_THAT(FormatTestReportJunit(report),
              AllOf(HasSubstr("tests=\"3\" failures=\"1\" errors=\"0\""),
                    HasSubstr("expected 27900.01, found 27900.00")));
}

TEST_F(PackTestsTest, WhatNoTestNamesMustStaySilent) {
  const TestReport report = Run(Write("structuring.yaml", std::string(kPack) + R"(tests:
  - name: nothing happens
    transactions: |
      id | time                 | kind         | channel | creditor | amount
      a  | 2026-03-02T09:00:00Z | cash_deposit | atm     | KARL     | 9200.00 EUR
    expect: []
)"));
  ASSERT_EQ(report.results.size(), 1u);
  ASSERT_EQ(report.results[0].differences.size(), 1u);
  EXPECT_EQ(report.results[0].differences[0].text,
            "at a, structuring.piece: expected silence, found a shadow match");
  EXPECT_EQ(report.results[0].differences[0].at.line, 52);
}

TEST_F(PackTestsTest, TheFilterChoosesByPackAndName) {
  options_.filter = "^structuring: the same";
  const TestReport report =
      Run(Write("structuring.yaml", std::string(kPack) + std::string(kTests)));
  ASSERT_EQ(report.results.size(), 1u);
  EXPECT_EQ(report.results[0].name, "the same from a known cash business is excepted");
  options_.filter = "(";
  EXPECT_EQ(RunPackTests({folder_.path()}, options_).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(PackTestsTest, ExpectationsNameMembersOfASeries) {
  const std::string path = Write("structuring.yaml", std::string(kPack) + R"(tests:
  - name: four pieces a day apart
    transactions: |
      id     | time                     | kind         | creditor | amount
      a1..a5 | 2026-03-02T09:00:00Z +5h | cash_deposit | KARL     | 9000.00 EUR +100
    expect:
      - {at: a3, rule: structuring.cash_pieces, values: {paid_in_3d: 27300.00 EUR}}
      - {at: a4..a5, rule: structuring.cash_pieces, folded_into: a3}
)");
  const TestReport report = Run(path);
  EXPECT_EQ(Findings(report), "");
  EXPECT_TRUE(report.AllHold()) << FormatTestReport(report);
  EXPECT_EQ(report.results[0].transactions, 5);
  Write("structuring.yaml", std::string(kPack) + R"(tests:
  - name: members that are not there
    transactions: |
      id     | time                     | creditor | amount
      a1..a3 | 2026-03-02T09:00:00Z +1h | KARL     | 9000.00 EUR
    expect: [{at: a2..a4, rule: structuring.cash_pieces}, {at: a1, excepted: known-cash-busines},
             {at: a1, rejected: amount_digts}]
)");
  EXPECT_THAT(Findings(Run(path)), AllOf(HasSubstr("the table has no transaction `a4`"),
                                         HasSubstr("did you mean `known-cash-business`?"),
                                         HasSubstr("did you mean `amount_digits`?")));
}

TEST_F(PackTestsTest, MisspelledNamesAreErrorsNotSilence) {
  const TestReport report = Run(Write("structuring.yaml", std::string(kPack) + R"(tests:
  - name: misspelled
    transactions: |
      id | time       | creditor | amount
      a  | 2026-03-02 | KARL     | 9200.00 EUR
    list_items: {cash_busineses: []}
    expect:
      - {at: b, rule: structuring.cash_pieces}
      - {at: a, rule: structuring.cash_piece}
      - {at: a, rule: structuring.cash_pieces, values: {pieces_3: 1}}
      - {at: a, rule: structuring.cash_pieces, values: {pieces_3d: one}}
      - {at: a, rule: structuring.cash_pieces, excepted: known-cash-busines}
      - {at: a, rul: structuring.cash_pieces}
)"));
  EXPECT_THAT(report.results, IsEmpty());
  EXPECT_FALSE(report.AllHold());
  EXPECT_THAT(Findings(report),
              AllOf(HasSubstr("did you mean `cash_businesses`?"),
                    HasSubstr("the table has no transaction `b`"),
                    HasSubstr("did you mean `structuring.cash_pieces`?"),
                    HasSubstr("did you mean `pieces_3d`?"),
                    HasSubstr("a whole number was expected"),
                    HasSubstr("did you mean `known-cash-business`?"),
                    HasSubstr("did you mean `rule`?")));
}

TEST_F(PackTestsTest, APackThatDoesNotLoadIsReportedAndTheOthersRun) {
  Write("broken.yaml", "pack: broken\nrules: [{rule: a}]\n");
  Write("structuring.yaml", std::string(kPack) + std::string(kTests));
  const TestReport report = Run(folder_.path());
  EXPECT_TRUE(report.diagnostics.HasErrors());
  EXPECT_EQ(report.results.size(), 3u);
  EXPECT_EQ(report.failed, 0);
}

TEST_F(PackTestsTest, PacksWithoutTestsAndPathsWithoutFilesAreSaid) {
  const std::string path = Write("structuring.yaml", kPack);
  EXPECT_THAT(Run(path).without_tests, ElementsAre(path));
  EXPECT_EQ(RunPackTests({path + ".gone"}, options_).status().code(),
            absl::StatusCode::kNotFound);
  Write("orphan.test.yaml", "pack: nobody\ntests: []\n");
  EXPECT_THAT(Findings(Run(folder_.path())), HasSubstr("there is no pack beside this file"));
  Write("structuring.test.yaml", "test: []\n");
  EXPECT_THAT(Findings(Run(path)), AllOf(HasSubstr("there is no key `test` here"),
                                         HasSubstr("the file has no `tests`")));
}

}  // namespace
}  // namespace vigla
