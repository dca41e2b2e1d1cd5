// What the compiler promises about the code it emits, and its limits.
#include "engine/rule/compiler.h"

#include <gtest/gtest.h>

#include "engine/rule/evaluator.h"
#include "tests/unit/rule/expressions.h"

namespace vigla {
namespace {

using test::FakeReader;
using test::Node;

const RateTable kEuroOnly(*CurrencyCode::Parse("EUR"));

Node FeatureIs(int index) {
  return test::Equal(test::FeatureAt(index, ValueType::kInt), test::Int(1));
}

TEST(CompilerTest, AComparisonWithAConstantIsOneInstruction) {
  const auto code = Compile(*FeatureIs(3), kEuroOnly);
  ASSERT_TRUE(code.ok());
  ASSERT_EQ(code->code.size(), 2u);
  EXPECT_EQ(code->code[0].opcode, Opcode::kCompareFeature);
  EXPECT_EQ(code->code[1].opcode, Opcode::kEnd);
  EXPECT_EQ(code->stack_depth, 0);
}

TEST(CompilerTest, AMirroredComparisonMeansTheSame) {
  FakeReader reader;
  reader.features = {Value::Int(1)};
  static const RuleSet* const rule_set = new RuleSet();
  for (int64_t limit : {0, 1, 2}) {
    const Node node = test::Compare(ExpressionKind::kLess, test::Int(limit),
                                    test::FeatureAt(0, ValueType::kInt));
    const auto program = Compile(*node, kEuroOnly);
    ASSERT_TRUE(program.ok());
    EXPECT_EQ(EvaluateTruth(*program, *rule_set, reader), static_cast<Truth>(limit < 1));
  }
}

TEST(CompilerTest, NamesEveryFeatureAndFieldOnce) {
  Node node = test::And(test::And(FeatureIs(5), FeatureIs(2)), FeatureIs(5));
  const auto zone = test::Call(Function::kHour, ValueType::kInt, test::Field("time"));
  node = test::And(std::move(node), test::Equal(test::Field("counterparty"),
                                                test::Field("account")));
  const auto program = Compile(*node, kEuroOnly);
  ASSERT_TRUE(program.ok());
  EXPECT_EQ(program->features, (std::vector<int>{2, 5}));
  EXPECT_EQ(program->fields, (std::vector<FieldRef>{{field::kAccount}, {field::kCounterparty}}));
  // A time function reads the zone without naming it.
  EXPECT_EQ(Compile(*zone, kEuroOnly)->fields,
            (std::vector<FieldRef>{{field::kTime}, {field::kTimeZone}}));
}

TEST(CompilerTest, ProgramsOutliveTheirExpression) {
  absl::StatusOr<Program> program;
  {
    Node node = test::In(test::Field("remittance"),
                         test::Literals(test::String("a text that is not short at all"),
                                        test::String("b")));
    program = Compile(*node, kEuroOnly);
  }
  ASSERT_TRUE(program.ok());
  const Program copy = *program;
  program = absl::UnknownError("gone");
  FakeReader reader;
  reader.fields[*FindField("remittance")] =
      Value::Text(ValueType::kString, "a text that is not short at all");
  EXPECT_EQ(EvaluateTruth(copy, RuleSet(), reader), Truth::kTrue);
}

TEST(CompilerTest, AChainIsOneLevelAndNestingIsBounded) {
  Node chain = FeatureIs(0);
  for (int i = 0; i < 500; ++i) chain = test::And(std::move(chain), FeatureIs(i));
  EXPECT_TRUE(Compile(*chain, kEuroOnly).ok());

  const auto nested = [](int levels) {
    Node node = FeatureIs(0);  // two levels
    for (int i = 2; i < levels; ++i) node = test::Not(std::move(node));
    return node;
  };
  EXPECT_TRUE(Compile(*nested(kExpressionDepthMax), kEuroOnly).ok());
  EXPECT_EQ(Compile(*nested(kExpressionDepthMax + 1), kEuroOnly).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(CompilerTest, NodesAreBounded) {
  Node sum = test::FeatureAt(0, ValueType::kInt);
  for (int i = 0; i < kExpressionNodesMax / 2; ++i) {
    sum = test::Arithmetic(ExpressionKind::kAdd, std::move(sum),
                           test::FeatureAt(0, ValueType::kInt));
  }
  EXPECT_EQ(Compile(*sum, kEuroOnly).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(CompilerTest, TheDeepestNestingFitsTheStack) {
  // Right-leaning: every operand waits on the stack for the next.
  Node sum = test::FeatureAt(0, ValueType::kInt);
  for (int i = 1; i < kExpressionDepthMax; ++i) {
    const auto kind = i % 2 == 0 ? ExpressionKind::kAdd : ExpressionKind::kSubtract;
    sum = test::Arithmetic(kind, test::FeatureAt(0, ValueType::kInt), std::move(sum));
  }
  const auto program = Compile(*sum, kEuroOnly);
  ASSERT_TRUE(program.ok()) << program.status();
  EXPECT_LE(program->stack_depth, Program::kStackDepthMax);
  FakeReader reader;
  reader.features = {Value::Int(1)};
  const Value value = Evaluate(*program, RuleSet(), reader);
  EXPECT_TRUE(value.known);
}

}  // namespace
}  // namespace vigla
