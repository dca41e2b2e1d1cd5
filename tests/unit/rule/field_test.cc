// Every field has a name, a type, and is read from the leg it belongs to.
#include "engine/rule/field.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "engine/rule/rule_set.h"

namespace vigla {
namespace {

const CurrencyCode kEuro = *CurrencyCode::Parse("EUR");

// A transaction in which every text says which field it is.
class FieldTest : public ::testing::Test {
 protected:
  FieldTest() {
    FillParty(&transaction_.debtor, &party_details_[0], "DEBTOR");
    FillParty(&transaction_.creditor, &party_details_[1], "CREDITOR");
    FillParty(&details_.ultimate_debtor, &party_details_[2], "ULTIMATE_DEBTOR");
    FillParty(&details_.ultimate_creditor, &party_details_[3], "ULTIMATE_CREDITOR");
    FillParty(&details_.initiating_party, &party_details_[4], "INITIATING_PARTY");
    transaction_.debtor.country = *CountryCode::Parse("DE");
    transaction_.creditor.country = *CountryCode::Parse("FR");
    transaction_.currency = kEuro;
    transaction_.amount.ten_thousandths = 92'000'000;
    transaction_.kind = Kind::kCashDeposit;
    transaction_.id = "id";
    transaction_.channel = "atm";
    transaction_.tenant = "tenant";
    transaction_.precision = TimePrecision::kDay;
    details_.tz = "Europe/Berlin";
    details_.remittance = "rent";
    details_.rate = Int128{1'500'000'000'000};
    details_.value_date = 2;
    details_.location_latitude = "52.5200";
    details_.location_longitude = "east";
    details_.approvers = approvers_;
    details_.attributes = attributes_;
    transaction_.details = &details_;
    leg_.transaction = &transaction_;
    leg_.base_amount.micros = 9'200'000'000;
    leg_.has_base_amount = true;
    rule_set_.attribute_paths = {"other", "risk.class"};
  }

