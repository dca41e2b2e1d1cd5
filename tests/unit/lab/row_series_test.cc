// Lines that stand for many transactions: what they expand to, and what is refused.
#include "engine/lab/row_series.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "engine/model/money.h"
#include "engine/model/time.h"

namespace vigla {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::string> Ids(std::string_view id) {
  SeriesProblem problem;
  return SeriesIds(id, &problem).value_or(std::vector<std::string>{"!" + problem.message});
}

std::vector<std::string> Cells(std::string_view column, std::string_view cell, size_t count) {
  SeriesProblem problem;
  return SeriesCells(column, cell, count, &problem)
      .value_or(std::vector<std::string>{"!" + problem.message});
}

TEST(RowSeriesTest, IdsRunFromTheFirstToTheLast) {
  EXPECT_THAT(Ids("a9..a11"), ElementsAre("a9", "a10", "a11"));
  EXPECT_THAT(Ids("a09..a11"), ElementsAre("a09", "a10", "a11"));
  EXPECT_THAT(Ids("7..8"), ElementsAre("7", "8"));
  EXPECT_THAT(Ids("b3..b3"), ElementsAre("b3"));
  for (std::string_view bad : {"a..b", "a1..b2", "a5..a1", "..", "a1..", "..a2", "a1..a2..a3",
                               "a1..a100000", "a1..a99999999999999999999"}) {
    EXPECT_THAT(Ids(bad), ElementsAre(HasSubstr("!"))) << bad;
  }
}

TEST(RowSeriesTest, TimesStepByDurations) {
  EXPECT_THAT(Cells("time", "2026-03-02T09:00:00Z +5m", 3),
              ElementsAre("2026-03-02T09:00:00Z", "2026-03-02T09:05:00Z", "2026-03-02T09:10:00Z"));
  EXPECT_THAT(Cells("time", "2026-03-02T09:00:00Z -1us", 2),
              ElementsAre("2026-03-02T09:00:00Z", "2026-03-02T08:59:59.999999Z"));
  EXPECT_THAT(Cells("time", "2026-02-28 +1d", 3),
              ElementsAre("2026-02-28", "2026-03-01", "2026-03-02"));
  EXPECT_THAT(Cells("booked", "1772442000000 +1h", 2),
              ElementsAre("2026-03-02T09:00:00Z", "2026-03-02T10:00:00Z"));
  EXPECT_THAT(Cells("time", "2026-02-28 +1h", 2), ElementsAre(HasSubstr("whole days")));
  EXPECT_THAT(Cells("time", "2026-03-02T09:00:00Z +5", 2), ElementsAre(HasSubstr("step of time")));
  EXPECT_THAT(Cells("time", "noon +5m", 2), ElementsAre(HasSubstr("time was expected")));
  EXPECT_THAT(Cells("time", "2026-03-02T09:00:00Z +400d", 9999),
              ElementsAre(HasSubstr("leaves the calendar")));
}

TEST(RowSeriesTest, NumbersStepExactly) {
  EXPECT_THAT(Cells("amount", "900.00 EUR +10", 3),
              ElementsAre("900.00 EUR", "910.00 EUR", "920.00 EUR"));
  EXPECT_THAT(Cells("amount", "0.03 EUR -0.02 EUR", 3),
              ElementsAre("0.03 EUR", "0.01 EUR", "-0.01 EUR"));
  EXPECT_THAT(Cells("amount", "100 +0.5", 2), ElementsAre("100.0", "100.5"));
  EXPECT_THAT(Cells("rate", "0.99 +0.005", 2), ElementsAre("0.990", "0.995"));
  EXPECT_THAT(Cells("amount", "-20.00 EUR", 2), ElementsAre("-20.00 EUR", "-20.00 EUR"));
  EXPECT_THAT(Cells("amount", "900 EUR +10 USD", 2), ElementsAre(HasSubstr("another currency")));
  EXPECT_THAT(Cells("amount", "900 EUR +ten", 2), ElementsAre(HasSubstr("no step")));
  EXPECT_THAT(Cells("amount", "much EUR +1", 2), ElementsAre(HasSubstr("number was expected")));
}

TEST(RowSeriesTest, BracesTakeTurnsAndTextIsTheSame) {
  EXPECT_THAT(Cells("creditor", "SHOP{1..3}", 5),
              ElementsAre("SHOP1", "SHOP2", "SHOP3", "SHOP1", "SHOP2"));
  EXPECT_THAT(Cells("creditor", "SHOP{09..10}-{2..1}", 3),
              ElementsAre("SHOP09-2", "SHOP10-1", "SHOP09-2"));
  EXPECT_THAT(Cells("channel", "{branch, atm,}", 3), ElementsAre("branch", "atm", ""));
  EXPECT_THAT(Cells("amount", "{9200,9300} EUR", 2), ElementsAre("9200 EUR", "9300 EUR"));
  EXPECT_THAT(Cells("remittance", "order +5 {x} {", 2),
              ElementsAre("order +5 {x} {", "order +5 {x} {"));
}

// Members are exactly `step` apart, whatever the start.
TEST(RowSeriesTest, EveryMemberIsItsStepsFromTheFirst) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 500; ++round) {
    const int64_t start = static_cast<int64_t>(random() % (60LL * 365 * kDayUs));
    const int64_t step = static_cast<int64_t>(random() % (3 * kDayUs));
    const size_t count = 1 + random() % 40;
    const auto times = Cells("time", FormatTime({start}) + " +" + std::to_string(step) + "us",
                             count);
    ASSERT_EQ(times.size(), count);
    const int64_t cents = static_cast<int64_t>(random() % 100'000'000);
    const int64_t more = static_cast<int64_t>(random() % 10'000);
    const auto amounts = Cells("amount", FormatDecimal(cents, 2, 2, 2) + " EUR -" +
                                             FormatDecimal(more, 2, 2, 2), count);
    ASSERT_EQ(amounts.size(), count);
    for (size_t i = 0; i < count; ++i) {
      const auto n = static_cast<int64_t>(i);
      EXPECT_EQ(ParseTime(times[i])->time.us, start + n * step);
      EXPECT_EQ(amounts[i], FormatDecimal(cents - n * more, 2, 2, 2) + " EUR");
    }
  }
}

}  // namespace
}  // namespace vigla
