// Types of the language: what fits, what an expression gives, and what is said where it doesn't.
#include "engine/rule/checker.h"

#include <string>

#include "engine/rule/constant.h"
#include "gtest/gtest.h"
#include "tests/unit/rule/checked_text.h"

namespace vigla {
namespace {

constexpr char kDeclarations[] = R"(
parameters:
  whole: {type: int, value: 3}
  part: {type: ratio, value: 0.85}
  limit: {type: money, value: 10000 EUR}
  usd_limit: {type: money, value: 10000 USD}
  wait: {type: duration, value: 3d}
  place: {type: channel, value: atm}
  home: {type: country, value: DE}
  since: {type: time, value: 2026-01-01T00:00:00Z}
  word: {type: string, value: atm}
lists:
  places: {of: channel, items: [atm, branch]}
  names: {of: string, items: [Anna]}
  watched: {of: account, items: [de 02]}
  codes: {of: int, items: ["1", "2"]}
macros:
  cash: kind == cash_deposit
  big: amount >= limit * part
  same_side: counterparty == this.counterparty
)";

// Checks one expression against the declarations above.
class Checked : public CheckedText {
 public:
  explicit Checked(const std::string& text, ExpressionPlace place = ExpressionPlace::kRule)
      : CheckedText(text, kDeclarations, place) {}

