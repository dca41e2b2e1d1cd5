// Features mean exactly what rules.md, 3 and 9 say; equal meanings are one feature.
#include "engine/rule/feature_reader.h"

#include <set>
#include <string>

#include "gtest/gtest.h"
#include "tests/unit/rule/load_text.h"

namespace vigla {
namespace {

// The one feature of a pack whose rule shows it.
Feature Read(const std::string& feature, const std::string& on = "account") {
  const std::string declarations =
      "parameters:\n  window: {type: duration, value: 7d}\n"
      "  limit: {type: money, value: 100 EUR}\n"
      "macros:\n  cash: kind == cash_deposit\nfeatures:\n  n: " + feature + "\n";
  const LoadedText loaded = LoadTexts({PackWith("known(n)", declarations, "    on: " + on + "\n")});
  EXPECT_NE(loaded.rule_set, nullptr) << loaded.Findings();
  if (loaded.rule_set == nullptr) return {};
  EXPECT_EQ(loaded.rule_set->features.size(), 1u);
  return loaded.rule_set->features[0];
}

std::string Canonical(const std::string& feature) { return Read(feature).canonical; }

TEST(Feature, HasItsTypeFromItsAggregate) {
  EXPECT_EQ(Read("{count: debits, over: 1d}").type, ValueType::kInt);
  EXPECT_EQ(Read("{distinct: channel, of: both, over: 1d}").type, ValueType::kInt);
  EXPECT_EQ(Read("{sum: amount, of: debits, over: 1d}").type, ValueType::kMoney);
  EXPECT_EQ(Read("{mean: amount.original, of: debits, over: 1d, per: currency}").type,
            ValueType::kDecimal);
  EXPECT_EQ(Read("{last: country, of: debits, over: 1d}").type, ValueType::kCountry);
  EXPECT_EQ(Read("{first: time, of: debits, over: ever}").type, ValueType::kTime);
  EXPECT_EQ(Read("{seen: debits, over: 1d, prior: true}").type, ValueType::kBool);
  EXPECT_EQ(Read("{age: both, over: ever}").type, ValueType::kDuration);
  EXPECT_EQ(Read("{idle: both, over: 30d}").type, ValueType::kDuration);
  EXPECT_EQ(Read("{share: debits, where: cash, over: 1d}").type, ValueType::kRatio);
  EXPECT_EQ(Read("{share: amount, of: credits, where: cash, over: 1d}").type, ValueType::kRatio);
}

TEST(Feature, KeepsWindowStatusAndGroup) {
  const Feature feature = Read(
      "{percentile: amount, p: 97.5, of: credits, over: 30d, skip: 3d, prior: true, "
      "per: [currency, channel], status: [settled, authorised]}");
  EXPECT_EQ(feature.aggregate, Aggregate::kPercentile);
  EXPECT_EQ(feature.percentile_thousandths, 97'500);
  EXPECT_EQ(feature.directions, DirectionSet::kCredits);
  EXPECT_EQ(feature.over_us, 30 * kDayUs);
  EXPECT_EQ(feature.skip_us, 3 * kDayUs);
  EXPECT_TRUE(feature.prior);
  EXPECT_FALSE(feature.ever);
  EXPECT_EQ(feature.status_mask, 0b00110);
  ASSERT_EQ(feature.per.size(), 2u);
  EXPECT_EQ(feature.per[0].id, field::kChannel);
  EXPECT_EQ(feature.per[1].id, field::kCurrency);
}

TEST(Feature, CountsSettledUnlessAsked) {
  EXPECT_EQ(Read("{count: debits, over: 1d}").status_mask, 0b00100);
  EXPECT_EQ(Read("{count: debits, over: 1d, status: any}").status_mask, 0b11111);
  EXPECT_EQ(Read("{count: debits, over: 1d, status: rejected}").status_mask, 0b01000);
}

TEST(Feature, TakesItsLengthFromAParameter) {
  EXPECT_EQ(Read("{count: debits, over: window}").over_us, 7 * kDayUs);
  EXPECT_EQ(Read("{count: debits, over: 30d, skip: window}").skip_us, 7 * kDayUs);
}

TEST(Feature, WindowsHaveTheirBounds) {
  EXPECT_EQ(Read("{count: debits, over: 10s}").over_us, 10 * kSecondUs);
  EXPECT_EQ(Read("{count: debits, over: 400d}").over_us, 400 * kDayUs);
}

TEST(Feature, EqualMeaningsHaveEqualTexts) {
  EXPECT_EQ(Canonical("{count: debits, over: 7d}"), Canonical("{over: window, count: debits}"));
  EXPECT_EQ(Canonical("{count: debits, over: 24h}"), Canonical("{count: debits, over: 1d}"));
  EXPECT_EQ(Canonical("{count: debits, over: 1d, per: [channel, country]}"),
            Canonical("{count: debits, over: 1d, per: [country, channel]}"));
  EXPECT_EQ(Canonical("{count: debits, over: 1d, where: cash}"),
            Canonical("{count: debits, over: 1d, where: (kind  == cash_deposit)}"));
  EXPECT_EQ(Canonical("{count: debits, over: 1d, where: amount > limit}"),
            Canonical("{count: debits, over: 1d, where: 'amount > money(\"100.00 EUR\")'}"));
  EXPECT_EQ(Canonical("{idle: both, over: 1d, prior: true}"), Canonical("{idle: both, over: 1d}"));
  EXPECT_EQ(Canonical("{count: debits, over: 1d, status: [settled], prior: false, skip: 0s}"),
            Canonical("{count: debits, over: 1d}"));
}

TEST(Feature, DifferentMeaningsHaveDifferentTexts) {
  const std::vector<std::string> features = {
      "{count: debits, over: 1d}",
      "{count: credits, over: 1d}",
      "{count: both, over: 1d}",
      "{count: debits, over: 2d}",
      "{count: debits, over: ever}",
      "{count: debits, over: 1d, prior: true}",
      "{count: debits, over: 1d, skip: 1h}",
      "{count: debits, over: 1d, status: any}",
      "{count: debits, over: 1d, per: channel}",
      "{count: debits, over: 1d, where: cash}",
      "{count: debits, over: 1d, where: '!cash'}",
      "{count: debits, over: 1d, where: amount > limit}",
      "{count: debits, over: 1d, where: amount > this.amount}",
      "{count: debits, over: 1d, where: amount > limit * 1.5}",
      "{count: debits, over: 1d, where: channel == 'DE'}",
      "{count: debits, over: 1d, where: country == 'DE'}",
      "{count: debits, over: 1d, where: 'debtor.name == \"DE\"'}",
      "{count: debits, over: 1d, where: attributes.a == 'x'}",
      "{count: debits, over: 1d, where: attributes.b == 'x'}",
      "{sum: amount, of: debits, over: 1d}",
      "{distinct: channel, of: debits, over: 1d}",
      "{distinct: country, of: debits, over: 1d}",
      "{percentile: amount, p: 50, of: debits, over: 1d}",
      "{percentile: amount, p: 95, of: debits, over: 1d}",
  };
  std::set<std::string> texts;
  for (const std::string& feature : features) texts.insert(Canonical(feature));
  EXPECT_EQ(texts.size(), features.size());
}

TEST(Feature, KnowsWhatItsWhereReads) {
  const Feature plain = Read("{count: debits, over: 1d, where: cash}");
  EXPECT_FALSE(plain.where_reads_leg);
  EXPECT_TRUE(plain.extra_columns.empty());
  EXPECT_TRUE(Read("{count: debits, over: 1d, where: amount == this.amount}").where_reads_leg);
}

// Names of the extra columns of a feature.
std::string Columns(const std::string& feature) {
  const LoadedText loaded = LoadTexts({PackWith("known(n)", "features:\n  n: " + feature + "\n")});
  std::string names;
  const size_t account = static_cast<size_t>(SubjectKind::kAccount);
  for (FieldRef column : loaded.rule_set->extra_columns[account]) {
    names += loaded.rule_set->FieldName(column) + " ";
  }
  return names;
}

TEST(Feature, AsksEntriesForWhatIsNoBaseColumn) {
  EXPECT_EQ(Columns("{count: debits, over: 1d, where: channel == 'a' && country == 'DE'}"), "");
  EXPECT_EQ(Columns("{distinct: merchant.category, of: debits, over: 1d, per: debtor.name, "
                    "where: 'attributes.x == this.remittance'}"),
            "attributes.x debtor.name merchant.category ");
  // A where asks the entry's own time zone.
  EXPECT_EQ(Columns("{count: debits, over: 1d, where: hour(time) < 5}"), "tz ");
}

TEST(Feature, IsOnTheSubjectItNames) {
  EXPECT_EQ(Read("{count: debits, over: 1d, on: party}", "party").on, SubjectKind::kParty);
  EXPECT_EQ(Read("{count: debits, over: 1d}").on, SubjectKind::kAccount);
}

TEST(Feature, FitsIntoWhatLedgersKeep) {
  LoadOptions options = TestLoadOptions();
  options.retention_us = 37 * kDayUs;
  const std::string month = PackWith("n > 1", "features:\n  n: {count: debits, over: 30d}\n");
  EXPECT_NE(LoadTexts({month}, options).rule_set, nullptr);
  const std::string more = PackWith("n > 1", "features:\n  n: {count: debits, over: 31d}\n");
  const LoadedText loaded = LoadTexts({more}, options);
  EXPECT_EQ(loaded.Codes(), std::vector<std::string>{"VG3013"});
}

}  // namespace
}  // namespace vigla
