// A `where` asked of many entries at once holds of those that it holds of when it is run.
#include "engine/ledger/entry_condition.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "engine/ledger/stored_value.h"
#include "engine/model/decoder.h"
#include "engine/rule/evaluator.h"
#include "tests/unit/ledger/feature_specs.h"

namespace vigla {
namespace {

constexpr char kLists[] =
    "lists:\n"
    "  near: {of: country, items: [DE, FR]}\n"
    "  nowhere: {of: country, items: []}\n"
    "  usual: {of: channel, items: [atm, online]}\n"
    "  wordy: {of: channel, items: [atm, correspondence]}\n"
    "  watched: {of: account, items: [A1, A2]}\n";

// Conditions out of comparisons of every sort, nested.
class WhereMaker {
 public:
  explicit WhereMaker(uint64_t seed) : random_(seed) {}

  int Pick(size_t count) { return static_cast<int>(random_() % count); }
  std::string Any(int depth) {
    const int what = depth == 0 ? 0 : Pick(6);
    switch (what) {
      case 1:
      case 2: return "(" + Any(depth - 1) + " && " + Any(depth - 1) + ")";
      case 3: return "(" + Any(depth - 1) + " || " + Any(depth - 1) + ")";
      case 4: return "!(" + Any(depth - 1) + ")";
      default: return Leaf();
    }
  }

 private:
  std::string Among(const std::vector<std::string>& words) {
    return words[static_cast<size_t>(Pick(words.size()))];
  }
  std::string Order() { return Among({" < ", " <= ", " == ", " != ", " >= ", " > "}); }
  std::string Equality() { return Among({" == ", " != "}); }

  std::string Leaf() {
    switch (Pick(16)) {
      case 0:
      case 1: return "amount" + Order() + "money('" + Among({"100", "99.99", "-5", "0"}) + " EUR')";
      // Between two micro-units, and just on one.
      case 2: return "amount" + Order() + "money('100 EUR') * " + Among({"0.123456789", "0.5"});
      case 3: return "money('92 EUR')" + Order() + "amount";
      case 4: return "kind" + Equality() + Among({"cash_deposit", "salary", "adjustment"});
      case 5: return "kind in [" + Among({"cash_deposit, fee", "credit_transfer"}) + "]";
      case 6: return "status" + Equality() + Among({"settled", "received"});
      case 7: return "direction" + Equality() + Among({"debit", "credit"});
      case 8: return "country" + Equality() + Among({"'DE'", "'ZZ'", "'AA'"});
      case 9: return "country in " + Among({"['DE', 'IR']", "near", "nowhere"});
      case 10: return "currency" + Equality() + Among({"'EUR'", "'USD'", "'ZWL'"});
      case 11: return "channel" + Equality() + Among({"'atm'", "'terminal'", "'correspondence'"});
      case 12: return "channel in " + Among({"['atm', 'online']", "usual", "wordy"});
      case 13: return "known(" + Among({"amount", "country", "channel", "counterparty"}) + ")";
      case 14: return Among({"amount > this.amount", "country != this.country"});
      default: return Among({"purpose == 'RENT'", "counterparty in watched"});
    }
  }

  std::mt19937_64 random_;
};

class EntryConditionTest : public ::testing::Test {
 protected:
  void Load(const std::vector<std::string>& wheres) {
    std::vector<testing::FeatureSpec> specs(wheres.size());
    for (size_t i = 0; i < wheres.size(); ++i) {
      specs[i].yaml = "{count: debits, over: 1h, where: \"" + wheres[i] + "\"}";
    }
    LoadOptions load;
    load.base_currency = *CurrencyCode::Parse("EUR");
    load.hasher = &hasher_;
    rule_set_ = testing::LoadSpecs(specs, load, &indices_, kLists);
    ASSERT_NE(rule_set_, nullptr);
    columns_ = ColumnMap(*rule_set_, &names_);
  }
  const Feature& FeatureOf(size_t where) const {
    return rule_set_->features[static_cast<size_t>(indices_[where])];
  }

