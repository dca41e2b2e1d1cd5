// A site's tuning: what it may change and what comes of it; everything else is refused.
#include "engine/rule/tuning.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "engine/rule/loader.h"
#include "engine/rule/rule_set_change.h"

namespace vigla {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr char kPack[] = R"(pack: cash
version: 1
owner: tests
rates: {base: EUR, USD: 0.9}
parameters:
  limit: {type: money, value: 10000 EUR, min: 3000 EUR, max: 15000 EUR}
  pieces: {type: int, value: 3, min: 2, max: 12}
lists:
  businesses: {of: account, file: businesses.txt}
  channels: {of: channel, items: [branch, atm]}
features:
  pieces_3d: {count: credits, over: 3d}
rules:
  - rule: cash.pieces
    title: Pieces
    subject: creditor
    severity: high
    score: 60
    when: amount < limit && pieces_3d >= pieces && channel in channels
    unless:
      - {id: business, if: account in businesses, because: known, approved: lead,
         until: 2030-01-01}
    reason: "{pieces_3d} under {limit}, {pieces}"
  - rule: cash.large
    title: Large
    subject: creditor
    severity: low
    score: 5
    when: amount >= limit
    reason: "{amount} of {limit}"
)";

class TuningTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() /
              ("vigla_tuning_" + std::to_string(getpid()));
    std::filesystem::create_directories(folder_ / "tuning");
    Write("cash.yaml", kPack);
    Write("businesses.txt", "BAKERY\nKIOSK\n");
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void Write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name) << text;
  }

  std::shared_ptr<const RuleSet> Load(const std::vector<std::string>& tuning = {}) {
    LoadOptions options;
    options.hasher = &hasher_;
    options.base_currency = *CurrencyCode::Parse("EUR");
    options.today_utc_day = ParseDate("2026-11-23");
    std::vector<std::string> paths = {(folder_ / "cash.yaml").string()};
    for (size_t i = 0; i < tuning.size(); ++i) {
      const std::string name = "tuning/site" + std::to_string(i) + ".yaml";
      Write(name, tuning[i]);
      paths.push_back((folder_ / name).string());
    }
    findings_ = Diagnostics();
    auto rule_set = LoadRuleSet(paths, options, &findings_);
    if (rule_set != nullptr) {
      auto again = LoadRuleSetBody(rule_set->body, options);
      EXPECT_TRUE(again.ok()) << again.status();
      if (again.ok()) {
        EXPECT_EQ((*again)->fingerprint, rule_set->fingerprint);
      }
    }
    return rule_set;
  }

  // The first error as people read it, from the file's name on.
  std::string ErrorOf(const std::vector<std::string>& tuning) {
    EXPECT_EQ(Load(tuning), nullptr);
    for (const Diagnostic& finding : findings_.all()) {
      if (finding.severity != Severity::kError) continue;
      return finding.code + " " +
             std::filesystem::path(finding.at.file).filename().string() + ":" +
             std::to_string(finding.at.line) + " " + finding.message + "; " + finding.advice;
    }
    return "";
  }

  std::filesystem::path folder_;
  KeyedHasher hasher_{"tests"};
  Diagnostics findings_;
};

const std::string kHead = "tuning: site\npacks:\n  cash:\n";

// As `vigla test` loads packs: one at a time, tuned by files that speak of others, too.
TEST_F(TuningTest, BesideThePathsItMayNamePacksThatAreNotLoaded) {
  Write("tuning/site.yaml",
        "tuning: site\npacks:\n  other: {parameters: {x: 1}}\n  cash: {parameters: {pieces: 7}}\n");
  const std::vector<std::string> pack = {(folder_ / "cash.yaml").string()};
  LoadOptions options;
  options.hasher = &hasher_;
  options.tuning = {(folder_ / "tuning").string()};
  Diagnostics findings;
  const auto tuned = LoadRuleSet(pack, options, &findings);
  ASSERT_NE(tuned, nullptr);
  EXPECT_THAT(tuned->body, HasSubstr("7"));
  options.tuning.clear();
  const auto untuned = LoadRuleSet(pack, options, &findings);
  ASSERT_NE(untuned, nullptr);
  EXPECT_NE(tuned->fingerprint, untuned->fingerprint);
  // A mistake in what concerns the pack is found all the same.
  Write("tuning/site.yaml", "tuning: site\npacks:\n  cash: {parameters: {pieces: 99}}\n");
  options.tuning = {(folder_ / "tuning").string()};
  EXPECT_EQ(LoadRuleSet(pack, options, &findings), nullptr);
}

