// Programs against the naive definition of three-valued logic, and what they don't compute.
#include "engine/rule/evaluator.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "engine/rule/compiler.h"
#include "tests/unit/rule/expressions.h"

namespace vigla {
namespace {

using test::FakeReader;
using test::Node;

CurrencyCode Currency(std::string_view text) { return *CurrencyCode::Parse(text); }

RateTable FixedRates() {
  RateTable rates(Currency("EUR"));
  rates.AddFixed(Currency("USD"), {92, 100});
  rates.Seal();
  return rates;
}

Program MustCompile(const Expression& expression, const RateTable& rates = FixedRates()) {
  absl::StatusOr<Program> program = Compile(expression, rates);
  EXPECT_TRUE(program.ok()) << program.status();
  return *std::move(program);
}

Value ValueOf(const Node& expression, FakeReader& reader) {
  static const RuleSet* const rule_set = new RuleSet();
  return Evaluate(MustCompile(*expression), *rule_set, reader);
}

Truth RunTruth(const Node& expression, FakeReader& reader) {
  static const RuleSet* const rule_set = new RuleSet();
  const Program program = MustCompile(*expression);
  const Truth truth = EvaluateTruth(program, *rule_set, reader);
  // Both entry points agree.
  EXPECT_EQ(TruthOf(Evaluate(program, *rule_set, reader)), truth);
  return truth;
}

// The definition, node by node.
class Naive {
 public:
  explicit Naive(FakeReader* reader) : reader_(reader) {}

  Value Value_(const Expression& e) {
    switch (e.kind) {
      case ExpressionKind::kConstant: return e.constant;
      case ExpressionKind::kFeature: return reader_->features[static_cast<size_t>(e.index)];
      case ExpressionKind::kAdd: return Sum(Value_(*e.operands[0]), Value_(*e.operands[1]));
      case ExpressionKind::kDivide: {
        const Value a = Value_(*e.operands[0]), b = Value_(*e.operands[1]);
        if (!a.known || !b.known || b.integer == 0) return Value::Unknown(ValueType::kInt);
        return Value::Int(a.integer / b.integer);
      }
      case ExpressionKind::kConditional: {
        const Truth truth = Truth_(*e.operands[0]);
        if (truth == Truth::kUnknown) return Value::Unknown(e.type);
        return Value_(*e.operands[truth == Truth::kTrue ? 1 : 2]);
      }
      case ExpressionKind::kCall:
        if (e.function == Function::kMin) {
          const Value a = Value_(*e.operands[0]), b = Value_(*e.operands[1]);
          if (!a.known || !b.known) return Value::Unknown(ValueType::kInt);
          return Value::Int(std::min(a.integer, b.integer));
        }
        break;
      default: break;
    }
    const Truth truth = Truth_(e);
    Value value = Value::Bool(truth == Truth::kTrue);
    value.known = truth != Truth::kUnknown;
    return value;
  }

  Truth Truth_(const Expression& e) {
    switch (e.kind) {
      case ExpressionKind::kNot: {
        const Truth a = Truth_(*e.operands[0]);
        return a == Truth::kUnknown ? a : a == Truth::kTrue ? Truth::kFalse : Truth::kTrue;
      }
      case ExpressionKind::kAnd: {
        const Truth a = Truth_(*e.operands[0]), b = Truth_(*e.operands[1]);
        if (a == Truth::kFalse || b == Truth::kFalse) return Truth::kFalse;
        return a == Truth::kUnknown || b == Truth::kUnknown ? Truth::kUnknown : Truth::kTrue;
      }
      case ExpressionKind::kOr: {
        const Truth a = Truth_(*e.operands[0]), b = Truth_(*e.operands[1]);
        if (a == Truth::kTrue || b == Truth::kTrue) return Truth::kTrue;
        return a == Truth::kUnknown || b == Truth::kUnknown ? Truth::kUnknown : Truth::kFalse;
      }
      case ExpressionKind::kIn: {
        const Value value = Value_(*e.operands[0]);
        Truth truth = Truth::kFalse;
        if (!value.known) return Truth::kUnknown;
        for (const auto& item : e.operands[1]->operands) {
          const Value other = Value_(*item);
          if (other.known && other.integer == value.integer) return Truth::kTrue;
          if (!other.known) truth = Truth::kUnknown;
        }
        return truth;
      }
      case ExpressionKind::kCall:
        if (e.function == Function::kKnown) {
          return static_cast<Truth>(Value_(*e.operands[0]).known);
        }
        return TruthOf(Value_(e));
      case ExpressionKind::kConstant:
      case ExpressionKind::kFeature:
      case ExpressionKind::kConditional: return TruthOf(Value_(e));
      default: return Comparison(e);
    }
  }

