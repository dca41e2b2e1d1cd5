// What `exists`, `all`, `[ ]` and `in` mean over each sort of list.
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "gtest/gtest.h"
#include "tests/unit/rule/evaluate_text.h"

namespace vigla {
namespace {

constexpr char kDeclarations[] = R"(lists:
  risky: {of: country, items: [IR, KP]}
  names: {of: string, items: [Anna, Bert]}
  none: {of: string, items: []}
macros:
  sides: "[debtor.country, creditor.country]"
  same: sides
  in_risky: c in risky
  circle: "[circle]"
)";

Value Country(std::string_view text) {
  return Value::Integer(ValueType::kCountry, CountryCode::Parse(text)->packed);
}
Value Text(std::string_view text) { return Value::Text(ValueType::kString, text); }

test::FakeReader Reader(const std::vector<std::string_view>& approvers,
                        std::string_view debtor_country = "") {
  test::FakeReader reader;
  reader.fields[*FindField("approvers")] = Value::Items(approvers);
  reader.fields[*FindField("initiator")] = Text("ann");
  if (!debtor_country.empty()) {
    reader.fields[*FindField("debtor.country")] = Country(debtor_country);
  }
  return reader;
}

std::string Show(const std::string& text, test::FakeReader reader = Reader({})) {
  return EvaluatedText(text, kDeclarations).Show(std::move(reader));
}
std::string MeaningOf(const std::string& text) {
  const EvaluatedText evaluated(text, kDeclarations);
  return evaluated.is_good() ? evaluated.Meaning() : evaluated.Show();
}

TEST(Loops, AreWrittenOutOverWhatIsKnownAtLoad) {
  EXPECT_EQ(MeaningOf("[1, 2].exists(n, size(approvers) == n)"),
            "((size(approvers) == 1) || (size(approvers) == 2))");
  EXPECT_EQ(MeaningOf("['atm', 'pos'].all(c, channel != c)"),
            "((channel != channel\"atm\") && (channel != channel\"pos\"))");
  EXPECT_EQ(MeaningOf("[fee, salary].exists(k, kind == k)"), "((kind == fee) || (kind == salary))");
  EXPECT_EQ(MeaningOf("risky.exists(c, country == c)"), "((country == IR) || (country == KP))");
  EXPECT_EQ(MeaningOf("same.exists(c, in_risky)"), MeaningOf("sides.exists(c, c in risky)"));
  EXPECT_EQ(MeaningOf("exists(names, n, debtor.name == n)"),
            MeaningOf("names.exists(n, debtor.name == n)"));
  EXPECT_EQ(MeaningOf("[].exists(n, n == 1)"), "false");
  EXPECT_EQ(MeaningOf("none.all(n, n == debtor.name)"), "true");
}

TEST(Loops, ShowEachItemWhereItStands) {
  const EvaluatedText written("sides.exists(c, c in risky)", kDeclarations);
  EXPECT_EQ(written.expression().operands[0]->text, "debtor.country in risky");
  EXPECT_EQ(written.expression().operands[1]->text, "creditor.country in risky");
  const EvaluatedText sums("[whole + 1].exists(n, n * 2 == 8)",
                           "parameters:\n  whole: {type: int, value: 3}\n");
  EXPECT_EQ(sums.expression().text, "(whole + 1) * 2 == 8");
  EXPECT_EQ(sums.Show(), "true");
}

TEST(Loops, NestAndKeepTheirItemsApart) {
  EXPECT_EQ(Show("[1, 2].exists(a, [2, 3].all(b, a < b))"), "true");
  EXPECT_EQ(Show("[1, 2].all(a, [2, 3].exists(b, a == b))"), "false");
  EXPECT_EQ(Show("approvers.exists(a, names.exists(n, a == n))", Reader({"Bert"})), "true");
  EXPECT_EQ(Show("approvers.all(a, approvers.exists(b, a != b))", Reader({"x", "y"})), "true");
  EXPECT_EQ(Show("approvers.all(a, approvers.exists(b, a != b))", Reader({"x", "x"})), "false");
  EXPECT_EQ(Show("approvers.exists(a, a == initiator) && approvers.all(a, a != 'z')",
                 Reader({"ann", "bob"})), "true");
}

TEST(Loops, UnknownListsAndItemsStayUnknown) {
  EXPECT_EQ(Show("approvers.exists(a, a == 'x')"), "unknown");
  EXPECT_EQ(Show("approvers.all(a, a == 'x')"), "unknown");
  EXPECT_EQ(Show("sides.exists(c, c == 'IR')", Reader({}, "IR")), "true");
  EXPECT_EQ(Show("sides.exists(c, c == 'IR')", Reader({}, "DE")), "unknown");
  EXPECT_EQ(Show("sides.all(c, c == 'IR')", Reader({}, "DE")), "false");
  EXPECT_EQ(Show("sides.exists(c, known(c) && c in risky)", Reader({}, "DE")), "false");
}

// A field's items are looked at one by one; the definition is that of the written-out list.
TEST(Loops, OverAFieldAgreeWithTheDefinition) {
  const EvaluatedText exists(
      "approvers.exists(a, lower(a) == 't' || (a == 'U' && country == 'DE'))");
  const EvaluatedText all("approvers.all(a, lower(a) == 't' || (a == 'U' && country == 'DE'))");
  std::mt19937 random(7);
  for (int round = 0; round < 500; ++round) {
    static constexpr std::string_view kItems[] = {"T", "F", "U"};
    std::vector<std::string_view> items(1 + random() % 5);
    bool any_true = false, any_false = false, any_unknown = false;
    for (std::string_view& item : items) {
      item = kItems[random() % 3];
      any_true |= item == "T";
      any_false |= item == "F";
      any_unknown |= item == "U";
    }
    EXPECT_EQ(exists.Show(Reader(items)), any_true ? "true" : any_unknown ? "unknown" : "false");
    EXPECT_EQ(all.Show(Reader(items)), any_false ? "false" : any_unknown ? "unknown" : "true");
  }
}

TEST(Loops, LeaveTheTextsOfWhatStandsAroundThem) {
  const std::vector<std::string_view> many(1000, "ZED");
  EXPECT_EQ(Show("(known(initiator) ? lower('LEFT') : 'x') == "
                 "(approvers.exists(a, lower(a) == 'y') ? 'no' : lower('LEFT'))",
                 Reader(many)), "true");
  std::string chain = "lower('A') == (";
  for (int i = 0; i < 300; ++i) chain += "lower(initiator) == 'b" + std::to_string(i) + "' || ";
  EXPECT_EQ(Show(chain + "false ? 'x' : 'a')"), "true");
}

TEST(Loops, RefuseWhatIsNoListOrNoName) {
  EXPECT_EQ(Show("channel.exists(c, c == 'x')"), "VG2215 ");
  EXPECT_EQ(Show("approvers.exists(a)"), "VG2105 ");
  EXPECT_EQ(Show("approvers.exists(1, true)"), "VG1107 ");
  EXPECT_EQ(Show("approvers.exists(amount, true)"), "VG2101 ");
  EXPECT_EQ(Show("approvers.exists(names, true)"), "VG2101 ");
  EXPECT_EQ(Show("approvers.exists(a, names.all(a, true))"), "VG2101 ");
  EXPECT_EQ(Show("approvers.exists(a, a)"), "VG2206 ");
  EXPECT_EQ(Show("approvers.exists(a, a.size == 1)"), "VG2103 ");
  EXPECT_EQ(Show("approvers.exists(a, true) && a == 'x'"), "VG2103 ");
  EXPECT_EQ(Show("circle.exists(c, c == 1)"), "VG2108 ");
  EXPECT_EQ(Show("[x].exists(x, x == 1)"), "VG2103 ");
  EXPECT_EQ(Show("[debtor.country, channel].exists(c, known(c))"), "VG2215 ");
  EXPECT_EQ(Show("[1, 'a'].exists(c, c == 1)"), "VG2201 ");
  EXPECT_EQ(Show("approvers.exist(a, true)"), "VG2104 ");
  EXPECT_EQ(EvaluatedText("approvers.exist(a, true)").advice(), "did you mean `exists`?");
}

TEST(Loops, AreBounded) {
  std::string items;
  for (int i = 0; i < 101; ++i) items += (i > 0 ? ", n" : "n") + std::to_string(i);
  const std::string declarations = "lists:\n  many: {of: string, items: [" + items + "]}\n";
  EXPECT_EQ(EvaluatedText("many.exists(n, n == initiator)", declarations).Show(), "VG2003 ");
  // 100 x 100 conditions are more than a rule may have.
  std::string hundred = "[0";
  for (int i = 1; i < 100; ++i) hundred += "," + std::to_string(i);
  hundred += "]";
  EXPECT_EQ(Show(hundred + ".exists(a, " + hundred + ".exists(b, a + b == size(initiator)))"),
            "VG2003 ");
}

TEST(Lists, HaveItemsByTheirPlace) {
  EXPECT_EQ(Show("[7, 8, 9][1]"), "8");
  EXPECT_EQ(Show("[7, 8, 9][3]"), "VG2207 ");
  EXPECT_EQ(Show("[7, 8, 9][size(approvers)]"), "VG2208 ");
  EXPECT_EQ(Show("[7, 8]['1']"), "VG2207 ");
  EXPECT_EQ(Show("sides[0] == 'DE'", Reader({}, "DE")), "true");
  EXPECT_EQ(Show("approvers[0]", Reader({"x", "y"})), "x");
  EXPECT_EQ(Show("approvers[size(approvers) - 1] == 'y'", Reader({"x", "y"})), "true");
  EXPECT_EQ(Show("approvers[2]", Reader({"x", "y"})), "unknown");
  EXPECT_EQ(Show("approvers[-1]", Reader({"x", "y"})), "unknown");
  EXPECT_EQ(MeaningOf("approvers[1 + 1]"), "approvers[(1 + 1)]");
  EXPECT_EQ(Show("risky[0] == country"), "VG2201 ");
  EXPECT_EQ(Show("channel[0] == 'a'"), "VG2201 ");
}

TEST(Lists, MayHoldFieldsWhereIfOneIsLookedFor) {
  EXPECT_EQ(MeaningOf("country in [debtor.country, creditor.country]"),
            "((country == debtor.country) || (country == creditor.country))");
  EXPECT_EQ(MeaningOf("country in sides"), "((country == debtor.country) || "
                                           "(country == creditor.country))");
  EXPECT_EQ(MeaningOf("'IR' in sides"), "((IR == debtor.country) || (IR == creditor.country))");
  EXPECT_EQ(MeaningOf("country in [debtor.country, 'IR']"),
            "((country == debtor.country) || (country == IR))");
  EXPECT_EQ(Show("'IR' in sides", Reader({}, "IR")), "true");
  EXPECT_EQ(Show("'IR' in sides", Reader({}, "DE")), "unknown");
  EXPECT_EQ(MeaningOf("amount in [money('5 EUR')]"), "(amount == 5 EUR)");
  EXPECT_EQ(MeaningOf("country in [channel]"), "VG2215 ");
  EXPECT_EQ(MeaningOf("size(sides) == 2"), "VG2208 VG2208 ");
  EXPECT_EQ(MeaningOf("country in ['DE', 'FR']"), "(country in [DE, FR])");
}

}  // namespace
}  // namespace vigla
