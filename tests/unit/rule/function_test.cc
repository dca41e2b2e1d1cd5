// The functions of the rule language, one promise each.
#include "engine/rule/function.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "engine/rule/compiler.h"
#include "engine/rule/evaluator.h"
#include "engine/rule/function_registry.h"
#include "tests/unit/rule/expressions.h"

namespace vigla {
namespace {

using test::FakeReader;
using test::Node;

const CurrencyCode kEuro = *CurrencyCode::Parse("EUR");

// The text of the value: what makes "unknown" and a wrong type visible at once.
std::string Show(const Node& node, FakeReader reader = {}) {
  static const RuleSet* const rule_set = new RuleSet();
  const absl::StatusOr<Program> program = Compile(*node, RateTable(kEuro));
  if (!program.ok()) return program.status().ToString();
  return FormatValue(Evaluate(*program, *rule_set, reader), kEuro);
}

std::string Lower(std::string_view text) {
  std::string lower;
  AppendLowerCase(text, &lower);
  return lower;
}

template <typename... Arguments>
std::string ShowCall(Function function, ValueType type, Arguments... arguments) {
  return Show(test::Call(function, type, std::move(arguments)...));
}

TEST(FunctionTest, TextIsSearchedByBytes) {
  using test::String;
  const auto ask = [](Function function, std::string_view text, std::string_view part) {
    return ShowCall(function, ValueType::kBool, String(text), String(part));
  };
  EXPECT_EQ(ask(Function::kStartsWith, "Überweisung", "Über"), "true");
  EXPECT_EQ(ask(Function::kStartsWith, "a", "ab"), "false");
  EXPECT_EQ(ask(Function::kEndsWith, "invoice 7", " 7"), "true");
  EXPECT_EQ(ask(Function::kContains, "pay the rent", "the"), "true");
  EXPECT_EQ(ask(Function::kContains, "pay the rent", "The"), "false");
  EXPECT_EQ(ask(Function::kContains, "anything", ""), "true");
}

TEST(FunctionTest, MatchesSearchesAndRefusesWhatIsNoPattern) {
  using test::String;
  const auto ask = [](std::string_view text, std::string_view pattern) {
    return ShowCall(Function::kMatches, ValueType::kBool, String(text), String(pattern));
  };
  EXPECT_EQ(ask("payment for crypto coins", "cr[iy]pto"), "true");
  EXPECT_EQ(ask("payment", "^pay$"), "false");
  EXPECT_NE(ask("a", "(").find("INVALID_ARGUMENT"), std::string::npos);
  EXPECT_NE(ask("a", "(?=a)").find("INVALID_ARGUMENT"), std::string::npos);
  EXPECT_NE(ask("a", std::string(1025, 'a')).find("1024"), std::string::npos);
}

TEST(FunctionTest, LowerIsUnicodePerCodePoint) {
  EXPECT_EQ(Lower("ÄÖÜ ẞ ŁÓDŹ ΑΒΓ ДЖ"), "äöü ß łódź αβγ дж");
  EXPECT_EQ(Lower("ΟΔΟΣ"), "οδοσ");  // no final sigma: a code point has no neighbours
  EXPECT_EQ(Lower("İ"), "i");        // the simple mapping, not the one with a dot above
  EXPECT_EQ(Lower("𐐀"), "𐐨");
  EXPECT_EQ(Lower("straße 12"), "straße 12");
  EXPECT_EQ(Lower("\xC3"), "\xC3");
  EXPECT_EQ(ShowCall(Function::kLower, ValueType::kString, test::String("Köln")), "köln");
}

TEST(FunctionTest, SizeCountsCodePoints) {
  EXPECT_EQ(ShowCall(Function::kSize, ValueType::kInt, test::String("Ł𐐀é")), "3");
  EXPECT_EQ(ShowCall(Function::kSize, ValueType::kInt, test::String("")), "0");
  EXPECT_EQ(ShowCall(Function::kSize, ValueType::kInt,
                     test::Literals(test::Int(1), test::Int(2))), "2");
}

TEST(FunctionTest, NumbersAreRoundedHalfAwayFromZero) {
  using test::Decimal;
  using test::Int;
  const auto round = [](Int128 digits, int scale, int64_t to) {
    return ShowCall(Function::kRound, ValueType::kDecimal, Decimal(digits, scale), Int(to));
  };
  EXPECT_EQ(round(12345, 3, 2), "12.35");
  EXPECT_EQ(round(-12345, 3, 2), "-12.35");
  EXPECT_EQ(round(125, 1, 0), "13");
  EXPECT_EQ(ShowCall(Function::kRound, ValueType::kDecimal, Decimal(25, 1)), "3");
  EXPECT_EQ(ShowCall(Function::kAbs, ValueType::kDecimal, Decimal(-25, 1)), "2.5");
  EXPECT_EQ(ShowCall(Function::kAbs, ValueType::kInt, Int(std::numeric_limits<int64_t>::min())),
            "unknown");
  EXPECT_EQ(ShowCall(Function::kMin, ValueType::kDecimal, Decimal(25, 1), Int(2), Decimal(3, 0)),
            "2");
  EXPECT_EQ(ShowCall(Function::kMax, ValueType::kInt, Int(1), Int(7), Int(3)), "7");
}

TEST(FunctionTest, RoundAmountsAreMultiplesOfTheStep) {
  using test::Decimal;
  using test::Int;
  const auto ask = [](Int128 digits, int64_t step) {
    return ShowCall(Function::kIsRound, ValueType::kBool, Decimal(digits, 4), Int(step));
  };
  EXPECT_EQ(ask(30'000'000, 1000), "true");
  EXPECT_EQ(ask(-30'000'000, 1000), "true");
  EXPECT_EQ(ask(30'000'001, 1000), "false");
  EXPECT_EQ(ask(30'000'000, 0), "unknown");
}

TEST(FunctionTest, TimesAreReadInTheZoneOfTheLeg) {
  using test::Field;
  const auto show = [](Function function, ValueType type, std::string_view time,
                       std::string_view zone) {
    FakeReader reader;
    reader.fields[field::kTime] = Value::Integer(ValueType::kTime, ParseTime(time)->time.us);
    reader.fields[field::kTimeZone] = Value::Text(ValueType::kString, zone);
    return Show(test::Call(function, type, Field("time")), reader);
  };
  // 2026-03-01 was a Sunday; 23:30 UTC is already Monday in Berlin.
  constexpr std::string_view kTime = "2026-03-01T23:30:00Z";
  EXPECT_EQ(show(Function::kHour, ValueType::kInt, kTime, "Europe/Berlin"), "0");
  EXPECT_EQ(show(Function::kDayOfWeek, ValueType::kInt, kTime, "Europe/Berlin"), "1");
  EXPECT_EQ(show(Function::kDayOfWeek, ValueType::kInt, kTime, ""), "7");
  EXPECT_EQ(show(Function::kLocalDate, ValueType::kString, kTime, "Europe/Berlin"), "2026-03-02");
  EXPECT_EQ(show(Function::kLocalDate, ValueType::kString, kTime, "America/New_York"),
            "2026-03-01");
  EXPECT_EQ(show(Function::kLocalDate, ValueType::kString, "0001-01-01T00:00:00Z", ""),
            "0001-01-01");
  EXPECT_EQ(show(Function::kHour, ValueType::kInt, "1969-12-31T22:59:59Z", "UTC"), "22");
}

TEST(FunctionTest, AnUnknownZoneIsUtcAndCounted) {
  const uint64_t before = UnknownZoneCount();
  EXPECT_EQ(HourOfDay(0, "Europe/Atlantis"), 0);
  EXPECT_EQ(HourOfDay(0, "../../etc/passwd"), 0);
  EXPECT_EQ(HourOfDay(0, "localtime"), 0);
  EXPECT_EQ(UnknownZoneCount(), before + 3);
  EXPECT_EQ(HourOfDay(0, "Asia/Tokyo"), 9);
  EXPECT_EQ(UnknownZoneCount(), before + 3);
}

TEST(FunctionTest, AddressesLieInNetworks) {
  EXPECT_EQ(IsAddressIn("10.1.2.3", "10.0.0.0/8"), true);
  EXPECT_EQ(IsAddressIn("11.1.2.3", "10.0.0.0/8"), false);
  EXPECT_EQ(IsAddressIn("10.1.2.3", "10.1.2.3"), true);
  EXPECT_EQ(IsAddressIn("10.1.2.3", "10.1.2.2/31"), true);
  EXPECT_EQ(IsAddressIn("10.1.2.4", "10.1.2.2/31"), false);
  EXPECT_EQ(IsAddressIn("1.2.3.4", "0.0.0.0/0"), true);
  EXPECT_EQ(IsAddressIn("2001:db8::1", "2001:db8::/32"), true);
  EXPECT_EQ(IsAddressIn("2001:db9::1", "2001:db8::/32"), false);
  EXPECT_EQ(IsAddressIn("::ffff:10.1.2.3", "10.0.0.0/8"), true);
  EXPECT_EQ(IsAddressIn("2001:db8::1", "0.0.0.0/0"), false);
  for (std::string_view network :
       {"10.0.0.0/33", "10.0.0/8", "10.0.0.0/", "10.0.0.0/-1", "", "x"}) {
    EXPECT_EQ(IsAddressIn("10.1.2.3", network), std::nullopt) << network;
  }
  EXPECT_EQ(IsAddressIn("10.1.2.256", "10.0.0.0/8"), std::nullopt);
  EXPECT_NE(ShowCall(Function::kIpIn, ValueType::kBool, test::Field("device.ip"),
                     test::String("10.0.0.0/99")).find("INVALID_ARGUMENT"), std::string::npos);
}

TEST(FunctionTest, IbansBicsAndLeisAreTold) {
  EXPECT_TRUE(IsIbanValid("DE89370400440532013000"));
  EXPECT_TRUE(IsIbanValid("DE89 3704 0044 0532 0130 00"));
  EXPECT_FALSE(IsIbanValid("DE88370400440532013000"));
  EXPECT_FALSE(IsIbanValid("de89370400440532013000"));
  EXPECT_FALSE(IsIbanValid("DE8937040044053201300"));
  EXPECT_FALSE(IsIbanValid("XX22YYY1234567890123"));
  EXPECT_EQ(CountryOfIban("DE89370400440532013000").Text(), "DE");
  EXPECT_FALSE(CountryOfIban("12345678").IsKnown());
  EXPECT_TRUE(IsBicValid("DEUTDEFF"));
  EXPECT_TRUE(IsBicValid("DEUTDEFF500"));
  EXPECT_FALSE(IsBicValid("DEUTDEF"));
  EXPECT_FALSE(IsBicValid("DEUTYYFF"));
  EXPECT_FALSE(IsBicValid("DEUTDEFF50"));
  EXPECT_TRUE(IsLeiValid("529900T8BM49AURSDO55"));
  EXPECT_FALSE(IsLeiValid("529900T8BM49AURSDO56"));
  EXPECT_FALSE(IsLeiValid("529900T8BM49AURSDO5"));
}

TEST(FunctionTest, UnknownArgumentsGiveUnknownResults) {
  const auto remittance = [] { return test::Field("remittance"); };
  EXPECT_EQ(ShowCall(Function::kLower, ValueType::kString, remittance()), "unknown");
  EXPECT_EQ(ShowCall(Function::kContains, ValueType::kBool, remittance(), test::String("a")),
            "unknown");
  EXPECT_EQ(ShowCall(Function::kKnown, ValueType::kBool, remittance()), "false");
  // Of an account in a ledger only the hash is known.
  FakeReader reader;
  reader.fields[field::kCounterparty] = Value::Account(Hash128{1, 2}, "");
  EXPECT_EQ(Show(test::Call(Function::kIbanValid, ValueType::kBool, test::Field("counterparty")),
                 reader), "unknown");
  EXPECT_EQ(Show(test::Call(Function::kKnown, ValueType::kBool, test::Field("counterparty")),
                 reader), "true");
}

TEST(FunctionTest, InnerEvaluationsLeaveTheTextOfOuterOnes) {
  const FunctionScope outer;
  std::string* const text = NewFunctionText();
  *text = "kept";
  for (int i = 0; i < 1000; ++i) {
    const FunctionScope inner;
    *NewFunctionText() = "other";
  }
  EXPECT_EQ(*text, "kept");
}

// Files of vectors that lie beside the project on the machines where it is built.
std::string VectorFolder() {
  const char* const folder = std::getenv("VIGLA_DATA");
  return folder != nullptr ? folder : "../shared/data";
}

std::vector<std::vector<std::string>> ReadCsv(const std::string& path) {
  std::vector<std::vector<std::string>> rows;
  std::ifstream file(path);
  std::string line;
  for (std::getline(file, line); std::getline(file, line);) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    std::vector<std::string> cells;
    std::stringstream stream(line);
    for (std::string cell; std::getline(stream, cell, ',');) cells.push_back(cell);
    rows.push_back(cells);
  }
  return rows;
}

TEST(FunctionTest, IbanVectorsAgreeWithTheRegistry) {
  int checked = 0;
  for (const char* name : {"commons-ibantests", "commons-validator", "validator.js"}) {
    const auto rows =
        ReadCsv(VectorFolder() + "/iban_vectors_shared/iban_vectors_" + name + ".csv");
    for (const auto& row : rows) {
      if (row.size() < 3) continue;
      EXPECT_EQ(IsIbanValid(row[0]), row.back() == "VALID") << row[0];
      ++checked;
    }
  }
  if (checked == 0) GTEST_SKIP() << "no vectors at " << VectorFolder() << "; set VIGLA_DATA";
  EXPECT_GT(checked, 200);
}

TEST(FunctionTest, BicVectorsAgree) {
  const auto rows = ReadCsv(VectorFolder() + "/iban_vectors_shared/bic_vectors_validatorjs.csv");
  if (rows.empty()) GTEST_SKIP() << "no vectors at " << VectorFolder() << "; set VIGLA_DATA";
  for (const auto& row : rows) EXPECT_EQ(IsBicValid(row[0]), row[1] == "valid") << row[0];
}

TEST(FunctionTest, TheRegistryHasEveryCountryAndLengthOfItsFile) {
  const auto rows = ReadCsv(VectorFolder() + "/ref/iban_registry_v99_parsed.csv");
  if (rows.empty()) GTEST_SKIP() << "no registry at " << VectorFolder() << "; set VIGLA_DATA";
  for (const auto& row : rows) {
    ASSERT_NE(FindIbanFormat(row[0]), nullptr) << row[0];
    EXPECT_TRUE(IsListedCountry(row[0])) << row[0];
    EXPECT_TRUE(IsIbanValid(row[4])) << row[4];
  }
}

}  // namespace
}  // namespace vigla