 private:
  static Value Sum(const Value& a, const Value& b) {
    int64_t sum;
    if (!a.known || !b.known || __builtin_add_overflow(a.integer, b.integer, &sum)) {
      return Value::Unknown(ValueType::kInt);
    }
    return Value::Int(sum);
  }

  Truth Comparison(const Expression& e) {
    const Value a = Value_(*e.operands[0]), b = Value_(*e.operands[1]);
    if (!a.known || !b.known) return Truth::kUnknown;
    switch (e.kind) {
      case ExpressionKind::kEqual: return static_cast<Truth>(a.integer == b.integer);
      case ExpressionKind::kNotEqual: return static_cast<Truth>(a.integer != b.integer);
      case ExpressionKind::kLess: return static_cast<Truth>(a.integer < b.integer);
      case ExpressionKind::kLessEqual: return static_cast<Truth>(a.integer <= b.integer);
      case ExpressionKind::kGreater: return static_cast<Truth>(a.integer > b.integer);
      default: return static_cast<Truth>(a.integer >= b.integer);
    }
  }

  FakeReader* reader_;
};

// Random well-typed trees over four int features and four bool ones.
class RandomExpressions {
 public:
  explicit RandomExpressions(uint64_t seed) : random_(seed) {}

  Node Truth(int depth) {
    using namespace test;
    switch (depth <= 0 ? random_() % 2 : random_() % 9) {
      case 0: return Bool(random_() % 2 == 0);
      case 1: return FeatureAt(4 + static_cast<int>(random_() % 4), ValueType::kBool);
      case 2: return Not(Truth(depth - 1));
      case 3: return And(Truth(depth - 1), Truth(depth - 1));
      case 4: return Or(Truth(depth - 1), Truth(depth - 1));
      case 5:
        return Make(ExpressionKind::kConditional, ValueType::kBool, Truth(depth - 1),
                    Truth(depth - 1), Truth(depth - 1));
      case 6:
        return Call(Function::kKnown, ValueType::kBool,
                    random_() % 2 == 0 ? Integer(depth - 1) : Truth(depth - 1));
      case 7:
        return In(Integer(depth - 1),
                  Literals(Integer(depth - 1), Int(1), Integer(random_() % 2 == 0 ? 0 : 1)));
      default: {
        const int kind = static_cast<int>(ExpressionKind::kEqual) + static_cast<int>(random_() % 6);
        return Compare(static_cast<ExpressionKind>(kind), Integer(depth - 1), Integer(depth - 1));
      }
    }
  }

  Node Integer(int depth) {
    using namespace test;
    switch (depth <= 0 ? random_() % 2 : random_() % 6) {
      case 0: return Int(static_cast<int64_t>(random_() % 4));
      case 1: return FeatureAt(static_cast<int>(random_() % 4), ValueType::kInt);
      case 2: return Arithmetic(ExpressionKind::kAdd, Integer(depth - 1), Integer(depth - 1));
      case 3: return Arithmetic(ExpressionKind::kDivide, Integer(depth - 1), Integer(depth - 1));
      case 4:
        return Make(ExpressionKind::kConditional, ValueType::kInt, Truth(depth - 1),
                    Integer(depth - 1), Integer(depth - 1));
      default:
        return Call(Function::kMin, ValueType::kInt, Integer(depth - 1), Integer(depth - 1));
    }
  }

  FakeReader Reader() {
    FakeReader reader;
    for (int i = 0; i < 8; ++i) {
      Value value = i < 4 ? Value::Int(static_cast<int64_t>(random_() % 4))
                          : Value::Bool(random_() % 2 == 0);
      if (random_() % 4 == 0) value = Value::Unknown(value.type);
      reader.features.push_back(value);
    }
    return reader;
  }