  static void FillParty(Party* party, PartyDetails* details, std::string_view name) {
    party->account = name;
    party->account_hash = Hash128{1, name.size()};
    party->party = name;
    details->name = name;
    details->balance_after = OriginalAmount{50'000};
    party->details = details;
  }

  std::string Show(std::string_view name) {
    const std::optional<FieldId> id = FindField(name);
    if (!id) return "no such field";
    return FormatValue(ReadField(leg_, FieldRef{*id, 0}, rule_set_), kEuro);
  }

  Transaction transaction_;
  TransactionDetails details_;
  PartyDetails party_details_[5];
  std::string_view approvers_[2] = {"ann", "bob"};
  Attribute attributes_[1] = {{"risk.class", "7"}};
  Leg leg_;
  RuleSet rule_set_;
};

TEST_F(FieldTest, WellKnownFieldsAreWhereTheTableHasThem) {
  const std::map<std::string, FieldId> known = {
      {"amount", field::kAmount}, {"amount.original", field::kAmountOriginal},
      {"currency", field::kCurrency}, {"time", field::kTime}, {"kind", field::kKind},
      {"status", field::kStatus}, {"channel", field::kChannel},
      {"direction", field::kDirection}, {"account", field::kAccount},
      {"counterparty", field::kCounterparty}, {"country", field::kCountry},
      {"party", field::kParty}, {"counterparty_party", field::kCounterpartyParty},
      {"tz", field::kTimeZone}};
  for (const auto& [name, id] : known) EXPECT_EQ(FindField(name), id) << name;
  EXPECT_EQ(FindField("attributes.risk.class"), field::kAttribute);
  EXPECT_EQ(FindField("attributes."), std::nullopt);
  EXPECT_EQ(FindField("debtor"), std::nullopt);
}

TEST_F(FieldTest, EveryFieldIsFoundByItsNameAndHasItsType) {
  std::set<std::string_view> names;
  for (size_t i = 0; i < FieldTable().size(); ++i) {
    const FieldInfo& info = FieldTable()[i];
    EXPECT_TRUE(names.insert(info.name).second) << info.name;
    EXPECT_FALSE(info.about.empty()) << info.name;
    if (i != field::kAttribute) {
      EXPECT_EQ(FindField(info.name), static_cast<FieldId>(i));
    }
    const Value value = ReadField(leg_, FieldRef{static_cast<FieldId>(i), 0}, rule_set_);
    EXPECT_EQ(value.type, info.type) << info.name;
    if (!info.optional) {
      EXPECT_TRUE(value.known) << info.name;
    }
  }
}

TEST_F(FieldTest, OptionalFieldsOfABareTransactionAreUnknown) {
  transaction_ = Transaction();
  transaction_.currency = kEuro;
  for (size_t i = 0; i < FieldTable().size(); ++i) {
    if (!FieldTable()[i].optional) continue;
    const Value value = ReadField(leg_, FieldRef{static_cast<FieldId>(i), 0}, rule_set_);
    EXPECT_FALSE(value.known) << FieldTable()[i].name;
  }
}

TEST_F(FieldTest, SidesAreSeenFromTheSubject) {
  leg_.direction = Direction::kDebit;
  EXPECT_EQ(Show("account"), "DEBTOR");
  EXPECT_EQ(Show("counterparty"), "CREDITOR");
  EXPECT_EQ(Show("country"), "FR");
  EXPECT_EQ(Show("party"), "DEBTOR");
  EXPECT_EQ(Show("counterparty_party"), "CREDITOR");
  leg_.direction = Direction::kCredit;
  EXPECT_EQ(Show("account"), "CREDITOR");
  EXPECT_EQ(Show("counterparty"), "DEBTOR");
  EXPECT_EQ(Show("country"), "DE");
  EXPECT_EQ(Show("direction"), "credit");
  EXPECT_EQ(Show("debtor.country"), "DE");
  EXPECT_EQ(Show("creditor.country"), "FR");
}

TEST_F(FieldTest, EachPartyHasItsOwnFields) {
  EXPECT_EQ(Show("debtor.name"), "DEBTOR");
  EXPECT_EQ(Show("creditor.account"), "CREDITOR");
  EXPECT_EQ(Show("ultimate_debtor.name"), "ULTIMATE_DEBTOR");
  EXPECT_EQ(Show("ultimate_creditor.party"), "ULTIMATE_CREDITOR");
  EXPECT_EQ(Show("initiating_party.name"), "INITIATING_PARTY");
  EXPECT_EQ(Show("creditor.balance_after"), "5");
}

TEST_F(FieldTest, AmountsAreBaseMoneyOrDecimalsWithoutUnit) {
  EXPECT_EQ(Show("amount"), "9200.00 EUR");
  EXPECT_EQ(Show("amount.original"), "9200");
  leg_.has_base_amount = false;
  EXPECT_EQ(Show("amount"), "unknown");
  EXPECT_EQ(Show("amount.original"), "9200");
}

TEST_F(FieldTest, DetailsAreRead) {
  EXPECT_EQ(Show("remittance"), "rent");
  EXPECT_EQ(Show("rate"), "1.5");
  EXPECT_EQ(Show("value_date"), "1970-01-03T00:00:00Z");
  EXPECT_EQ(Show("location.lat"), "52.52");
  EXPECT_EQ(Show("location.lon"), "unknown");
  EXPECT_EQ(Show("approvers"), "ann, bob");
  EXPECT_EQ(Show("time_precision"), "day");
  EXPECT_EQ(Show("kind"), "cash_deposit");
}

TEST_F(FieldTest, AttributesAreReadByTheirPath) {
  const auto read = [this](uint16_t attribute) {
    return FormatValue(ReadField(leg_, FieldRef{field::kAttribute, attribute}, rule_set_), kEuro);
  };
  EXPECT_EQ(read(1), "7");
  EXPECT_EQ(read(0), "unknown");
}

}  // namespace
}  // namespace vigla
