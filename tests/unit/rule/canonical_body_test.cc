// The body is the same for every layout, changes with every change of meaning, and loads back.
#include "engine/rule/canonical_body.h"

#include <string>

#include "gtest/gtest.h"
#include "tests/unit/rule/load_text.h"

namespace vigla {
namespace {

constexpr char kPack[] = R"(pack: p
version: 1
about: A text for readers.
rates: {base: EUR, USD: 0.92}
parameters:
  limit: {type: money, value: 100 EUR, rationale: Because.}
  word: {type: string, value: ' x '}
lists:
  places: {of: channel, items: [atm, branch]}
macros:
  cash: kind == cash_deposit && channel in places
features:
  n: {count: debits, over: 3d, where: cash && amount > limit, per: channel}
rules:
  - rule: a
    title: t
    subject: debtor
    severity: low
    score: 1
    when: n > 3 && remittance != word
    reason: "{n} \u007f \u2028 pieces"
    once_per: {key: account, for: 1d}
    unless:
      - {id: x, if: kind == fee, because: b, approved: c, until: 2027-06-30}
      - {id: y, if: kind == salary, because: b, approved: c, until: 2027-06-30}
    rationale: Only for reviewers.
  - {rule: b, title: t, subject: both, severity: low, score: 2, when: kind == fee, reason: why}
  - {rule: c, title: t, subject: both, severity: low, score: 2, when: kind == fee, reason: why,
     state: off}
tests:
  - {name: nothing, transactions: "", expect: []}
)";

// The same, laid out by another hand.
constexpr char kOtherLayout[] = R"(# Another comment.
rules:
  - {when: (kind==fee), reason: why, score: "2", severity: low, subject: both, title: t, rule: b}
  - reason: >-
      {n}
      |PIECES|
    when: |
      n>3   // a comment
      && remittance!=word
    unless:
      - {approved: c, because: b, id: x, if: "kind == 'fee'", until: "2027-06-30"}
      - {approved: c, because: b, id: y, if: kind == salary, until: 2027-06-30}
    once_per: {for: 1d, key: [account]}
    score: 1
    severity: 'low'
    subject: debtor
    title: >
      t
    rule: a
version: '1'
features: {n: {per: [channel], where: "cash  &&  amount > limit", over: 3d, count: debits}}
macros: {cash: "kind == cash_deposit && channel in places"}
lists: {places: {items: [branch, "atm", branch], of: channel}}
parameters:
  word: {value: " x ", type: string}
  limit: {value: 100 EUR, type: money}
rates: {USD: 0.92, base: EUR}
pack: p
)";

std::shared_ptr<const RuleSet> Load(const std::vector<std::string>& texts,
                                    const LoadOptions& options = TestLoadOptions()) {
  const LoadedText loaded = LoadTexts(texts, options);
  EXPECT_NE(loaded.rule_set, nullptr) << loaded.Findings();
  return loaded.rule_set;
}