TEST_F(TuningTest, ItSetsParametersListsStatesAndExceptions) {
  const auto plain = Load();
  ASSERT_NE(plain, nullptr);
  const auto tuned = Load({kHead +
                           "    parameters: {limit: 9000 EUR, pieces: 4}\n"
                           "    lists:\n"
                           "      businesses: {add: [FAIR], remove: [KIOSK]}\n"
                           "      channels: {items: [branch]}\n"
                           "    rules:\n"
                           "      cash.large: {state: shadow}\n"
                           "      cash.pieces:\n"
                           "        unless:\n"
                           "          - {id: fair, if: amount < limit, because: Yearly fair.,\n"
                           "             approved: lead, until: 2027-06-30}\n"});
  ASSERT_NE(tuned, nullptr) << (findings_.all().empty() ? ""
                                                        : FormatDiagnostic(findings_.all()[0]));
  EXPECT_NE(tuned->fingerprint, plain->fingerprint);
  const RuleSetChange change = CompareRuleSets(*plain, *tuned);
  ASSERT_EQ(change.parameters.size(), 2u);
  EXPECT_EQ(change.parameters[0].name, "cash.limit");
  EXPECT_EQ(change.parameters[0].after, "9000 EUR");
  ASSERT_EQ(change.states.size(), 1u);
  EXPECT_EQ(change.states[0].after, "shadow");
  ASSERT_EQ(change.lists.size(), 2u);
  EXPECT_EQ(change.lists[0].added, 1);
  EXPECT_EQ(change.lists[0].removed, 1);
  EXPECT_EQ(change.lists[1].removed, 1);
  EXPECT_THAT(change.rules.changed, ElementsAre("cash.pieces"));  // by its new exception
  ASSERT_EQ(tuned->rules[1].exceptions.size(), 2u);
  EXPECT_EQ(tuned->rules[1].exceptions[1].id, "fair");
  // The tuning file is a file of the set, so the audit trail names it.
  ASSERT_EQ(tuned->files.size(), 3u);
  EXPECT_EQ(tuned->files[1].name, "site0.yaml");
}

TEST_F(TuningTest, TheSameByTheFilesOwnWordsIsTheSameSet) {
  const auto tuned = Load({kHead + "    parameters: {limit: 9000 EUR}\n"});
  std::string edited = kPack;
  edited.replace(edited.find("10000 EUR"), 9, "9000 EUR");
  Write("cash.yaml", edited);
  const auto written = Load();
  ASSERT_NE(tuned, nullptr);
  ASSERT_NE(written, nullptr);
  EXPECT_EQ(tuned->FingerprintText(), written->FingerprintText());
}

TEST_F(TuningTest, AListsFileLiesBesideTheTuningFile) {
  Write("tuning/ours.txt", "MARKET\n");
  const auto tuned = Load({kHead + "    lists:\n      businesses: {file: ours.txt}\n"});
  ASSERT_NE(tuned, nullptr);
  EXPECT_THAT(tuned->body, HasSubstr("MARKET"));
  EXPECT_THAT(tuned->body, testing::Not(HasSubstr("BAKERY")));
}

TEST_F(TuningTest, AValueOutsideThePacksRangeNamesTheRangeWhereItWasWritten) {
  const std::string error = ErrorOf({kHead + "    parameters: {limit: 20000 EUR}\n"});
  EXPECT_THAT(error, HasSubstr("VG2302 site0.yaml:4"));
  EXPECT_THAT(error, HasSubstr("15000 EUR"));
}

