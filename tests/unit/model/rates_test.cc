// A rate is the last one that held on the day, at most ten days old, and never 1 by default.
#include "engine/model/rates.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <random>
#include <sstream>
#include <string>

#include "engine/base/status.h"

namespace vigla {
namespace {

const CurrencyCode kEuro = *CurrencyCode::Parse("EUR");
const CurrencyCode kDollar = *CurrencyCode::Parse("USD");
const CurrencyCode kYen = *CurrencyCode::Parse("JPY");

EventTime At(std::string_view text) { return ParseTime(text)->time; }

std::string Text(const std::optional<ExchangeRate>& rate) {
  if (!rate) return "none";
  return std::to_string(rate->numerator) + "/" + std::to_string(rate->denominator);
}

TEST(Convert, RoundsOnceHalfAwayFromZero) {
  EXPECT_EQ(Convert({1'000'000}, {23, 25})->micros, 92'000'000) << "100 USD at 0.92";
  EXPECT_EQ(Convert({1}, {1, 200})->micros, 1) << "half a micro-unit";
  EXPECT_EQ(Convert({-1}, {1, 200})->micros, -1);
  EXPECT_EQ(Convert({1}, {1, 201})->micros, 0);
  EXPECT_EQ(Convert({0}, {7, 3})->micros, 0);
}

TEST(Convert, LeavesInt64Loudly) {
  const int64_t limit = std::numeric_limits<int64_t>::max();
  EXPECT_EQ(Convert({92'233'720'368'547'758}, {1, 1})->micros, 9'223'372'036'854'775'800);
  EXPECT_FALSE(Convert({92'233'720'368'547'759}, {1, 1}));
  EXPECT_FALSE(Convert({-92'233'720'368'547'759}, {1, 1}));
  EXPECT_FALSE(Convert({999'999'999'999'999'999}, {limit, 1})) << "leaves 128 bits on the way";
  EXPECT_EQ(Convert({92'233'720'368'547'758}, {limit - 1, limit})->micros,
            9'223'372'036'854'775'799)
      << "leaves 128 bits on the way but ends inside";
}

// Against the definition, computed with a fraction in lowest terms so that nothing overflows.
TEST(Convert, IsTheRoundedProduct) {
  std::mt19937_64 random(5);
  for (int round = 0; round < 100'000; ++round) {
    const auto amount = static_cast<int64_t>(random() >> (24 + random() % 39));
    const int64_t sign = random() % 2 == 0 ? 1 : -1;
    const ExchangeRate rate{static_cast<int64_t>(1 + random() % 1'000'000'000),
                            static_cast<int64_t>(1 + random() % 1'000'000'000)};
    const Int128 product = Int128{amount} * 100 * rate.numerator;
    const Int128 expected = (2 * product + rate.denominator) / (2 * Int128{rate.denominator});
    const std::optional<BaseAmount> base = Convert({sign * amount}, rate);
    if (expected > std::numeric_limits<int64_t>::max()) {
      ASSERT_FALSE(base);
    } else {
      ASSERT_TRUE(base && base->micros == sign * static_cast<int64_t>(expected));
    }
  }
}

TEST(RateTable, DatedRateHoldsForTenDays) {
  const auto table =
      ReadRatesCsv("date,currency,rate\n2026-03-01,USD,0.92\n2026-03-05,USD,0.93\n", kEuro);
  ASSERT_TRUE(table.ok());
  const auto on = [&](std::string_view time) { return Text(table->On(kDollar, At(time))); };
  EXPECT_EQ(on("2026-02-28T23:59:59.999999Z"), "none");
  EXPECT_EQ(on("2026-03-01T00:00:00Z"), "23/25");
  EXPECT_EQ(on("2026-03-04T23:59:59Z"), "23/25");
  EXPECT_EQ(on("2026-03-05T00:00:00Z"), "93/100");
  EXPECT_EQ(on("2026-03-15T23:59:59.999999Z"), "93/100") << "ten days old";
  EXPECT_EQ(on("2026-03-16T00:00:00Z"), "none") << "eleven";
  EXPECT_EQ(Text(table->On(kYen, At("2026-03-05"))), "none");
  EXPECT_EQ(Text(table->On(kEuro, At("1999-01-01"))), "1/1") << "the base currency's own";
  EXPECT_TRUE(table->IsDated());
  EXPECT_FALSE(table->HasFixed(kDollar));
  EXPECT_TRUE(table->HasFixed(kEuro));
}

TEST(RateTable, FixedRateHoldsAlways) {
  RateTable table(kEuro);
  table.AddFixed(kDollar, {23, 25});
  table.Seal();
  EXPECT_EQ(Text(table.On(kDollar, At("0001-01-01"))), "23/25");
  EXPECT_EQ(Text(table.On(kDollar, At("9999-12-31"))), "23/25");
  EXPECT_FALSE(table.IsDated());
  EXPECT_TRUE(table.HasFixed(kDollar));
  EXPECT_EQ(table.CanonicalText(), "base EUR\nalways USD 23/25\n");
}

TEST(RateTable, FingerprintIsThatOfTheRatesNotOfTheFile) {
  const std::string header = "date,currency,rate\n";
  const auto a = ReadRatesCsv(header + "2026-03-01,USD,0.92\n2026-03-02,JPY,0.0061\n", kEuro);
  const auto b = ReadRatesCsv(header + "2026-03-02,JPY,0.006100\n\n2026-03-01,USD,0.9200", kEuro);
  const auto c = ReadRatesCsv(header + "2026-03-01,USD,0.93\n2026-03-02,JPY,0.0061\n", kEuro);
  ASSERT_TRUE(a.ok() && b.ok() && c.ok());
  EXPECT_EQ(a->fingerprint(), b->fingerprint());
  EXPECT_EQ(a->fingerprint(), Sha256::Of(a->CanonicalText()));
  EXPECT_NE(a->fingerprint(), c->fingerprint());
}

TEST(ReadRatesCsv, RefusesWhatIsDoubtfulWithItsLine) {
  const std::string header = "date,currency,rate\n2026-03-01,USD,0.92\n";
  for (const std::string_view line :
       {"2026-03-01,USD,0.93", "2026-3-1,JPY,1", "2026-03-02,jpy,1", "2026-03-02,JPY,0",
        "2026-03-02,JPY,-1", "2026-03-02,JPY,1e3", "2026-03-02,JPY", "2026-03-02,JPY,1,2",
        "2026-03-02,EUR,1.01", "2026-03-02,JPY,N/A",
        "2026-03-02,JPY,99999999999999.123456789012"}) {
    const auto table = ReadRatesCsv(header + std::string(line) + "\n", kEuro);
    ASSERT_FALSE(table.ok()) << line;
    EXPECT_EQ(ToStd(table.status().message()).substr(0, 7), "line 3:") << line;
  }
  EXPECT_FALSE(ReadRatesCsv("", kEuro).ok());
  EXPECT_FALSE(ReadRatesCsv("currency,date,rate\n", kEuro).ok());
}

constexpr std::string_view kEcb =
    "Date,USD,JPY,BGN,\n"
    "2026-04-13,1.1684,186.75,N/A,\n"
    "2026-04-10,1.1711,186.43,1.9558,\n";

TEST(ReadEcbRates, InvertsTheFile) {
  const auto table = ReadEcbRates(kEcb, kEuro);
  ASSERT_TRUE(table.ok()) << table.status();
  EXPECT_EQ(Text(table->On(kDollar, At("2026-04-13T12:00:00Z"))), "2500/2921");
  EXPECT_EQ(Text(table->On(kDollar, At("2026-04-12T12:00:00Z"))), "10000/11711");
  EXPECT_EQ(Text(table->On(*CurrencyCode::Parse("BGN"), At("2026-04-13"))), "5000/9779")
      << "N/A on the day: the last one before";
}

TEST(ReadEcbRates, CrossesThroughTheEuroExactly) {
  const auto table = ReadEcbRates(kEcb, kDollar);
  ASSERT_TRUE(table.ok()) << table.status();
  EXPECT_EQ(Text(table->On(kEuro, At("2026-04-13"))), "2921/2500");
  EXPECT_EQ(Text(table->On(kYen, At("2026-04-13"))), "2921/466875") << "1.1684 / 186.75";
  EXPECT_EQ(Text(table->On(kDollar, At("2026-04-13"))), "1/1");
  EXPECT_EQ(Text(table->On(*CurrencyCode::Parse("CHF"), At("2026-04-13"))), "none");
}

TEST(ReadEcbRates, ReadsTheFileOfOneDay) {
  const auto table = ReadRates("Date, USD, JPY, \r\n3 April 2026, 1.25, 200, \r\n", kEuro);
  ASSERT_TRUE(table.ok()) << table.status();
  EXPECT_EQ(Text(table->On(kDollar, At("2026-04-03"))), "4/5");
}

TEST(ReadEcbRates, RefusesWhatIsDoubtful) {
  for (const std::string_view text :
       {"Date,USD,USD,\n2026-04-13,1,1,\n", "Date,usd,\n2026-04-13,1,\n",
        "Date,USD,\n2026-04-13,1,2\n", "Date,USD,\n2026-04-13,x,\n", "Date,USD,\n2026-04-13,0,\n",
        "Date,USD,\n2026-04-13,1,\n2026-04-13,1,\n", "Date,USD,\n13.04.2026,1,\n", "", "x,y\n"}) {
    EXPECT_FALSE(ReadRates(text, kEuro).ok()) << text;
  }
}

// The published files, where they lie beside the project.
TEST(ReadEcbRates, ReadsThePublishedHistory) {
  const char* const folder = std::getenv("VIGLA_DATA");
  const std::filesystem::path path =
      std::filesystem::path(folder != nullptr ? folder : "../shared/data") / "ref" /
      "eurofxref-hist_2025-02.csv";
  std::ifstream file(path);
  if (!file) GTEST_SKIP() << "no rates at " << path << "; set VIGLA_DATA";
  std::stringstream text;
  text << file.rdbuf();
  for (const CurrencyCode base : {kEuro, kDollar, kYen, *CurrencyCode::Parse("IDR")}) {
    const auto table = ReadRates(text.str(), base);
    ASSERT_TRUE(table.ok()) << base.Text() << table.status();
    EXPECT_TRUE(table->On(kEuro, At("2023-05-12")));
    EXPECT_TRUE(table->On(kDollar, At("2010-01-04")));
    EXPECT_FALSE(table->On(*CurrencyCode::Parse("XAU"), At("2023-05-12")));
  }
  const auto table = ReadRates(text.str(), kEuro);
  EXPECT_EQ(Text(table->On(kDollar, At("2023-05-14T10:00:00Z"))), "2500/2723") << "a Sunday";
}

}  // namespace
}  // namespace vigla
