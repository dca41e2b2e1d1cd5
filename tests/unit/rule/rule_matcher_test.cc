// The index leaves out no rule that is true or unknown, adds none, and reads no feature in vain.
#include "engine/rule/rule_matcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <random>

#include "tests/unit/rule/load_text.h"

namespace vigla {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Figures of every form that features have: whole, exact to six digits, fractions.
constexpr const char* kDeclarations = R"(lists:
  watched_channels: {of: channel, items: [branch, atm, pos]}
  friends: {of: account, items: [A1, A2, A3]}
  risky: {of: country, items: [IR, KP]}
features:
  pieces: {count: debits, over: 1h}
  paid: {sum: amount, of: debits, over: 1h}
  usual: {mean: amount, of: debits, over: 7d}
  highest: {max: amount, of: debits, over: 7d}
  payees: {distinct: counterparty, of: debits, over: 1h}
  quiet: {idle: debits, over: 30d}
  part: {share: debits, over: 1h, where: kind == cash_deposit}
  known_for: {age: both, over: ever}
)";

std::string Pack(const std::vector<std::string>& conditions) {
  std::string text = std::string("pack: p\nversion: 1\n") + kDeclarations + "rules:\n";
  for (size_t i = 0; i < conditions.size(); ++i) {
    const std::string number = std::to_string(10'000 + i);
    text += "  - {rule: r" + number + ", title: t, subject: debtor, severity: low, score: 1, " +
            "reason: why, when: '" + conditions[i] + "'}\n";
  }
  return text;
}

// A leg of which every field and feature is known at once.
struct TableReader {
  std::map<FieldId, Value> fields;
  std::vector<Value> features;
  std::vector<int> loads;
  FigureKey most_entries, most_paid;  // what no count and no sum exceeds
  // What no mean exceeds: said of those that are known, and that others are unknown.
  std::optional<int64_t> largest_amount;

  Value Field(FieldRef ref) const {
    const auto found = fields.find(ref.id);
    return found == fields.end() ? Value::Unknown(FieldTable()[ref.id].type) : found->second;
  }
  Value ThisField(FieldRef ref) const { return Field(ref); }
  const Value& Feature(int index) {
    ++loads[static_cast<size_t>(index)];
    return features[static_cast<size_t>(index)];
  }
  FigureKey KeyOfBound(DirectionSet, ValueType manner) const {
    return manner == ValueType::kInt ? most_entries : most_paid;
  }
  KeyState StateBelow(int index, int64_t key) const {
    if (!largest_amount || *largest_amount >= key) return KeyState::kWithoutKey;
    return features[static_cast<size_t>(index)].known ? KeyState::kExact : KeyState::kUnknown;
  }
  EventTime MoneyTime() const { return EventTime{}; }
};

class Draw {
 public:
  explicit Draw(uint64_t seed) : random_(seed) {}

  int Below(int end) { return static_cast<int>(random_() % static_cast<uint64_t>(end)); }
  std::string Pick(std::initializer_list<const char*> words) {
    return *(words.begin() + Below(static_cast<int>(words.size())));
  }

  std::string Condition(int depth) {
    if (depth == 0 || Below(4) == 0) return Atom();
    switch (Below(8)) {
      case 0: return "!(" + Condition(depth - 1) + ")";
      case 1: return "(" + Condition(depth - 1) + " || " + Condition(depth - 1) + ")";
      case 2:
        return "(" + Condition(depth - 1) + " ? " + Condition(depth - 1) + " : " +
               Condition(depth - 1) + ")";
      default: return "(" + Condition(depth - 1) + " && " + Condition(depth - 1) + ")";
    }
  }

  TableReader Leg(const RuleSet& rule_set) {
    TableReader reader;
    for (const char* name : {"kind", "channel", "country", "currency", "counterparty", "account",
                             "amount", "amount.original", "remittance"}) {
      const FieldId id = *FindField(name);
      if (Below(8) != 0) reader.fields[id] = Field(name, FieldTable()[id].type);
    }
    for (const Feature& feature : rule_set.features) {
      Value value = Figure(feature.type);
      if (Below(8) == 0) value = Value::Unknown(feature.type);
      reader.features.push_back(value);
    }
    reader.loads.assign(reader.features.size(), 0);
    SetBounds(rule_set, &reader);
    if (Below(4) != 0) SetLargestAmount(rule_set, &reader);
    return reader;
  }

 private:
  // Tight ones, loose ones, or none, as where a figure is unknown.
  void SetBounds(const RuleSet& rule_set, TableReader* reader) {
    reader->most_entries = reader->most_paid = {0, KeyState::kExact};
    for (size_t i = 0; i < rule_set.features.size(); ++i) {
      const Feature& feature = rule_set.features[i];
      const Value& figure = reader->features[i];
      const bool is_sum = feature.aggregate == Aggregate::kSum;
      if (!is_sum && feature.aggregate != Aggregate::kCount &&
          feature.aggregate != Aggregate::kDistinct) {
        continue;
      }
      FigureKey& bound = is_sum ? reader->most_paid : reader->most_entries;
      if (!figure.known) {
        bound.state = KeyState::kUnknown;
        continue;
      }
      const int64_t key = KeyOfFigureValue(figure, MannerOf(feature.type)).key;
      const int64_t slack = (is_sum ? 1 : 0) + Below(2) * Below(3);  // 1: keys are rounded
      bound.key = std::max(bound.key, key < INT64_MAX - slack ? key + slack : INT64_MAX);
    }
  }
  // None where some figure is larger than a key can say.
  void SetLargestAmount(const RuleSet& rule_set, TableReader* reader) {
    constexpr int64_t kMax = std::numeric_limits<int64_t>::max() - 2;
    int64_t largest = std::numeric_limits<int64_t>::min();
    for (size_t i = 0; i < rule_set.features.size(); ++i) {
      const Feature& feature = rule_set.features[i];
      if (!HasLargestAmount(feature) || !reader->features[i].known) continue;
      const FigureKey key = KeyOfFigureValue(reader->features[i], MannerOf(feature.type));
      if (!key.has_key() || key.key > kMax) return;
      largest = std::max(largest, key.key + 1 + Below(2));  // 1: keys are rounded
    }
    reader->largest_amount = largest;
  }
  std::string Order() { return " " + Pick({"==", "!=", "<", "<=", ">", ">="}) + " "; }
  std::string Euros() {
    return "money(\"" + Pick({"0", "10", "10.5", "20", "0.0001", "9000000000000"}) + " EUR\")";
  }
  std::string Cents() {
    const int cents = 800 + Below(600);
    return "money(\"" + std::to_string(cents / 100) + "." + std::to_string(cents / 10 % 10) +
           std::to_string(cents % 10) + " EUR\")";
  }
  std::string Atom() {
    switch (Below(27)) {
      case 0: return "kind == " + Pick({"cash_deposit", "fee", "salary"});
      case 1: return "kind " + Pick({"!=", "=="}) + " " + Pick({"cash_deposit", "fee"});
      case 2: return "kind in [cash_deposit, " + Pick({"fee", "salary"}) + "]";
      case 3: return "channel == \"" + Pick({"atm", "pos", "online"}) + "\"";
      case 4: return "channel in watched_channels";
      case 5: return "country == \"" + Pick({"IR", "DE"}) + "\"";
      case 6: return "country in risky";
      case 7: return "counterparty in friends";
      case 8: return "account == \"" + Pick({"A1", "A2", "A9"}) + "\"";
      case 9: return "counterparty == account";
      case 10: return "amount" + Order() + Euros();
      case 11: return Euros() + Order() + "amount";
      case 12: return "amount.original" + Order() + Pick({"10", "10.5", "20.0"});
      case 13: return "startsWith(remittance, \"" + Pick({"a", "ab", "abc", "bc", ""}) + "\")";
      case 14: return "known(" + Pick({"amount", "usual", "channel"}) + ")";
      case 15: return Pick({"pieces", "payees"}) + Order() + Pick({"0", "1", "3"});
      case 16: return Pick({"paid", "usual", "highest"}) + Order() + Euros();
      case 17:
        return Pick({"quiet", "known_for"}) + Order() + "duration(\"" + Pick({"1h", "24h"}) + "\")";
      case 18: return "part" + Order() + Pick({"0", "0.333333", "0.5"});
      case 19: return "amount" + Order() + Cents();
      case 20: return "(amount >= " + Cents() + " && amount < " + Cents() + ")";
      case 21: return Pick({"paid", "highest"}) + " >= " + Cents();
      case 22: return "counterparty " + Pick({"!=", "=="}) + " " + Pick({"\"A1\"", "\"A2\""});
      case 23:
        return Pick({"amount", "amount * 3", "paid", "paid / 3", "usual", "usual - amount",
                     "amount * pieces"}) +
               Order() + Pick({"usual", "paid", "highest", "highest * 3", "amount / 7"});
      case 24: return Pick({"pieces", "payees + 1"}) + Order() + Pick({"payees", "pieces * 2"});
      default: return Pick({"amount * pieces >= paid", "true", "1 > 2", "usual * 3 < amount"});
    }
  }

  Value Field(std::string_view name, ValueType type) {
    if (name == "amount" || name == "amount.original") return Figure(type);
    static const std::string kTexts[] = {"A1", "A2", "A9"};
    switch (type) {
      case ValueType::kKind: return Value::Integer(type, Below(4));
      case ValueType::kCountry:
        return Value::Integer(type, CountryCode::Parse(Below(2) == 0 ? "IR" : "DE")->packed);
      case ValueType::kCurrency: return Value::Integer(type, CurrencyCode::Parse("EUR")->packed);
      case ValueType::kChannel: return Value::Text(type, Below(2) == 0 ? "atm" : "online");
      case ValueType::kAccount: {
        const std::string& text = kTexts[Below(3)];
        // A tenant's account: its hash is not that of the constant with the same text.
        return Value::Account(TestHasher().Hash(static_cast<uint8_t>(Below(2)), text), text);
      }
      default: return Value::Text(type, Below(2) == 0 ? "abc" : "bcd");
    }
  }

  Value Figure(ValueType type) {
    switch (type) {
      case ValueType::kInt: return Value::Int(Below(4));
      case ValueType::kDuration: return Value::Integer(type, Below(3) * kDayUs / 2);
      default: break;
    }
    switch (Below(9)) {
      case 0: return Value::Numeric(type, Number::Scaled(Below(3) * 5 + 10, 0));
      case 1: return Value::Numeric(type, Number::Scaled(10'500'000 + Below(3) - 1, 6));
      case 2: return Value::Numeric(type, Number::Fraction(31'500'000 + Below(3) - 1, 6, 3));
      case 3: return Value::Numeric(type, Number::Fraction(Below(4), 0, 3));
      case 4: return Value::Numeric(type, Number::Scaled(Int128{1} << 100, 6));
      case 6: return Value::Numeric(type, Number::Scaled(800 + Below(600), 2));
      case 7: return Value::Numeric(type, Number::Scaled((800 + Below(600)) * 10'000, 6));
      case 5: return Value::Numeric(type, Number::Scaled(333'333'000'000 + Below(3) - 1, 12));
      default: return Value::Numeric(type, Number::Scaled(-Int128{1} << Below(100), Below(13)));
    }
  }

  std::mt19937_64 random_;
};

std::map<int, Truth> Search(RuleMatcher* matcher, const PredicateIndex& index,
                            TableReader* reader) {
  const auto kind = static_cast<size_t>(SubjectKind::kAccount);
  const auto order = static_cast<size_t>(LegOrder::kDebtorAccount);
  matcher->Match(index.leg[kind][order].always, *reader);
  std::map<int, Truth> found;
  int last = -1;
  matcher->ForEach([&](int rule, Truth truth) {
    if (truth == Truth::kTrue) {
      EXPECT_GT(rule, last);
      last = rule;
    }
    EXPECT_TRUE(found.emplace(rule, truth).second) << "twice";
  });
  return found;
}

struct Found {
  int is_true = 0, is_unknown = 0;
};

// Holds random rules on random legs to what each rule says of itself.
void ExpectOwnAnswers(uint64_t seed, int rules, int legs, Found* found_in_all) {
  Draw draw(seed);
  std::vector<std::string> conditions;
  for (int i = 0; i < rules; ++i) conditions.push_back(draw.Condition(1 + draw.Below(4)));
  const LoadedText loaded = LoadTexts({Pack(conditions)});
  ASSERT_NE(loaded.rule_set, nullptr) << loaded.Findings();
  const RuleSet& rule_set = *loaded.rule_set;
  RuleMatcher matcher;
  matcher.SetRuleSet(rule_set);
  for (int leg = 0; leg < legs; ++leg) {
    TableReader reader = draw.Leg(rule_set);
    const std::map<int, Truth> found = Search(&matcher, *rule_set.index, &reader);
    for (size_t i = 0; i < rule_set.rules.size(); ++i) {
      const Truth own = EvaluateTruth(rule_set.rules[i].when, rule_set, reader);
      const auto in_index = found.find(static_cast<int>(i));
      const Truth other = in_index == found.end() ? Truth::kFalse : in_index->second;
      ASSERT_EQ(own, other) << "seed " << seed << ", leg " << leg << ": " << conditions[i];
      found_in_all->is_true += own == Truth::kTrue;
      found_in_all->is_unknown += own == Truth::kUnknown;
    }
  }
}

TEST(RuleMatcherTest, FindsWhatEachRuleWouldSayOfItself) {
  Found found;
  for (uint64_t seed = 1; seed <= 12; ++seed) ExpectOwnAnswers(seed, 400, 200, &found);
  EXPECT_GT(found.is_true, 10'000);
  EXPECT_GT(found.is_unknown, 10'000);
}

// Bitmaps of many lines, values that few of their words ask for, and many limits.
TEST(RuleMatcherTest, FindsTheSameAmongThousandsOfRules) {
  Found found;
  ExpectOwnAnswers(101, 2000, 100, &found);
  EXPECT_GT(found.is_true, 1000);
  EXPECT_GT(found.is_unknown, 1000);
}

// A few rules are asked one by one, what more ask for leads to them.
TEST(RuleMatcherTest, FindsTheSameAmongAFewRules) {
  Found found;
  for (uint64_t seed = 201; seed <= 260; ++seed) {
    ExpectOwnAnswers(seed, 1 + static_cast<int>(seed % 30), 100, &found);
  }
  EXPECT_GT(found.is_true, 1000);
  EXPECT_GT(found.is_unknown, 1000);
}

class FewRulesTest : public ::testing::Test {
 protected:
  void Load(const std::vector<std::string>& conditions) {
    loaded_ = LoadTexts({Pack(conditions)});
    ASSERT_NE(loaded_.rule_set, nullptr) << loaded_.Findings();
    matcher_.SetRuleSet(*loaded_.rule_set);
    reader_.features.clear();
    for (const Feature& feature : loaded_.rule_set->features) {
      reader_.features.push_back(Value::Unknown(feature.type));
    }
    reader_.loads.assign(reader_.features.size(), 0);
  }
  std::map<int, Truth> Find() { return Search(&matcher_, *loaded_.rule_set->index, &reader_); }
  void SetAmount(int64_t euros) {
    reader_.fields[field::kAmount] = Value::Money(BaseAmount{euros * 1'000'000});
  }

  LoadedText loaded_;
  RuleMatcher matcher_;
  TableReader reader_;
};

std::vector<std::string> Ladder(const std::string& after) {
  std::vector<std::string> conditions;
  for (int i = 1; i <= 100; ++i) {
    conditions.push_back("amount >= money(\"" + std::to_string(i * 10) + " EUR\")" + after);
  }
  return conditions;
}

TEST_F(FewRulesTest, ReadsNoFeatureThatNoRuleNeeds) {
  Load(Ladder(" && pieces >= 3 && channel == \"atm\""));
  SetAmount(5);
  reader_.fields[field::kChannel] = Value::Text(ValueType::kChannel, "atm");
  EXPECT_THAT(Find(), IsEmpty());
  EXPECT_THAT(reader_.loads, ElementsAre(0));
  SetAmount(500);
  reader_.fields[field::kChannel] = Value::Text(ValueType::kChannel, "pos");
  EXPECT_THAT(Find(), IsEmpty());
  EXPECT_THAT(reader_.loads, ElementsAre(0));
  reader_.fields[field::kChannel] = Value::Text(ValueType::kChannel, "atm");
  EXPECT_EQ(Find().size(), 50u);
  EXPECT_THAT(reader_.loads, ElementsAre(1));
}

TEST_F(FewRulesTest, ReadsNoFeatureThatCannotReachAnyLimit) {
  Load(Ladder(" && pieces >= 3"));
  SetAmount(2000);
  reader_.features[0] = Value::Int(2);
  reader_.most_entries = {2, KeyState::kExact};
  EXPECT_THAT(Find(), IsEmpty());
  EXPECT_THAT(reader_.loads, ElementsAre(0));
  reader_.most_entries = {3, KeyState::kExact};
  reader_.features[0] = Value::Int(3);
  EXPECT_EQ(Find().size(), 100u);
}

TEST_F(FewRulesTest, WhatHasNoBoundIsRead) {
  Load(Ladder(" && pieces >= 3"));
  SetAmount(2000);
  const std::map<int, Truth> found = Find();
  EXPECT_EQ(found.size(), 100u);
  for (const auto& [rule, truth] : found) EXPECT_EQ(truth, Truth::kUnknown);
}

TEST_F(FewRulesTest, ReadsAFeatureOnceForAllRules) {
  Load(Ladder(" && pieces >= 3"));
  SetAmount(2000);
  reader_.features[0] = Value::Int(3);
  EXPECT_EQ(Find().size(), 100u);
  EXPECT_THAT(reader_.loads, ElementsAre(1));
}

TEST_F(FewRulesTest, WhatIsUnknownIsUnknownInEveryRuleThatNothingElseDecides) {
  Load(Ladder(" && pieces >= 3"));
  reader_.features[0] = Value::Int(3);
  const std::map<int, Truth> found = Find();
  EXPECT_EQ(found.size(), 100u);
  for (const auto& [rule, truth] : found) EXPECT_EQ(truth, Truth::kUnknown);
  reader_.features[0] = Value::Int(2);
  EXPECT_THAT(Find(), IsEmpty());
}

TEST_F(FewRulesTest, ReadsNoMeanThatCannotReachALimit) {
  std::vector<std::string> conditions;
  for (int i = 1; i <= 100; ++i) {
    conditions.push_back("usual >= money(\"" + std::to_string(i) + " EUR\")");
  }
  Load(conditions);
  reader_.features[0] = Value::Money(BaseAmount{3'000'000});
  reader_.largest_amount = 999'999;
  EXPECT_THAT(Find(), IsEmpty());
  EXPECT_THAT(reader_.loads, ElementsAre(0));
  reader_.largest_amount = 3'000'000;
  EXPECT_EQ(Find().size(), 3u);
  EXPECT_THAT(reader_.loads, ElementsAre(1));
}

TEST_F(FewRulesTest, AnUnknownMeanIsUnknownHoweverLowItsBoundIs) {
  Load(std::vector<std::string>(20, "usual >= money(\"10 EUR\") && channel == \"atm\""));
  reader_.fields[field::kChannel] = Value::Text(ValueType::kChannel, "atm");
  reader_.largest_amount = 0;
  const std::map<int, Truth> found = Find();
  EXPECT_EQ(found.size(), 20u);
  for (const auto& [rule, truth] : found) EXPECT_EQ(truth, Truth::kUnknown);
  EXPECT_THAT(reader_.loads, ElementsAre(0));
}

TEST_F(FewRulesTest, AMeanBelowItsBoundIsReadWhereItMustStayBelowALimit) {
  Load(std::vector<std::string>(20, "usual < money(\"10 EUR\")"));
  reader_.features[0] = Value::Money(BaseAmount{3'000'000});
  reader_.largest_amount = 3'000'000;
  EXPECT_EQ(Find().size(), 20u);
}

TEST_F(FewRulesTest, AnEqualKeyIsNotAnEqualNumber) {
  std::vector<std::string> conditions(20, "usual >= money(\"10 EUR\")");
  conditions.insert(conditions.end(), 20, "usual < money(\"10 EUR\")");
  Load(conditions);
  // 29.999999 / 3 = 9.9999996…: rounded to six digits it is 10.
  reader_.features[0] = Value::Numeric(ValueType::kMoney, Number::Fraction(29'999'999, 6, 3));
  const std::map<int, Truth> found = Find();
  EXPECT_EQ(found.size(), 20u);
  EXPECT_EQ(found.begin()->first, 20);
}

TEST_F(FewRulesTest, AMeanAndALimitAreRoundedAlike) {
  Load(std::vector<std::string>(20, "usual >= money(\"20 EUR\") / 3"));
  // 6.66666683 is above 6.666666666667, and both are 6.666667 at six digits.
  reader_.features[0] = Value::Numeric(ValueType::kMoney, Number::Fraction(40'000'001, 6, 6));
  EXPECT_EQ(Find().size(), 20u);
}

}  // namespace
}  // namespace vigla