TEST_F(TuningTest, NothingElseCanBeTuned) {
  const struct {
    std::string text, found;
  } kCases[] = {
      {kHead + "    rules:\n      cash.large: {when: amount > limit}\n",
       "VG7002 site0.yaml:5 tuning can't set `when` here"},
      {kHead + "    rules:\n      cash.large: {score: 90}\n", "VG7002 site0.yaml:5"},
      {kHead + "    features: {pieces_3d: {count: debits, over: 3d}}\n", "VG7002 site0.yaml:4"},
      {kHead + "    macros: {m: amount > limit}\n", "never a condition"},
      {kHead + "    parameter: {limit: 9000 EUR}\n", "did you mean `parameters`?"},
      {kHead + "    parameters: {limti: 9000 EUR}\n", "did you mean `limit`?"},
      {kHead + "    lists: {bussinesses: {add: [A]}}\n", "did you mean `businesses`?"},
      {kHead + "    rules: {cash.larg: {state: off}}\n", "did you mean `cash.large`?"},
      {"tuning: site\npacks: {csh: {parameters: {limit: 9000 EUR}}}\n", "VG7003 site0.yaml:2"},
      {kHead + "    rules: {cash.large: {state: shadw}}\n", "did you mean `shadow`?"},
      {kHead + "    lists: {channels: {items: [branch], file: x.txt}}\n", "not both"},
      {kHead + "    lists: {channels: {add: branch}}\n", "VG7001 site0.yaml:4"},
      {kHead + "    parameters: {limit: [1]}\n", "VG7001"},
      {kHead + "    parameters: {pieces: many}\n", "VG2301 site0.yaml:4"},
      {kHead + "    rules:\n      cash.large:\n        unless:\n"
               "          - {id: x, if: amount > limit, because: b, approved: a}\n",
       "VG7005 site0.yaml:7 the exception has no `until`"},
      {kHead + "    rules:\n      cash.large:\n        unless:\n"
               "          - {id: x, if: amount > limit, because: b, until: 2027-01-01}\n",
       "no `approved`"},
      {kHead + "    rules:\n      cash.large:\n        unless:\n"
               "          - {id: x, if: amount > lmit, because: b, approved: a, "
               "until: 2027-01-01}\n",
       "VG2103 site0.yaml:7"},
      {kHead + "    rules:\n      cash.pieces:\n        unless:\n"
               "          - {id: business, if: amount > limit, because: b, approved: a, "
               "until: 2027-01-01}\n",
       "VG4011 site0.yaml:7"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.text);
    EXPECT_THAT(ErrorOf({c.text}), HasSubstr(c.found));
  }
}

TEST_F(TuningTest, TwoFilesThatSetTheSameThingAreRefused) {
  for (const std::string& change :
       {std::string("    parameters: {limit: 9000 EUR}\n"),
        std::string("    lists: {channels: {add: [online]}}\n"),
        std::string("    rules: {cash.large: {state: shadow}}\n")}) {
    EXPECT_THAT(ErrorOf({kHead + change, kHead + change}),
                testing::AllOf(HasSubstr("VG7004 site1.yaml:4"), HasSubstr("site0.yaml")));
  }
  EXPECT_NE(Load({kHead + "    parameters: {limit: 9000 EUR}\n",
                  kHead + "    parameters: {pieces: 5}\n"}),
            nullptr);
}

TEST_F(TuningTest, AnExpiredExceptionAndAnItemThatIsNotThereAreWarned) {
  ASSERT_NE(Load({kHead + "    lists: {businesses: {remove: [NOBODY]}}\n"
                          "    rules:\n      cash.large:\n        unless:\n"
                          "          - {id: x, if: amount > limit, because: b, approved: a, "
                          "until: 2026-01-01}\n"}),
            nullptr);
  std::vector<std::string> codes;
  for (const Diagnostic& finding : findings_.all()) {
    if (finding.at.file.find("site0") != std::string::npos) codes.push_back(finding.code);
  }
  EXPECT_THAT(codes, testing::IsSupersetOf({"VG5002", "VG7006"}));
}

TEST_F(TuningTest, WhatIsNewAndNotYetOnRecordIsSaid) {
  const auto before = Load();
  std::string edited = kPack;
  edited.replace(edited.find("pieces_3d: {count: credits, over: 3d}"), 37,
                 "pieces_3d: {count: credits, over: 3d, per: location.branch}");
  Write("cash.yaml", edited);
  const auto after = Load();
  ASSERT_NE(after, nullptr);
  const RuleSetChange change = CompareRuleSets(*before, *after);
  EXPECT_THAT(change.features.changed, ElementsAre("cash.pieces_3d"));
  ASSERT_EQ(change.waits.size(), 1u);
  EXPECT_EQ(change.waits[0].feature, "cash.pieces_3d");
  EXPECT_EQ(change.waits[0].for_us, 3 * kDayUs);
  EXPECT_THAT(change.waits[0].because, HasSubstr("location.branch"));
  EXPECT_THAT(CompareRuleSets(*before, *before).waits, IsEmpty());
}

}  // namespace
}  // namespace vigla