  // The type, or the codes of the errors.
  std::string Verdict() const {
    return is_good() ? std::string(ValueTypeName(expression().type)) : Codes();
  }
};

std::string TypeOf(const std::string& text) { return Checked(text).Verdict(); }
std::string MeaningOf(const std::string& text) { return Checked(text).Meaning(); }

TEST(Checker, ArithmeticPromotes) {
  EXPECT_EQ(TypeOf("1 + whole * 2 % 3"), "int");
  EXPECT_EQ(TypeOf("7 / 2"), "int");
  EXPECT_EQ(TypeOf("whole + 0.5"), "decimal");
  EXPECT_EQ(TypeOf("part + part"), "ratio");
  EXPECT_EQ(TypeOf("part / part"), "decimal");
  EXPECT_EQ(TypeOf("part * whole"), "decimal");
  EXPECT_EQ(TypeOf("amount.original % 1000"), "decimal");
  EXPECT_EQ(TypeOf("-amount.original"), "decimal");
  EXPECT_EQ(TypeOf("- whole"), "int");
}

TEST(Checker, MoneyKeepsItsUnit) {
  EXPECT_EQ(TypeOf("amount + limit"), "money");
  EXPECT_EQ(TypeOf("limit * part"), "money");
  EXPECT_EQ(TypeOf("3 * amount"), "money");
  EXPECT_EQ(TypeOf("amount / whole"), "money");
  EXPECT_EQ(TypeOf("amount / limit"), "decimal");
  EXPECT_EQ(TypeOf("-limit"), "money");
  EXPECT_EQ(TypeOf("amount * limit"), "VG2203 ");
  EXPECT_EQ(TypeOf("amount % limit"), "VG2203 ");
  EXPECT_EQ(TypeOf("amount >= 10000"), "VG2202 ");
  EXPECT_EQ(TypeOf("whole / amount > 1"), "VG2202 ");
  EXPECT_EQ(TypeOf("amount == amount.original"), "VG2202 ");
  EXPECT_EQ(TypeOf("amount > usd_limit"), "bool");  // converted at the event's date
}

TEST(Checker, AdviceSaysWhatToWrite) {
  EXPECT_EQ(Checked("amount >= 10000").advice(), "give it a currency: money(\"10000 EUR\")");
  EXPECT_EQ(Checked("kind == cash_desposit").advice(), "did you mean `cash_deposit`?");
  EXPECT_EQ(Checked("creditor.contry == 'IR'").advice(), "did you mean `creditor.country`?");
  EXPECT_EQ(Checked("lmit > amount").advice(), "did you mean `limit`?");
  EXPECT_EQ(Checked("cash && salary").advice(),
            "the word of a kind stands beside one: kind == salary");
  EXPECT_EQ(Checked("know(country)").advice(), "did you mean `known`?");
}

TEST(Checker, TimesAndDurations) {
  EXPECT_EQ(TypeOf("time - since"), "duration");
  EXPECT_EQ(TypeOf("time - wait"), "time");
  EXPECT_EQ(TypeOf("wait + time"), "time");
  EXPECT_EQ(TypeOf("wait - time"), "VG2201 ");
  EXPECT_EQ(TypeOf("wait * 2 + duration(\"1h\")"), "duration");
  EXPECT_EQ(TypeOf("wait / 2"), "duration");
  EXPECT_EQ(TypeOf("wait / wait"), "decimal");
  EXPECT_EQ(TypeOf("time - since > duration(\"72h\")"), "bool");
  EXPECT_EQ(TypeOf("time - since > 3"), "VG2201 ");
}

TEST(Checker, LiteralsTakeTheTypeTheyStandBeside) {
  EXPECT_EQ(MeaningOf("channel == 'atm'"), "(channel == channel\"atm\")");
  EXPECT_EQ(MeaningOf("'atm' == channel"), "(channel\"atm\" == channel)");
  EXPECT_EQ(MeaningOf("account == 'de 89 x'"), "(account == account\"DE89X\")");
  EXPECT_EQ(MeaningOf("country in ['DE', \"FR\"]"), "(country in [DE, FR])");
  EXPECT_EQ(MeaningOf("kind == 'fee'"), "(kind == fee)");
  EXPECT_EQ(MeaningOf("kind in [fee, salary]"), "(kind in [fee, salary])");
  EXPECT_EQ(MeaningOf("status == settled"), "(status == settled)");
  EXPECT_EQ(MeaningOf("credit == direction"), "(credit == direction)");
  EXPECT_EQ(MeaningOf("kind == (cash ? fee : salary)"),
            "(kind == ((kind == cash_deposit) ? fee : salary))");
  EXPECT_EQ(MeaningOf("amount.original > 5"), "(amount.original > 5.0)");
  EXPECT_EQ(MeaningOf("'DE' in [home]"), "(DE in [DE])");
  EXPECT_EQ(TypeOf("remittance == 'x'"), "bool");
}

TEST(Checker, TypedTextsDoNotMixWithStrings) {
  EXPECT_EQ(TypeOf("channel == word"), "VG2205 ");
  EXPECT_EQ(TypeOf("debtor.name == debtor.account"), "VG2205 ");
  EXPECT_EQ(TypeOf("debtor.name == channel"), "VG2205 ");
  EXPECT_EQ(TypeOf("channel == place && country == home"), "bool");
  EXPECT_EQ(TypeOf("country == currency"), "VG2201 ");
}

TEST(Checker, Lists) {
  EXPECT_EQ(TypeOf("channel in places"), "bool");
  EXPECT_EQ(TypeOf("'atm' in places"), "bool");
  EXPECT_EQ(TypeOf("counterparty in watched"), "bool");
  EXPECT_EQ(TypeOf("debtor.name in places"), "VG2215 ");
  EXPECT_EQ(TypeOf("debtor.name in names"), "bool");
  EXPECT_EQ(TypeOf("whole in codes && amount.original in [1, 2.5]"), "bool");
  EXPECT_EQ(TypeOf("initiator in approvers && size(approvers) > 1"), "bool");
  EXPECT_EQ(TypeOf("size(places) == 2"), "bool");
  EXPECT_EQ(TypeOf("channel in []"), "bool");
  EXPECT_EQ(TypeOf("places == places"), "VG2201 ");
  EXPECT_EQ(TypeOf("known(places)"), "VG2207 ");
  EXPECT_EQ(TypeOf("amount in [limit]"), "bool");
  EXPECT_EQ(TypeOf("channel in ['a', 5]"), "VG2215 ");
}

TEST(Checker, OrderIsForWhatHasOne) {
  EXPECT_EQ(TypeOf("local_date(time) < '2026-03-01'"), "bool");
  EXPECT_EQ(TypeOf("kind < fee"), "VG2214 ");
  EXPECT_EQ(TypeOf("channel >= 'a'"), "VG2214 ");
  EXPECT_EQ(TypeOf("cash > cash"), "VG2214 ");
  EXPECT_EQ(TypeOf("cash == big"), "bool");
}

TEST(Checker, LogicNeedsBools) {
  EXPECT_EQ(TypeOf("cash && channel"), "VG2206 ");
  EXPECT_EQ(TypeOf("!amount || whole"), "VG2206 VG2206 ");
  EXPECT_EQ(TypeOf("amount ? 1 : 2"), "VG2206 ");
  EXPECT_EQ(TypeOf("cash ? 1 : 0.5"), "decimal");
  EXPECT_EQ(TypeOf("cash ? amount : limit"), "money");
  EXPECT_EQ(TypeOf("cash ? amount : 5"), "VG2201 ");
}

TEST(Checker, Functions) {
  EXPECT_EQ(TypeOf("known(country) && remittance.startsWith('x')"), "bool");
  EXPECT_EQ(TypeOf("remittance.lower().contains('gift')"), "bool");
  EXPECT_EQ(MeaningOf("remittance.startsWith('x')"), "startsWith(remittance, \"x\")");
  EXPECT_EQ(MeaningOf("startsWith(remittance, 'x')"), "startsWith(remittance, \"x\")");
  EXPECT_EQ(TypeOf("remittance.matches(r'^\\d+$')"), "bool");
  EXPECT_EQ(TypeOf("remittance.matches(word)"), "bool");  // a parameter is a constant
  EXPECT_EQ(TypeOf("remittance.matches(purpose)"), "VG2208 ");
  EXPECT_EQ(TypeOf("remittance.matches('" + std::string(1025, 'a') + "')"), "VG2209 ");
  EXPECT_EQ(TypeOf("min(amount, limit)"), "money");
  EXPECT_EQ(TypeOf("max(1, amount.original, 2)"), "decimal");
  EXPECT_EQ(TypeOf("max(1, part)"), "ratio");
  EXPECT_EQ(TypeOf("min(1)"), "VG2105 ");
  EXPECT_EQ(TypeOf("min(amount, 1)"), "VG2207 ");
  EXPECT_EQ(TypeOf("round(amount / 3, 2)"), "money");
  EXPECT_EQ(TypeOf("round(part)"), "ratio");
  EXPECT_EQ(TypeOf("round(part, whole)"), "ratio");
  EXPECT_EQ(TypeOf("round(part, -1)"), "VG2210 ");
  EXPECT_EQ(TypeOf("day_of_week(time) * 24 + hour(time)"), "int");
  EXPECT_EQ(TypeOf("time.hour() < 5"), "bool");
  EXPECT_EQ(TypeOf("ip_in(device.ip, '10.0.0.0/8')"), "bool");
  EXPECT_EQ(TypeOf("ip_in(device.ip, 'office')"), "VG1104 ");
  EXPECT_EQ(TypeOf("is_round(amount.original, 1000)"), "bool");
  EXPECT_EQ(TypeOf("is_round(amount, 1000)"), "VG2207 ");
  EXPECT_EQ(TypeOf("iban_valid(account) && country_of_iban(account) == country"), "bool");
  EXPECT_EQ(TypeOf("bic_valid(debtor.agent) && lei_valid(debtor.lei)"), "bool");
  EXPECT_EQ(TypeOf("similarity(debtor.name, names)"), "decimal");
  EXPECT_EQ(TypeOf("screened(debtor, names)"), "VG1106 ");
  EXPECT_EQ(TypeOf("abs(-5) + size('é')"), "int");
}

TEST(Checker, FieldsAndAttributes) {
  EXPECT_EQ(MeaningOf("attributes.order.colour == 'red'"),
            "(attributes.order.colour == \"red\")");
  EXPECT_EQ(TypeOf("attributes == 'red'"), "VG2103 ");
  EXPECT_EQ(TypeOf("(debtor).country == 'DE'"), "VG2103 ");
  EXPECT_EQ(TypeOf("amount.big"), "VG2103 ");
  EXPECT_EQ(TypeOf("limit.value > amount"), "VG2103 ");
}

TEST(Checker, WhereHasTheEntryAndTheLeg) {
  const auto in_where = [](const std::string& text) {
    return Checked(text, ExpressionPlace::kWhere).Meaning();
  };
  EXPECT_EQ(in_where("same_side && amount == this.amount"),
            "((counterparty == this.counterparty) && (amount == this.amount))");
  EXPECT_EQ(in_where("this.contry == 'DE'"), "VG2103 ");
  EXPECT_EQ(in_where("this"), "VG2106 ");
  EXPECT_EQ(in_where("counterparty.startsWith('DE')"), "VG2207 ");
  EXPECT_EQ(in_where("this.account.startsWith('DE')"), "startsWith(this.account, \"DE\")");
  EXPECT_EQ(TypeOf("same_side"), "VG2106 ");
}

TEST(Checker, MacrosAreInParenthesesAndParametersAreConstants) {
  EXPECT_EQ(MeaningOf("!big"), "!((amount >= (10000 EUR * 0.85)))");
  EXPECT_EQ(Checked("big || cash").expression().operands[0]->text, "amount >= limit * part");
  EXPECT_EQ(Checked("big || cash").expression().text, "big || cash");
}

TEST(Checker, ConstantsHaveOneForm) {
  ConstantProblem problem;
  const auto text = [&](ValueType type, std::string_view source) {
    RuleSet none;
    const auto constant = MakeConstant(type, source, TestHasher(), &problem);
    return constant == nullptr ? std::string(problem.code->code) : CanonicalText(*constant, none);
  };
  EXPECT_EQ(text(ValueType::kDecimal, "0.8500"), "0.85");
  EXPECT_EQ(text(ValueType::kDecimal, "100"), "100.0");
  EXPECT_EQ(text(ValueType::kDecimal, "-0.000000000001"), "-0.000000000001");
  EXPECT_EQ(text(ValueType::kDecimal, std::string(27, '9')), "VG2005");
  EXPECT_EQ(text(ValueType::kDecimal, "1e3"), "VG1104");
  EXPECT_EQ(text(ValueType::kMoney, "9200.00 EUR"), "9200 EUR");
  EXPECT_EQ(text(ValueType::kMoney, "-0.5 USD"), "-0.5 USD");
  EXPECT_EQ(text(ValueType::kMoney, "9200EUR"), "VG2211");
  EXPECT_EQ(text(ValueType::kMoney, "9200 euro"), "VG2211");
  EXPECT_EQ(text(ValueType::kMoney, "123456789012345 EUR"), "VG2005");
  EXPECT_EQ(text(ValueType::kInt, "+5"), "VG1104");
  EXPECT_EQ(text(ValueType::kInt, "-9223372036854775808"), "-9223372036854775808");
  EXPECT_EQ(text(ValueType::kInt, "9223372036854775808"), "VG2005");
  EXPECT_EQ(text(ValueType::kDuration, "90m"), "5400000000us");
  EXPECT_EQ(text(ValueType::kDuration, "1.5h"), "VG2213");
  EXPECT_EQ(text(ValueType::kCountry, "de"), "VG2204");
  EXPECT_EQ(text(ValueType::kChannel, std::string(33, 'x')), "VG1104");
  EXPECT_EQ(text(ValueType::kString, ""), "\"\"");
}

}  // namespace
}  // namespace vigla