std::string Replaced(std::string text, const std::string& from, const std::string& to) {
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

TEST(CanonicalBody, LoadsBackToTheSameBytes) {
  const auto set = Load({kPack});
  const auto again = LoadRuleSetBody(set->body, TestLoadOptions());
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ((*again)->body, set->body);
  EXPECT_EQ((*again)->fingerprint, set->fingerprint);
  EXPECT_EQ(set->fingerprint, Sha256::Of(set->body));
  ASSERT_EQ((*again)->rules.size(), 2u);
  EXPECT_EQ((*again)->features[0].canonical, set->features[0].canonical);
  EXPECT_EQ((*again)->rules[0].when.constants.size(), set->rules[0].when.constants.size());
  EXPECT_EQ((*again)->rules[0].reason[1].literal, set->rules[0].reason[1].literal);
}

TEST(CanonicalBody, ShippedPacksLoadBack) {
  for (const char* path : {"rules/packs", "rules/packs/starter-czk",
                           "tests/golden/packs/structuring_example.yaml"}) {
    Diagnostics diagnostics;
    const auto set = LoadRuleSet({path}, TestLoadOptions(), &diagnostics);
    ASSERT_NE(set, nullptr);
    const auto again = LoadRuleSetBody(set->body, TestLoadOptions());
    ASSERT_TRUE(again.ok()) << again.status();
    EXPECT_EQ((*again)->body, set->body);
    EXPECT_EQ((*again)->features.size(), set->features.size());
  }
}

TEST(CanonicalBody, LayoutAndOrderLeaveNoTrace) {
  std::string other = Replaced(kOtherLayout, "{n}\n      |PIECES|", "{n}\n      pieces");
  std::string one = Replaced(kPack, " \\u007f \\u2028", "");
  other = Replaced(other, "(kind==fee)", "kind==fee");
  other = Replaced(other, "\"kind == 'fee'\"", "kind== fee");
  EXPECT_EQ(Load({one})->body, Load({other})->body);
}

TEST(CanonicalBody, FilesHaveNoOrder) {
  const std::string a = "pack: a\nversion: 1\n";
  EXPECT_EQ(Load({a, kPack})->body, Load({kPack, a})->body);
}

TEST(CanonicalBody, ListsAreWhatTheyHold) {
  TestFolder folder;
  const auto load = [&](const std::string& list) {
    const std::string path = folder.Write(
        "p.yaml", PackWith("account in l", "lists:\n  l: {of: account, " + list + "}\n"));
    Diagnostics diagnostics;
    return LoadRuleSet({path}, TestLoadOptions(), &diagnostics)->fingerprint;
  };
  folder.Write("l.txt", "de 02\nDE01\n");
  const Digest from_file = load("file: l.txt");
  EXPECT_EQ(load("items: [DE01, DE02, DE 01]"), from_file);
  folder.Write("l.txt", "de 02\nDE03\n");
  EXPECT_NE(load("file: l.txt"), from_file);
}

TEST(CanonicalBody, EveryChangeOfMeaningChangesIt) {
  const Digest before = Load({kPack})->fingerprint;
  const std::pair<const char*, const char*> changes[] = {
      {"n > 3", "n > 4"},          {"100 EUR", "100.01 EUR"},     {"USD: 0.92", "USD: 0.93"},
      {"[atm, branch]", "[atm]"},  {"over: 3d", "over: 4d"},      {"score: 1", "score: 3"},
      {"pieces", "parts"},         {"for: 1d", "for: 2d"},        {"2027-06-30", "2027-07-01"},
      {"title: t", "title: u"},    {"version: 1", "version: 2"},  {"' x '", "' x'"},
      {"subject: debtor", "subject: creditor"}, {"state: off", "state: shadow"},
      {"because: b", "because: d"}, {"kind == cash_deposit", "kind != cash_deposit"}};
  for (const auto& [from, to] : changes) {
    EXPECT_NE(Load({Replaced(kPack, from, to)})->fingerprint, before) << from;
  }
}

TEST(CanonicalBody, TextsForReviewersDoNotChangeIt) {
  const Digest before = Load({kPack})->fingerprint;
  const std::pair<const char*, const char*> changes[] = {
      {"A text for readers.", "Another."}, {"Because.", "Why not."},
      {"Only for reviewers.", "For nobody."}, {"name: nothing", "name: something"},
      {"pack: p\n", "# A comment.\npack: p\n"}};
  for (const auto& [from, to] : changes) {
    EXPECT_EQ(Load({Replaced(kPack, from, to)})->fingerprint, before) << from;
  }
}

TEST(CanonicalBody, HoldsADatedTableAndNotTheOneOnDisk) {
  const CurrencyCode euro = *CurrencyCode::Parse("EUR");
  const CurrencyCode dollar = *CurrencyCode::Parse("USD");
  const auto table = [&](int64_t numerator) {
    RateTable rates(euro);
    rates.AddDated(dollar, *ParseDate("2026-03-02"), {numerator, 100});
    rates.AddDated(dollar, *ParseDate("2026-03-03"), {93, 100});
    rates.Seal();
    return rates;
  };
  LoadOptions options = TestLoadOptions();
  options.dated_rates = table(92);
  const auto set = Load({PackWith("amount > money(\"1 USD\")")}, options);
  LoadOptions later = TestLoadOptions();
  later.dated_rates = table(50);
  const auto again = LoadRuleSetBody(set->body, later);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ((*again)->fingerprint, set->fingerprint);
  EXPECT_EQ((*again)->rates.fingerprint(), options.dated_rates->fingerprint());
  EXPECT_NE(Load({PackWith("amount > money(\"1 USD\")")}, later)->fingerprint, set->fingerprint);
}

TEST(CanonicalBody, RefusesWhatWasChanged) {
  const std::string body = Load({kPack})->body;
  EXPECT_FALSE(LoadRuleSetBody("", TestLoadOptions()).ok());
  EXPECT_FALSE(LoadRuleSetBody("{}", TestLoadOptions()).ok());
  EXPECT_FALSE(LoadRuleSetBody(body.substr(0, body.size() - 1), TestLoadOptions()).ok());
  EXPECT_FALSE(LoadRuleSetBody(" " + body, TestLoadOptions()).ok());
  EXPECT_FALSE(LoadRuleSetBody(Replaced(body, "n > 3", "n  > 3"), TestLoadOptions()).ok());
  EXPECT_FALSE(LoadRuleSetBody(Replaced(body, "n > 3", "m > 3"), TestLoadOptions()).ok());
  EXPECT_FALSE(LoadRuleSetBody(Replaced(body, ".v1", ".v9"), TestLoadOptions()).ok());
}

}  // namespace
}  // namespace vigla
