// Tables of transactions: what a row becomes, and what is refused.
#include "engine/lab/transaction_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/rule/yaml_tree.h"

namespace vigla {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// The table under `transactions:` of a small file, with whatever is wrong in it.
class TransactionTableTest : public ::testing::Test {
 protected:
  bool Read(std::string_view lines) {
    std::string source = "transactions: |\n";
    source += lines;
    document_ = ReadYaml("test.yaml", source, YamlLimits(), &diagnostics_);
    if (document_ == nullptr) return false;
    table_ = TransactionTable();
    return ReadTransactionTable(*document_, *document_->root.Find("transactions"), &table_,
                                &diagnostics_);
  }
  std::string FirstError() const {
    return diagnostics_.all().empty() ? "" : FormatDiagnostic(diagnostics_.all()[0]);
  }

  std::unique_ptr<YamlDocument> document_;
  Diagnostics diagnostics_;
  TransactionTable table_;
};

TEST_F(TransactionTableTest, BlanksAreAbsentAndAmountsCarryTheirCurrency) {
  ASSERT_TRUE(Read("  id | time | debtor | creditor | amount\n"
                   "  a | 2026-03-02T09:00:00Z | | KARL | 9200.00 EUR\n"
                   "\n"
                   "  b | 2026-03-02 | DORA | | -5 JPY\n")) << FirstError();
  ASSERT_EQ(table_.rows.size(), 2u);
  EXPECT_EQ(RenderTransaction(table_.rows[0]),
            R"({"amount":"9200.00","creditor":{"account":"KARL"},"currency":"EUR","id":"a",)"
            R"("time":"2026-03-02T09:00:00Z"})");
  EXPECT_EQ(RenderTransaction(table_.rows[1]),
            R"({"amount":"-5","currency":"JPY","debtor":{"account":"DORA"},"id":"b",)"
            R"("time":"2026-03-02"})");
}

TEST_F(TransactionTableTest, OneLineMayStandForMany) {
  ASSERT_TRUE(Read("  id | time | debtor | creditor | amount\n"
                   "  a1..a2 | 2026-03-02T09:00:00Z +5m | DORA | SHOP{1..2} | 900.00 EUR +10\n"
                   "  b | 2026-03-03 | DORA | | 5 JPY\n")) << FirstError();
  ASSERT_EQ(table_.rows.size(), 3u);
  EXPECT_EQ(RenderTransaction(table_.rows[1]),
            R"({"amount":"910.00","creditor":{"account":"SHOP2"},"currency":"EUR",)"
            R"("debtor":{"account":"DORA"},"id":"a2","time":"2026-03-02T09:05:00Z"})");
  EXPECT_EQ(table_.rows[1].at.line, 3);
  EXPECT_EQ(table_.rows[2].id, "b");
}

TEST_F(TransactionTableTest, AMalformedSeriesNamesItsColumn) {
  EXPECT_FALSE(Read("  id | time | amount\n  a1..a3 | 2026-03-02T09:00:00Z +5 | 1 EUR\n"));
  EXPECT_THAT(FirstError(), HasSubstr("the column `time`: `+5` is no step of time"));
  EXPECT_THAT(FirstError(), HasSubstr("test.yaml:3:12"));
  diagnostics_ = Diagnostics();
  EXPECT_FALSE(Read("  id | time | amount\n  a1 | 2026-03-02T09:00:00Z +5m | 1 EUR\n"));
  EXPECT_THAT(FirstError(), HasSubstr("the column `time` has a step"));
  diagnostics_ = Diagnostics();
  EXPECT_FALSE(Read("  id | time | amount\n  a1..a3 | 2026-03-02 | 1 EUR\n"
                    "  a2 | 2026-03-02 | 1 EUR\n"));
  EXPECT_THAT(FirstError(), HasSubstr("two rows have the id `a2`"));
}

TEST_F(TransactionTableTest, ColumnsAreFieldPaths) {
  ASSERT_TRUE(Read("  id | time | amount | creditor | creditor.address.town | status | device |"
                   " status.reason | approvers | attributes.risk.class\n"
                   "  a | 1772442000000 | 1 EUR | KARL | Köln | rejected | D1 | AC04 | ann, bob |"
                   " high\n")) << FirstError();
  EXPECT_EQ(RenderTransaction(table_.rows[0]),
            R"({"amount":"1","approvers":["ann","bob"],)"
            R"("creditor":{"account":"KARL","address":{"town":"Köln"}},"currency":"EUR",)"
            R"("device":{"id":"D1"},"id":"a","risk":{"class":"high"},)"
            R"("status":{"code":"rejected","reason":"AC04"},"time":1772442000000})");
}

TEST_F(TransactionTableTest, TablesWithRulersAndOuterBarsReadTheSame) {
  ASSERT_TRUE(Read("  | id | time       | amount |\n"
                   "  |----|------------|--------|\n"
                   "  | a  | 2026-03-02 | 1 EUR  |\n")) << FirstError();
  EXPECT_THAT(table_.columns, ElementsAre("id", "time", "amount"));
  ASSERT_EQ(table_.rows.size(), 1u);
  EXPECT_EQ(table_.rows[0].id, "a");
}

TEST_F(TransactionTableTest, UnknownColumnsAreErrorsWithTheNearestName) {
  EXPECT_FALSE(Read("  id | time | amount | creditr\n"));
  EXPECT_THAT(FirstError(), HasSubstr("did you mean `creditor`?"));
}

TEST_F(TransactionTableTest, AFieldOfALegIsNoColumn) {
  EXPECT_FALSE(Read("  id | time | amount | counterparty\n"));
  EXPECT_THAT(FirstError(), HasSubstr("write debtor or creditor"));
}

TEST_F(TransactionTableTest, ErrorsPointAtTheirRow) {
  EXPECT_FALSE(Read("  id | time | amount\n"
                    "  a | 2026-03-02 | 1 EUR\n"
                    "  a | 2026-03-03 | 1 EUR\n"));
  ASSERT_EQ(diagnostics_.errors(), 1);
  EXPECT_EQ(diagnostics_.all()[0].at.line, 4);
  EXPECT_THAT(FirstError(), HasSubstr("two rows have the id `a`"));
}

TEST_F(TransactionTableTest, EveryOtherMistakeIsReported) {
  EXPECT_FALSE(Read("  id | time | amount\n  a | 2026-03-02 | 1 EUR | more\n"));
  EXPECT_FALSE(Read("  id | time | amount\n  a | 2026-03-02 | 1\n"));
  EXPECT_FALSE(Read("  id | time | amount | currency\n  a | 2026-03-02 | 1 EUR | EUR\n"));
  EXPECT_FALSE(Read("  id | time | amount\n  | 2026-03-02 | 1 EUR\n"));
  EXPECT_FALSE(Read("  id | time | time | amount\n"));
  EXPECT_FALSE(Read("  id | time\n"));
  EXPECT_FALSE(Read("\n"));
}

}  // namespace
}  // namespace vigla
