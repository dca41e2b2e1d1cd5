// How like two names are: the fold, the measure against published figures, and its promises.
#include "engine/rule/name_similarity.h"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/unit/rule/evaluate_text.h"

namespace vigla {
namespace {

Number Score(std::string_view a, std::string_view b) {
  FoldedName folded_a, folded_b;
  FoldName(a, &folded_a);
  FoldName(b, &folded_b);
  return NameSimilarity(folded_a, folded_b);
}

std::string Show(std::string_view a, std::string_view b) {
  return FormatValue(Value::Numeric(ValueType::kDecimal, Score(a, b)), CurrencyCode());
}

std::u32string Folded(std::string_view name) {
  FoldedName folded;
  FoldName(name, &folded);
  std::u32string text;
  for (size_t i = 0; i < folded.words; ++i) {
    if (i > 0) text += U'|';
    text += folded.Word(i);
  }
  return text;
}

TEST(NameSimilarity, FoldsCaseMarksAndOrder) {
  EXPECT_EQ(Folded("  Müller,  ANNA-Zoë "), U"anna|muller|zoe");
  EXPECT_EQ(Folded("O'Brien & Søn A/S, S.A."), U"a|obrien|s|sa|son");
  EXPECT_EQ(Folded("Straße Œuvre Łódź Þór"), U"lodz|oeuvre|strasse|thor");
  EXPECT_EQ(Folded("e\xCC\x81\x63ole \xC3\xA9\x63ole"), U"ecole");  // with a mark of its own, too
  EXPECT_EQ(Folded("Андрей Νίκος"), U"νικοσ|андреи");
  EXPECT_EQ(Folded("bad \xFF bytes \xC3"), U"bad|bytes");
  EXPECT_EQ(Folded("–…!"), U"");
  EXPECT_EQ(Folded(std::string(500, 'a')).size(), kFoldedNameMax);
  std::string words;
  for (int i = 0; i < 300; ++i) words += "w" + std::to_string(i) + " ";
  EXPECT_LE(Folded(words).size(), 2 * kFoldedNameMax);
}

// Jaro and Winkler's own examples, and others by an independent implementation (RapidFuzz 3.14).
TEST(NameSimilarity, AgreesWithPublishedFigures) {
  static constexpr struct {
    std::string_view a, b, score;
  } kVectors[] = {
      {"MARTHA", "MARHTA", "0.961111111111"}, {"DIXON", "DICKSONX", "0.813333333333"},
      {"DWAYNE", "DUANE", "0.84"}, {"crate", "trace", "0.733333333333"}, {"a", "a", "1"},
      {"ab", "ba", "0"}, {"abcd", "wxyz", "0"}, {"john smith", "john smyth", "0.96"},
      {"john smith", "john smith michael", "0.911111111111"},
      {"gazprom", "gasprom", "0.92380952381"}, {"ali hassan", "ali hasan", "0.98"},
      {"mohamed", "mohammed", "0.975"},
      {"aerospace industries", "aerospace industry", "0.958888888889"}, {"fvie", "ten", "0"},
      {"jellyfish", "smellyfish", "0.896296296296"}, {"a", "b", "0"}, {"x", "xyz", "0.8"},
      {"verylongnameindeed", "verylongnameindeex", "0.977777777778"},
  };
  for (const auto& vector : kVectors) {
    EXPECT_EQ(Show(vector.a, vector.b), vector.score) << vector.a << " / " << vector.b;
  }
}

TEST(NameSimilarity, SharedWordsStandFirst) {
  EXPECT_EQ(Show("Hassan ALI", "ali hassan"), "1");
  EXPECT_EQ(Show("nohamed ali", "ali mohamed"), Show("ali nohamed", "ali mohamed"));
  EXPECT_EQ(Show("zed alpha", "alpha beta"), Show("alpha zed", "alpha beta"));
  EXPECT_EQ(Show("", ""), "0");
  EXPECT_EQ(Show("?", "ali"), "0");
}

TEST(NameSimilarity, IsSymmetricBoundedAndOneOnlyForTheSameWords) {
  std::mt19937 random(11);
  const auto name = [&random] {
    std::string text;
    for (size_t i = 0, words = 1 + random() % 4; i < words; ++i) {
      for (size_t k = 0, letters = 1 + random() % 5; k < letters; ++k) {
        text += "abc'"[random() % 4];
      }
      text += ' ';
    }
    return text;
  };
  for (int round = 0; round < 2000; ++round) {
    const std::string a = name(), b = name();
    const Number score = Score(a, b);
    EXPECT_EQ(Compare(score, Score(b, a)), std::strong_ordering::equal) << a << "/" << b;
    EXPECT_FALSE(IsNegative(score));
    EXPECT_LT(score.denominator, int64_t{1} << 32);
    const bool is_one = Compare(score, Number::Scaled(1, 0)) == 0;
    EXPECT_TRUE(Compare(score, Number::Scaled(1, 0)) <= 0);
    EXPECT_EQ(is_one, !Folded(a).empty() && Folded(a) == Folded(b)) << a << "/" << b;
  }
}

TEST(NameSimilarity, TakesTheLikestOfAList) {
  test::FakeReader reader;
  reader.fields[*FindField("debtor.name")] = Value::Text(ValueType::kString, "SMITH, John");
  const std::string_view approvers[] = {"Anna", "Jon Smith"};
  reader.fields[*FindField("approvers")] = Value::Items(approvers);
  const std::string lists =
      "lists:\n  names: {of: string, items: [Bert, Jon Smith, Smythe]}\n"
      "  none: {of: string, items: []}\n  places: {of: channel, items: [atm]}\n";
  const auto show = [&](const std::string& text) {
    return EvaluatedText(text, lists).Show(reader);
  };
  EXPECT_EQ(show("similarity(debtor.name, names)"), Show("John Smith", "Jon Smith"));
  EXPECT_EQ(show("similarity(debtor.name, ['x', 'Jon Smith'])"), Show("John Smith", "Jon Smith"));
  EXPECT_EQ(show("debtor.name.similarity(approvers)"), Show("John Smith", "Jon Smith"));
  EXPECT_EQ(show("similarity(debtor.name, none)"), "0");
  EXPECT_EQ(show("similarity(debtor.name, [])"), "0");
  EXPECT_EQ(show("similarity(creditor.name, names)"), "unknown");
  EXPECT_EQ(show("similarity('john SMITH', [debtor.name])"), "VG2208 ");
  EXPECT_EQ(show("[debtor.name].exists(n, similarity(n, names) >= 0.9)"), "true");
  EXPECT_EQ(show("similarity('jon smith', names) == 1"), "true");
  // 29/30 by Jaro and 4/10 of what is missing: 0.98, to the last digit.
  EXPECT_EQ(show("similarity(debtor.name, names) >= 0.98"), "true");
  EXPECT_EQ(show("similarity(debtor.name, names) > 0.98"), "false");
  EXPECT_EQ(show("similarity(debtor.name, places) > 0.9"), "VG2215 ");
  EXPECT_EQ(show("similarity(amount, names) > 0.9"), "VG2207 ");
  EXPECT_EQ(show("similarity(debtor.name, 'x') > 0.9"), "VG2207 ");
}

TEST(NameSimilarity, RefusesListsThatAreForScreening) {
  std::string items;
  for (int i = 0; i < 1001; ++i) items += (i > 0 ? ", n" : "n") + std::to_string(i);
  EXPECT_EQ(EvaluatedText("similarity(debtor.name, many) > 0.9",
                          "lists:\n  many: {of: string, items: [" + items + "]}\n")
                .Show(),
            "VG2003 ");
}

}  // namespace
}  // namespace vigla