  // A chunk of `count` entries, of which some lack whatever an entry may lack.
  Chunk AnyChunk(int count, WhereMaker* dice) {
    Chunk chunk;
    for (int i = 0; i < count; ++i) {
      Entry entry;
      entry.time = EventTime{i};
      entry.sequence = {static_cast<uint64_t>(i) + 1};
      entry.has_base_amount = dice->Pick(5) != 0;
      static constexpr int64_t kAmounts[] = {100'000'000, 99'990'000, -5'000'000, 0,
                                             12'345'678,  50'000'000, 92'000'000};
      if (entry.has_base_amount) {
        entry.base_amount.micros = kAmounts[dice->Pick(std::size(kAmounts))] + dice->Pick(3) - 1;
      }
      entry.kind = static_cast<Kind>(dice->Pick(kKindCount));
      if (dice->Pick(2) == 0) entry.kind = Kind::kCashDeposit;
      entry.status = static_cast<StatusCode>(dice->Pick(kStatusCount));
      entry.direction = static_cast<Direction>(dice->Pick(2));
      for (const char* country : {"DE", "FR", "IR", "ZZ", "AA"}) {
        if (dice->Pick(4) == 0) entry.country = *CountryCode::Parse(country);
      }
      for (const char* currency : {"EUR", "USD", "ZWL"}) {
        if (dice->Pick(3) == 0) entry.currency = *CurrencyCode::Parse(currency);
      }
      if (dice->Pick(4) != 0) entry.counterparty = AccountHash(dice->Pick(4));
      static constexpr const char* kChannels[] = {"", "atm", "online", "terminal",
                                                  "correspondence", "correspondence2"};
      const std::string rent = "RENT";
      std::vector<ColumnText> texts;
      for (const FieldRef field : rule_set_->extra_columns[0]) {
        if (dice->Pick(2) == 0) texts.push_back({columns_.NumberOf(field), rent});
      }
      chunk.Insert(entry, {kChannels[dice->Pick(std::size(kChannels))], texts, {}});
    }
    return chunk;
  }
  Hash128 AccountHash(int number) {
    return IdentityHash(hasher_, static_cast<uint8_t>(SubjectKind::kAccount), "",
                        "A" + std::to_string(number));
  }

  const KeyedHasher hasher_{"entry condition"};
  std::shared_ptr<const RuleSet> rule_set_;
  std::vector<int> indices_;
  ColumnNames names_;
  ColumnMap columns_;
};

TEST_F(EntryConditionTest, HoldsOfThoseOfWhichItsProgramDoes) {
  int ready = 0, run = 0;
  int64_t holding = 0, failing = 0;
  for (uint64_t seed = 0; seed < 20; ++seed) {
    WhereMaker dice(seed);
    std::vector<std::string> wheres;
    for (int i = 0; i < 40; ++i) wheres.push_back(dice.Any(3));
    indices_.clear();
    Load(wheres);
    ASSERT_FALSE(HasFailure());
    Transaction transaction;
    Leg leg;
    leg.transaction = &transaction;
    leg.has_base_amount = seed % 3 != 0;
    leg.base_amount.micros = 50'000'000;
    if (seed % 2 == 0) transaction.creditor.country = *CountryCode::Parse("DE");
    const ReadingContext context{rule_set_.get(), &columns_, SubjectKind::kAccount,
                                 AccountHash(9), "A9", &leg};
    const Chunk chunk = AnyChunk(seed % 4 == 0 ? 64 : 1 + dice.Pick(63), &dice);
    for (size_t i = 0; i < wheres.size(); ++i) {
      const Feature& feature = FeatureOf(i);
      const EntryCondition condition(feature, *rule_set_);
      ++(condition.IsReady() ? ready : run);
      uint64_t expected = 0;
      EntryReader reader(context);
      for (size_t entry = 0; entry < chunk.size(); ++entry) {
        reader.Stand(chunk, entry);
        const Truth truth = EvaluateTruth(*feature.where, *rule_set_, reader);
        expected |= uint64_t{truth == Truth::kTrue} << entry;
        ++(truth == Truth::kTrue ? holding : failing);
      }
      const uint64_t all = chunk.size() == 64 ? ~uint64_t{0} : (uint64_t{1} << chunk.size()) - 1;
      uint64_t asked = all;
      for (const uint64_t pattern : {~uint64_t{0}, 0x5555'5555'5555'5555u, uint64_t{0}}) {
        asked = all & pattern;
        ASSERT_EQ(condition.Holding(chunk, asked, context), expected & asked) << wheres[i];
      }
    }
  }
  // The test has seen all sorts.
  EXPECT_GT(ready, 200);
  EXPECT_GT(run, 200);
  EXPECT_GT(holding, 5000);
  EXPECT_GT(failing, 5000);
}

TEST_F(EntryConditionTest, RunsNothingWhereColumnsAreComparedWithConstants) {
  const std::vector<std::string> wheres = {
      "amount >= money('8000 EUR') && amount < money('10000 EUR')",
      "!(kind in [salary, fee]) && country in near",
      "channel == 'atm' || currency != 'EUR' || status == settled",
      "kind == card_payment && amount <= money('100 EUR') * 0.333",
      "direction == debit && channel in usual"};
  Load(wheres);
  for (size_t i = 0; i < wheres.size(); ++i) {
    EXPECT_TRUE(EntryCondition(FeatureOf(i), *rule_set_).IsReady()) << wheres[i];
  }
}

TEST_F(EntryConditionTest, RunsWhatItCannotMakeReady) {
  const std::vector<std::string> wheres = {"amount > this.amount", "purpose == 'RENT'",
                                           "channel == 'correspondence'",
                                           "counterparty in watched"};
  Load(wheres);
  for (size_t i = 0; i < wheres.size(); ++i) {
    EXPECT_FALSE(EntryCondition(FeatureOf(i), *rule_set_).IsReady()) << wheres[i];
  }
}

}  // namespace
}  // namespace vigla