 private:
  std::mt19937_64 random_;
};

TEST(EvaluatorTest, AgreesWithTheDefinitionOnRandomExpressions) {
  RandomExpressions make(42);
  static const RuleSet* const rule_set = new RuleSet();
  int truths[3] = {0, 0, 0};
  for (int i = 0; i < 4000; ++i) {
    const Node expression = make.Truth(5);
    const Program program = MustCompile(*expression);
    for (int j = 0; j < 8; ++j) {
      FakeReader reader = make.Reader();
      const Truth expected = Naive(&reader).Truth_(*expression);
      ASSERT_EQ(EvaluateTruth(program, *rule_set, reader), expected);
      ASSERT_EQ(TruthOf(Evaluate(program, *rule_set, reader)), expected);
      ++truths[static_cast<int>(expected)];
    }
  }
  for (int count : truths) EXPECT_GT(count, 1000);
}

TEST(EvaluatorTest, UnknownIsNeitherTrueNorFalse) {
  using namespace test;
  FakeReader reader;
  reader.features = {Value::Unknown(ValueType::kBool)};
  const auto unknown = [] { return FeatureAt(0, ValueType::kBool); };
  EXPECT_EQ(RunTruth(And(unknown(), Bool(false)), reader), Truth::kFalse);
  EXPECT_EQ(RunTruth(And(Bool(true), unknown()), reader), Truth::kUnknown);
  EXPECT_EQ(RunTruth(Or(unknown(), Bool(true)), reader), Truth::kTrue);
  EXPECT_EQ(RunTruth(Or(Bool(false), unknown()), reader), Truth::kUnknown);
  EXPECT_EQ(RunTruth(Not(unknown()), reader), Truth::kUnknown);
  EXPECT_EQ(RunTruth(Equal(unknown(), unknown()), reader), Truth::kUnknown);
}

TEST(EvaluatorTest, LoadsNoFeatureThatCannotMatter) {
  using namespace test;
  FakeReader reader;
  reader.features = {Value::Int(0), Value::Int(0)};
  reader.loads = {0, 0};
  reader.fields[field::kAmount] = Value::Money(BaseAmount{5'000'000});
  const auto large = [] {
    return Compare(ExpressionKind::kGreaterEqual, Field("amount"), Money(10, "EUR"));
  };
  const auto feature = [](int i) { return Equal(FeatureAt(i, ValueType::kInt), Int(0)); };
  EXPECT_EQ(RunTruth(And(large(), feature(0)), reader), Truth::kFalse);
  EXPECT_EQ(reader.loads[0], 0);
  // The cheap operand decides although it is written last.
  EXPECT_EQ(RunTruth(And(feature(0), large()), reader), Truth::kFalse);
  EXPECT_EQ(RunTruth(Or(And(feature(0), large()), Not(large())), reader), Truth::kTrue);
  EXPECT_EQ(reader.loads[0], 0);
  reader.fields[field::kAmount] = Value::Money(BaseAmount{10'000'000});
  EXPECT_EQ(RunTruth(And(large(), feature(1)), reader), Truth::kTrue);
  EXPECT_GT(reader.loads[1], 0);
}

TEST(EvaluatorTest, RepeatedSubtreesAreComputedOnce) {
  using namespace test;
  FakeReader reader;
  reader.features = {Value::Int(4)};
  const auto twice = [] {
    return Arithmetic(ExpressionKind::kMultiply, FeatureAt(0, ValueType::kInt), Int(2));
  };
  const Node node = And(Compare(ExpressionKind::kGreater, twice(), Int(7)),
                        Compare(ExpressionKind::kLess, twice(), Int(9)));
  static const RuleSet* const rule_set = new RuleSet();
  EXPECT_EQ(EvaluateTruth(MustCompile(*node), *rule_set, reader), Truth::kTrue);
  EXPECT_EQ(reader.loads[0], 1);
}

TEST(EvaluatorTest, MoneyConstantsConvertOnceAndExactly) {
  using namespace test;
  FakeReader reader;
  reader.fields[field::kAmount] = Value::Money(BaseAmount{9'200'000'000});
  // 10,000 USD at 0.92 is 9,200 EUR to the cent.
  const auto compare = [](ExpressionKind kind) {
    return Compare(kind, Field("amount"), Money(10000, "USD"));
  };
  EXPECT_EQ(RunTruth(compare(ExpressionKind::kGreaterEqual), reader), Truth::kTrue);
  EXPECT_EQ(RunTruth(compare(ExpressionKind::kGreater), reader), Truth::kFalse);
  EXPECT_EQ(RunTruth(Equal(Field("amount"), Money(10000, "CHF")), reader), Truth::kUnknown);
  // limit x ratio is folded at load.
  const Node near = Compare(
      ExpressionKind::kGreaterEqual, Field("amount"),
      Arithmetic(ExpressionKind::kMultiply, Money(10000, "USD"),
                 Decimal(85, 2, ValueType::kRatio)));
  EXPECT_EQ(MustCompile(*near).code.size(), 2u);
  EXPECT_EQ(RunTruth(near, reader), Truth::kTrue);
}

TEST(EvaluatorTest, DatedMoneyConvertsAtTheReadersTime) {
  using namespace test;
  RateTable rates(Currency("EUR"));
  rates.AddDated(Currency("USD"), 100, {9, 10});
  rates.AddDated(Currency("USD"), 105, {8, 10});
  rates.Seal();
  RuleSet rule_set;
  rule_set.rates = rates;
  FakeReader reader;
  reader.fields[field::kAmount] = Value::Money(BaseAmount{85'000'000});
  const Node node =
      Compare(ExpressionKind::kGreaterEqual, Field("amount"), Money(100, "USD"));
  const Program program = MustCompile(*node, rates);
  const auto on = [&](int64_t day) {
    reader.time = EventTime{day * kDayUs};
    return EvaluateTruth(program, rule_set, reader);
  };
  EXPECT_EQ(on(99), Truth::kUnknown);
  EXPECT_EQ(on(100), Truth::kFalse);
  EXPECT_EQ(on(106), Truth::kTrue);
  EXPECT_EQ(on(116), Truth::kUnknown);
  // The base currency needs no rate at any time.
  const Node base = Compare(ExpressionKind::kLess, Field("amount"), Money(100, "EUR"));
  EXPECT_EQ(EvaluateTruth(MustCompile(*base, rates), rule_set, reader), Truth::kTrue);
}

TEST(EvaluatorTest, IntegersTruncateAndOverflowToUnknown) {
  using namespace test;
  FakeReader reader;
  reader.features = {Value::Int(-7), Value::Int(std::numeric_limits<int64_t>::min())};
  const auto with = [](ExpressionKind kind, int feature, int64_t b) {
    return Arithmetic(kind, FeatureAt(feature, ValueType::kInt), Int(b));
  };
  EXPECT_EQ(ValueOf(with(ExpressionKind::kDivide, 0, 2), reader).integer, -3);
  EXPECT_EQ(ValueOf(with(ExpressionKind::kRemainder, 0, 2), reader).integer, -1);
  EXPECT_EQ(ValueOf(with(ExpressionKind::kRemainder, 1, -1), reader).integer, 0);
  EXPECT_FALSE(ValueOf(with(ExpressionKind::kDivide, 0, 0), reader).known);
  EXPECT_FALSE(ValueOf(with(ExpressionKind::kDivide, 1, -1), reader).known);
  EXPECT_FALSE(ValueOf(with(ExpressionKind::kSubtract, 1, 1), reader).known);
  const Node negated =
      Make(ExpressionKind::kNegate, ValueType::kInt, FeatureAt(1, ValueType::kInt));
  EXPECT_FALSE(ValueOf(negated, reader).known);
}

TEST(EvaluatorTest, IntegersMeetDecimalsExactly) {
  using namespace test;
  FakeReader reader;
  reader.features = {Value::Int(3), Value::Numeric(ValueType::kMoney, Number::Fraction(10, 0, 3))};
  EXPECT_EQ(RunTruth(Equal(FeatureAt(0, ValueType::kInt), Decimal(30, 1)), reader), Truth::kTrue);
  EXPECT_EQ(RunTruth(Compare(ExpressionKind::kLess, Decimal(29, 1), FeatureAt(0, ValueType::kInt)),
                     reader), Truth::kTrue);
  // Three times the mean of 10/3 is 10, not 9.999….
  const Node product = Arithmetic(ExpressionKind::kMultiply, FeatureAt(1, ValueType::kMoney),
                                  FeatureAt(0, ValueType::kInt));
  EXPECT_EQ(FormatValue(ValueOf(product, reader), Currency("EUR")), "10.00 EUR");
}

TEST(EvaluatorTest, FindsItemsInLists) {
  using namespace test;
  FakeReader reader;
  const std::string_view approvers[] = {"ann", "bob"};
  reader.fields[*FindField("approvers")] = Value::Items(approvers);
  reader.fields[*FindField("initiator")] = Value::Text(ValueType::kString, "bob");
  reader.fields[field::kChannel] = Value::Text(ValueType::kChannel, "atm");
  EXPECT_EQ(RunTruth(In(Field("initiator"), Field("approvers")), reader), Truth::kTrue);
  EXPECT_EQ(RunTruth(In(String("cid"), Field("approvers")), reader), Truth::kFalse);
  EXPECT_EQ(ValueOf(Call(Function::kSize, ValueType::kInt, Field("approvers")), reader).integer, 2);
  const auto channel = [](std::string_view text) {
    return Constant(Value::Text(ValueType::kChannel, text));
  };
  EXPECT_EQ(RunTruth(In(Field("channel"), Literals(channel("pos"), channel("atm"))), reader),
            Truth::kTrue);
  EXPECT_EQ(RunTruth(In(Field("channel"), Literals(channel("pos"))), reader), Truth::kFalse);
  reader.fields.clear();
  EXPECT_EQ(RunTruth(In(Field("channel"), Literals(channel("pos"))), reader), Truth::kUnknown);
  EXPECT_EQ(RunTruth(In(String("ann"), Field("approvers")), reader), Truth::kUnknown);
}

TEST(EvaluatorTest, AccountsInNamedListsAreFoundByTextOrByHash) {
  using namespace test;
  const KeyedHasher hasher("key of this test");
  RuleSet rule_set;
  rule_set.lists.push_back({"pack", "known", ValueType::kAccount, {"DE02", "DE03"}, {}, {}, {}});
  std::string bad_item;
  ASSERT_TRUE(SealList(&rule_set.lists[0], hasher, &bad_item));
  Node list = Make(ExpressionKind::kList, ValueType::kList);
  const Node node = In(Field("counterparty"), std::move(list));
  const Program program = MustCompile(*node);
  FakeReader reader;
  const Hash128 listed = *rule_set.lists[0].hashes.begin();
  const auto truth = [&](const Hash128& hash, std::string_view text) {
    reader.fields[field::kCounterparty] = Value::Account(hash, text);
    return EvaluateTruth(program, rule_set, reader);
  };
  EXPECT_EQ(truth(listed, ""), Truth::kTrue);
  EXPECT_EQ(truth(Hash128{1, 2}, "DE03"), Truth::kTrue);
  EXPECT_EQ(truth(Hash128{1, 2}, ""), Truth::kFalse);
  EXPECT_EQ(truth(listed, "DE04"), Truth::kFalse);
  EXPECT_EQ(truth(Hash128{}, ""), Truth::kUnknown);
}

TEST(EvaluatorTest, ListsOfWordsAreCheckedWhenSealed) {
  const KeyedHasher hasher("key of this test");
  std::string bad_item;
  NamedList countries{"pack", "far", ValueType::kCountry, {"IR", "KP"}, {}, {}, {}};
  ASSERT_TRUE(SealList(&countries, hasher, &bad_item));
  EXPECT_TRUE(ListContains(countries, Value::Integer(ValueType::kCountry,
                                                     CountryCode::Parse("KP")->packed)));
  EXPECT_FALSE(ListContains(countries, Value::Integer(ValueType::kCountry,
                                                      CountryCode::Parse("DE")->packed)));
  countries.items.insert("Iran");
  EXPECT_FALSE(SealList(&countries, hasher, &bad_item));
  EXPECT_EQ(bad_item, "Iran");
}

TEST(EvaluatorTest, AWhereReadsTheEntryAndTheJudgedLeg) {
  using namespace test;
  FakeReader reader;
  reader.fields[field::kCounterparty] = Value::Account(Hash128{1, 1}, "");
  reader.this_fields[field::kCounterparty] = Value::Account(Hash128{1, 1}, "DE02");
  const Node node = Equal(Field("counterparty"), ThisField("counterparty"));
  EXPECT_TRUE(MustCompile(*node).reads_leg);
  EXPECT_EQ(MustCompile(*node).fields, std::vector<FieldRef>{FieldRef{field::kCounterparty}});
  EXPECT_EQ(RunTruth(node, reader), Truth::kTrue);
  reader.this_fields.clear();
  EXPECT_EQ(RunTruth(node, reader), Truth::kUnknown);
}

}  // namespace
}  // namespace vigla
