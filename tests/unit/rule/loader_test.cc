// From files to a rule set: what is found, shared, sorted and put where the pipeline looks.
#include "engine/rule/loader.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/rule/load_text.h"

namespace vigla {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string Rule(const std::string& id, const std::string& keys, const std::string& when) {
  return "  - {rule: " + id + ", title: t, severity: low, score: 1, reason: why, " + keys +
         ", when: '" + when + "'}\n";
}

std::vector<int> Legs(const RuleSet& set, SubjectKind kind, LegOrder order) {
  return set.rules_of_leg[static_cast<size_t>(kind)][static_cast<size_t>(order)];
}

TEST(Loader, LoadsTheExampleOfTheLanguage) {
  Diagnostics diagnostics;
  const auto set = LoadRuleSet({"tests/golden/packs/structuring_example.yaml"}, TestLoadOptions(),
                               &diagnostics);
  ASSERT_NE(set, nullptr);
  EXPECT_EQ(diagnostics.errors(), 0);
  ASSERT_EQ(set->rules.size(), 1u);
  const vigla::Rule& rule = set->rules[0];
  EXPECT_EQ(rule.id, "structuring.cash_pieces");
  EXPECT_EQ(rule.version, 4);
  EXPECT_EQ(rule.pack_version, 3);
  EXPECT_EQ(rule.subject, RuleSubject::kCreditor);
  EXPECT_EQ(rule.severity, AlertSeverity::kHigh);
  EXPECT_EQ(rule.score, 60);
  EXPECT_FALSE(rule.stateless);
  EXPECT_THAT(rule.tags, ElementsAre("typology.structuring", "product.cash",
                                     "source.fatf-2013-cash"));
  std::vector<std::string> conditions;
  for (const Condition& condition : rule.conditions) conditions.push_back(condition.text);
  EXPECT_THAT(conditions, ElementsAre("kind == cash_deposit", "channel in watched_channels",
                                      "amount >= report_limit * near", "amount < report_limit",
                                      "pieces_3d >= pieces", "paid_in_3d > report_limit"));
  EXPECT_FALSE(rule.conditions[0].value.has_value());
  EXPECT_TRUE(rule.conditions[2].value && rule.conditions[2].limit);
  ASSERT_EQ(rule.exceptions.size(), 1u);
  EXPECT_EQ(rule.exceptions[0].id, "known-cash-business");
  EXPECT_EQ(rule.exceptions[0].until_utc_day, ParseDate("2027-06-30"));
  ASSERT_TRUE(rule.once_per.has_value());
  EXPECT_EQ(rule.once_per->for_us, kDayUs);
  EXPECT_THAT(rule.once_per->key_rest, IsEmpty());
  ASSERT_EQ(rule.evidence_features.size(), 1u);
  EXPECT_EQ(set->features[rule.evidence_features[0]].name, "paid_in_3d");
  EXPECT_EQ(rule.evidence_most, 50);
  EXPECT_TRUE(set->lists[0].items.contains("DE89370400440532013000"));
  EXPECT_EQ(set->longest_window_us[static_cast<size_t>(SubjectKind::kAccount)], 180 * kDayUs);
  ASSERT_EQ(set->files.size(), 2u);
  EXPECT_EQ(set->files[0].name, "structuring_example.yaml");
  EXPECT_EQ(set->files[1].name, "lists/cash_businesses.txt");
}

TEST(Loader, LoadsThePacksThatShip) {
  for (const char* folder : {"rules/packs", "rules/packs/starter-czk"}) {
    Diagnostics diagnostics;
    EXPECT_NE(LoadRuleSet({folder}, TestLoadOptions(), &diagnostics), nullptr) << folder;
    for (const Diagnostic& finding : diagnostics.all()) {
      EXPECT_NE(finding.severity, Severity::kError) << FormatDiagnostic(finding);
    }
  }
}

TEST(Loader, ReasonIsLiteralsAndHolesInTurn) {
  const LoadedText loaded = LoadTexts(
      {PackWith("amount.original > 5") +
       "  - {rule: s, title: t, severity: low, score: 1, subject: debtor, when: kind == fee, "
      "reason: \"{{{amount}}} of {country|no, none}{channel}.\"}\n"});
  ASSERT_NE(loaded.rule_set, nullptr) << loaded.Findings();
  std::string text;
  for (const ReasonPart& part : loaded.rule_set->rules[1].reason) {
    EXPECT_NE(part.literal.empty(), !part.hole.has_value());
    text += part.hole ? "<" + part.fallback.value_or("") + ">" : part.literal;
  }
  EXPECT_EQ(text, "{<>} of <no, none><>.");
}

TEST(Loader, PutsRulesOnTheLegsOfTheirSubject) {
  const LoadedText loaded = LoadTexts(
      {"pack: p\nversion: 1\nrules:\n" + Rule("a", "subject: debtor", "kind == fee") +
       Rule("b", "subject: creditor", "kind == fee") + Rule("c", "subject: both", "kind == fee") +
       Rule("d", "subject: transaction", "kind == fee") +
       Rule("e", "subject: both, on: party", "kind == fee") +
       Rule("f", "subject: debtor, on: device", "kind == fee") +
       Rule("g", "subject: creditor, on: merchant", "kind == fee") +
       Rule("h", "subject: transaction, on: card", "kind == fee") +
       Rule("i", "subject: debtor, on: party, state: shadow", "kind == fee") +
       Rule("j", "subject: debtor, state: off", "kind == fee")});
  ASSERT_NE(loaded.rule_set, nullptr) << loaded.Findings();
  const RuleSet& set = *loaded.rule_set;
  EXPECT_EQ(set.rules.size(), 9u);
  EXPECT_THAT(Legs(set, SubjectKind::kAccount, LegOrder::kDebtorAccount), ElementsAre(0, 2, 3));
  EXPECT_THAT(Legs(set, SubjectKind::kAccount, LegOrder::kCreditorAccount), ElementsAre(1, 2, 3));
  EXPECT_THAT(Legs(set, SubjectKind::kParty, LegOrder::kDebtorParty), ElementsAre(4, 8));
  EXPECT_THAT(Legs(set, SubjectKind::kParty, LegOrder::kCreditorParty), ElementsAre(4));
  EXPECT_THAT(Legs(set, SubjectKind::kDevice, LegOrder::kDevice), ElementsAre(5));
  EXPECT_THAT(Legs(set, SubjectKind::kCard, LegOrder::kCard), ElementsAre(7));
  EXPECT_THAT(Legs(set, SubjectKind::kMerchant, LegOrder::kMerchant), ElementsAre(6));
  EXPECT_THAT(set.uses_subject, ElementsAre(false, true, true, true, true, true));
  EXPECT_TRUE(set.rules[0].stateless);
}

TEST(Loader, OnlyAccountsAreUsedUnlessAskedFor) {
  const LoadedText loaded = LoadTexts({PackWith("kind == fee")});
  EXPECT_THAT(loaded.rule_set->uses_subject,
              ElementsAre(false, true, false, false, false, false));
}

TEST(Loader, ValidityIsDecidedAtIntakeWithoutFeatures) {
  const std::string head =
      "pack: p\nversion: 1\nfeatures:\n  n: {count: debits, over: 1d}\nrules:\n";
  const std::string validity = "subject: debtor, kind: validity, action: ";
  const LoadedText loaded = LoadTexts({head + Rule("a", validity + "reject", "kind == fee") +
                                       Rule("b", validity + "hold", "kind == fee") +
                                       Rule("c", validity + "flag", "n > 1") +
                                       Rule("d", validity + "flag, alert: true", "kind == fee") +
                                       Rule("e", validity + "hold, alert: false", "kind == fee") +
                                       Rule("f", "subject: debtor", "n > 1")});
  ASSERT_NE(loaded.rule_set, nullptr) << loaded.Findings();
  const RuleSet& set = *loaded.rule_set;
  EXPECT_THAT(set.intake_rules, ElementsAre(0, 1, 3, 4));
  // Those that alert are judged again on their subject's leg, as are those with features.
  EXPECT_THAT(Legs(set, SubjectKind::kAccount, LegOrder::kDebtorAccount), ElementsAre(1, 2, 3, 5));
  EXPECT_FALSE(set.rules[0].alerts);
  EXPECT_TRUE(set.rules[1].alerts);
  EXPECT_FALSE(set.rules[2].alerts);
  EXPECT_FALSE(set.rules[2].at_intake);
  EXPECT_TRUE(set.rules[5].alerts);
}

TEST(Loader, SharesFeaturesOverPacksAndKeepsTheirNames) {
  const auto pack = [](const std::string& name, const std::string& feature) {
    return "pack: " + name + "\nversion: 1\nfeatures:\n  " + feature +
           ": {count: debits, over: 1d}\nrules:\n" +
           Rule("r" + name, "subject: debtor", feature + " > 1");
  };
  const LoadedText loaded = LoadTexts({pack("b", "burst"), pack("a", "many")});
  ASSERT_NE(loaded.rule_set, nullptr) << loaded.Findings();
  const RuleSet& set = *loaded.rule_set;
  ASSERT_EQ(set.features.size(), 1u);
  EXPECT_EQ(set.features[0].name, "many");
  EXPECT_THAT(set.rules[0].feature_names, ElementsAre("many"));
  EXPECT_THAT(set.rules[1].feature_names, ElementsAre("burst"));
  EXPECT_THAT(set.rules[1].features, ElementsAre(0));
  EXPECT_THAT(set.rules[1].when.features, ElementsAre(0));
}

TEST(Loader, LeavesOutFeaturesThatNoRuleUses) {
  const LoadedText loaded = LoadTexts(
      {"pack: p\nversion: 1\nfeatures:\n  n: {count: debits, over: 1d}\n"
       "  m: {count: both, over: 1d}\nrules:\n" +
       Rule("a", "subject: debtor, state: off", "n > 1") +
       Rule("b", "subject: debtor", "m > 1")});
  ASSERT_NE(loaded.rule_set, nullptr) << loaded.Findings();
  ASSERT_EQ(loaded.rule_set->features.size(), 1u);
  EXPECT_EQ(loaded.rule_set->features[0].name, "m");
}

TEST(Loader, DefaultEvidenceIsEveryWindow) {
  const LoadedText loaded = LoadTexts({PackWith(
      "n > 1 && m > 1 && known(age)",
      "features:\n  n: {count: debits, over: 1d}\n  m: {count: debits, over: 2d}\n"
      "  age: {age: both, over: ever}\n")});
  ASSERT_NE(loaded.rule_set, nullptr) << loaded.Findings();
  const vigla::Rule& rule = loaded.rule_set->rules[0];
  EXPECT_EQ(rule.features.size(), 3u);
  ASSERT_EQ(rule.evidence_features.size(), 2u);
  for (int index : rule.evidence_features) EXPECT_FALSE(loaded.rule_set->features[index].ever);
}

TEST(Loader, FindsPacksInAFolderByName) {
  TestFolder folder;
  folder.Write("b.yaml", PackWith("kind == fee"));
  folder.Write("a.yaml", "pack: a\nversion: 1\n");
  folder.Write("a.test.yaml", "no pack at all");
  folder.Write("notes.txt", "no pack at all");
  folder.Write("deeper/c.yaml", "no pack at all");
  Diagnostics diagnostics;
  const auto set = LoadRuleSet({folder.path(), folder.path() + "/b.yaml"}, TestLoadOptions(),
                               &diagnostics);
  ASSERT_NE(set, nullptr);
  ASSERT_EQ(set->files.size(), 2u);
  EXPECT_EQ(set->files[0].name, "a.yaml");
  EXPECT_EQ(set->files[1].name, "b.yaml");
}

TEST(Loader, SaysWhenThereIsNothingToLoad) {
  TestFolder folder;
  using Paths = std::vector<std::string>;
  const std::pair<Paths, std::string> kNothing[] = {
      {{}, "VG1108"}, {{folder.path()}, "VG1108"}, {{folder.path() + "/none.yaml"}, "VG1001"}};
  for (const auto& [paths, code] : kNothing) {
    Diagnostics diagnostics;
    EXPECT_EQ(LoadRuleSet(paths, TestLoadOptions(), &diagnostics), nullptr);
    ASSERT_EQ(diagnostics.errors(), 1);
    EXPECT_EQ(diagnostics.all()[0].code, code);
  }
}

TEST(Loader, OneRateTableForAll) {
  const auto pack = [](const std::string& name, const std::string& rates) {
    return "pack: " + name + "\nversion: 1\n" + rates;
  };
  const std::string dollars = "rates: {base: EUR, USD: 0.92}\n";
  EXPECT_NE(LoadTexts({pack("a", dollars), pack("b", "rates: {USD: 0.920, base: EUR}\n"),
                       pack("c", "")}).rule_set, nullptr);
  EXPECT_THAT(LoadTexts({pack("a", dollars), pack("b", "rates: {base: EUR}\n")}).Codes(),
              ElementsAre("VG2307"));
  EXPECT_THAT(LoadTexts({pack("a", dollars), pack("b", "rates: {base: USD}\n")}).Codes(),
              ElementsAre("VG2307"));
  LoadOptions options = TestLoadOptions();
  options.base_currency = *CurrencyCode::Parse("USD");
  EXPECT_EQ(LoadTexts({pack("a", "")}, options).rule_set->rates.base().Text(), "USD");
  EXPECT_EQ(LoadTexts({pack("a", dollars)}, options).rule_set->rates.base().Text(), "EUR");
  EXPECT_EQ(LoadTexts({pack("a", "")}).rule_set->rates.base().Text(), "EUR");
}

TEST(Loader, PacksAndRulesHaveTheirOwnNames) {
  LoadOptions options = TestLoadOptions();
  options.lints = false;
  EXPECT_THAT(LoadTexts({"pack: a\nversion: 1\n", "pack: a\nversion: 2\n"}).Codes(),
              ElementsAre("VG1109"));
  EXPECT_THAT(LoadTexts({PackWith("kind == fee"), "pack: q\nversion: 1\nrules:\n" +
                         Rule("r", "subject: debtor", "kind == fee")}, options).Codes(),
              ElementsAre("VG4001"));
}

TEST(Loader, NamesAreLocalToTheirPack) {
  EXPECT_THAT(LoadTexts({"pack: a\nversion: 1\nparameters: {five: {type: int, value: 5}}\n",
                         PackWith("amount.original > five")}).Codes(),
              ElementsAre("VG5001", "VG2103"));
}

TEST(Loader, AMacroIsReportedOnceForAllItsUses) {
  EXPECT_THAT(LoadTexts({PackWith("m && !m || m", "macros: {m: kindd == fee}\n")}).Codes(),
              ElementsAre("VG2103"));
}

TEST(Loader, ListFilesLieBesideThePackOrItsFolder) {
  TestFolder folder;
  const std::string pack =
      PackWith("account in l", "lists: {l: {of: account, file: lists/l.txt}}\n");
  const std::string path = folder.Write("packs/p.yaml", pack);
  folder.Write("lists/l.txt", "# why\nde 01\n\n  X2\r\n");
  Diagnostics diagnostics;
  auto set = LoadRuleSet({path}, TestLoadOptions(), &diagnostics);
  ASSERT_NE(set, nullptr);
  EXPECT_EQ(set->lists[0].items.size(), 2u);
  EXPECT_TRUE(set->lists[0].items.contains("DE01"));
  folder.Write("packs/lists/l.txt", "A\n");
  set = LoadRuleSet({path}, TestLoadOptions(), &diagnostics);
  ASSERT_NE(set, nullptr);
  EXPECT_TRUE(set->lists[0].items.contains("A"));
}

TEST(Loader, RefusesFilesOverOneMebibyte) {
  EXPECT_THAT(LoadTexts({"about: " + std::string(1 << 20, 'x')}).Codes(), ElementsAre("VG1003"));
}

// 10,000 rules may be loaded, and as many different features.
TEST(Loader, BoundsRulesAndFeatures) {
  std::vector<std::string> packs;
  for (int half = 0; half < 2; ++half) {
    std::string text = "pack: p" + std::to_string(half) + "\nversion: 1\nrules:\n";
    for (int i = 0; i < 5000 + half; ++i) {
      text += "- {rule: r" + std::to_string(half) + "." + std::to_string(i) +
              ", title: t, subject: debtor, severity: low, score: 1, reason: r,"
              " when: amount.original > 1}\n";
    }
    packs.push_back(text);
  }
  const LoadedText too_many_rules = LoadTexts(packs);
  EXPECT_EQ(too_many_rules.diagnostics.errors(), 1);
  EXPECT_THAT(too_many_rules.Codes(), testing::Contains("VG4012"));
  std::string features = "pack: p\nversion: 1\nfeatures:\n";
  for (int i = 0; i < 10'001; ++i) {
    features += "  f" + std::to_string(i) + ": {count: debits, over: " +
                std::to_string(10 + i) + "s}\n";
  }
  const LoadedText loaded = LoadTexts({features});
  EXPECT_EQ(loaded.diagnostics.errors(), 1);
  EXPECT_THAT(loaded.Codes(), testing::Contains("VG4012"));
}

}  // namespace
}  // namespace vigla
