// Reloads as whoever asks for them sees them: one set or the other, and an answer that says which.
#include "engine/app/reload.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "engine/app/rule_files.h"

namespace vigla {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr auto kNoWait = std::chrono::milliseconds(0);

std::string Pack(const std::string& name, const std::string& limit,
                 const std::string& more = "", const std::string& base = "EUR") {
  return "pack: " + name + "\nversion: 1\nrates: {base: " + base + "}\nparameters:\n  limit: "
         "{type: money, value: " + limit + ", min: 1 " + base + ", max: 9000 " + base + "}\n" +
         "rules:\n  - {rule: " + name + ".big, title: Big, subject: debtor, severity: low, "
         "score: 1, when: amount >= limit, reason: '{amount}, {limit}'" + more + "}\n";
}

class ReloadAnswers : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() /
              ("vigla_reload_" + std::to_string(getpid()));
    std::filesystem::create_directories(folder_);
    files_.paths = {folder_.string()};
    files_.options.hasher = &hasher_;
    files_.options.base_currency = *CurrencyCode::Parse("EUR");
    Write("one.yaml", Pack("one", "100 EUR"));
    Write("two.yaml", Pack("two", "200 EUR"));
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void Write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / "new") << text;
    std::filesystem::rename(folder_ / "new", folder_ / name);
  }
  std::shared_ptr<const RuleSet> Load() {
    Diagnostics findings;
    return LoadSettledRuleSet(files_, [] { return true; }, &findings);
  }

  std::filesystem::path folder_;
  KeyedHasher hasher_{"tests"};
  RuleFileSet files_;
};

TEST_F(ReloadAnswers, ASetThatIsBeingWrittenIsReadAgain) {
  Write("two.yaml", "pack: two\nrules: [");
  Diagnostics findings;
  int readings = 1;
  const auto rule_set = LoadSettledRuleSet(
      files_,
      [&] {
        ++readings;
        Write("two.yaml", Pack("two", "300 EUR"));
        return true;
      },
      &findings);
  ASSERT_NE(rule_set, nullptr);
  EXPECT_EQ(readings, 2);
  EXPECT_FALSE(findings.HasErrors());
  EXPECT_EQ(rule_set->rules.size(), 2u);
}

TEST_F(ReloadAnswers, ARefusedSetLeavesTheOldOneAndSaysWhy) {
  ActivationDesk desk(Load());
  const auto in_use = desk.wanted().rule_set;
  Reloader reloader(files_, &desk);
  Write("one.yaml", Pack("one", "99999 EUR"));
  const ReloadAnswer answer = reloader.Reload("http", kNoWait);
  EXPECT_EQ(answer.HttpCode(), 422);
  EXPECT_THAT(answer.json,
              AllOf(HasSubstr("\"result\":\"refused\""), HasSubstr(in_use->FingerprintText()),
                    HasSubstr("\"schema\":\"vigla.check.v1\",\"ok\":false"),
                    HasSubstr("VG2302"), Not(HasSubstr("\"after\""))));
  EXPECT_EQ(desk.wanted().rule_set, in_use);
  EXPECT_EQ(desk.newest_ticket(), 0u);
  EXPECT_FALSE(reloader.last().success);
  EXPECT_THAT(reloader.last().first_error, HasSubstr("VG2302"));
}

TEST_F(ReloadAnswers, WhatChangedIsSaidAndTheSetIsHandedOver) {
  ActivationDesk desk(Load());
  Reloader reloader(files_, &desk);
  EXPECT_EQ(reloader.Reload("http", kNoWait).result, ReloadResult::kUnchanged);
  EXPECT_EQ(desk.newest_ticket(), 0u);
  Write("one.yaml", Pack("one", "150 EUR", ", state: shadow"));
  Write("two.yaml", Pack("three", "200 EUR"));
  const ReloadAnswer answer = reloader.Reload("http", kNoWait);
  EXPECT_EQ(answer.HttpCode(), 202);
  EXPECT_THAT(
      answer.json,
      AllOf(HasSubstr("\"packs_added\":[\"three\"],\"packs_removed\":[\"two\"]"),
            HasSubstr("\"rules\":{\"added\":[\"three.big\"],\"removed\":[\"two.big\"]}"),
            HasSubstr("{\"rule\":\"one.big\",\"before\":\"live\",\"after\":\"shadow\"}"),
            HasSubstr("{\"name\":\"one.limit\",\"before\":\"100 EUR\",\"after\":\"150 EUR\"}")));
  EXPECT_EQ(desk.newest_ticket(), 1u);
  EXPECT_THAT(answer.json, HasSubstr(desk.wanted().rule_set->FingerprintText()));
  EXPECT_TRUE(reloader.last().success);
  // Nobody commits here: who waits is told that it has not happened yet.
  EXPECT_EQ(reloader.Reload("http", std::chrono::milliseconds(1)).result,
            ReloadResult::kUnchanged);
}

TEST_F(ReloadAnswers, WhoWaitsLearnsTheEpoch) {
  ActivationDesk desk(Load());
  Reloader reloader(files_, &desk);
  Write("one.yaml", Pack("one", "150 EUR"));
  std::thread commits([&] {
    while (desk.newest_ticket() == 0) std::this_thread::yield();
    desk.NoteActive({desk.wanted().rule_set->FingerprintText(), 17, {42}}, 1);
  });
  const ReloadAnswer answer = reloader.Reload("http", std::chrono::minutes(5));
  commits.join();
  EXPECT_EQ(answer.HttpCode(), 200);
  EXPECT_THAT(answer.json, HasSubstr("\"epoch\":\"17\",\"first_sequence\":\"42\""));
}

TEST_F(ReloadAnswers, ConcurrentReloadsComeOneAfterTheOtherOrAreToldThatTheyAreTooMany) {
  ActivationDesk desk(Load());
  Reloader reloader(files_, &desk);
  Write("one.yaml", Pack("one", "150 EUR"));
  std::atomic<int> accepted{0}, unchanged{0}, busy{0};
  std::vector<std::thread> callers;
  for (int i = 0; i < 12; ++i) {
    callers.emplace_back([&] {
      const ReloadResult result = reloader.Reload("http", kNoWait).result;
      ++(result == ReloadResult::kAccepted ? accepted
         : result == ReloadResult::kUnchanged ? unchanged
                                              : busy);
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(accepted, 1);
  EXPECT_EQ(accepted + unchanged + busy, 12);
  EXPECT_EQ(desk.newest_ticket(), 1u);
}

TEST_F(ReloadAnswers, AnotherBaseCurrencyIsRefused) {
  ActivationDesk desk(Load());
  Reloader reloader(files_, &desk);
  Write("one.yaml", Pack("one", "100 USD", "", "USD"));
  Write("two.yaml", Pack("two", "100 USD", "", "USD"));
  const ReloadAnswer answer = reloader.Reload("http", kNoWait);
  EXPECT_EQ(answer.HttpCode(), 422);
  EXPECT_THAT(answer.json, HasSubstr("ledgers are kept in EUR"));
}

}  // namespace
}  // namespace vigla
