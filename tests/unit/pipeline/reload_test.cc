// Rule sets that change in mid-stream, again and again, under crashes: the outputs are those of
// the same sets applied at the same sequences without any.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "tests/unit/pipeline/simulation.h"

namespace vigla {
namespace {

using testing::HasSubstr;

struct Variant {
  std::string fast_state;     // of a rule that folds
  std::string pass_limit;     // EUR
  std::string customer_state;
  std::string branch_window;  // of a feature over a column that only some sets ask for; "" = none
};

const Variant kVariants[] = {
    {"live", "500", "live", ""},
    {"shadow", "500", "live", "2d"},
    {"live", "900", "off", "2d"},
    {"shadow", "100", "shadow", ""},
    {"off", "500", "live", "9h"},
};

std::string PackOf(const Variant& variant) {
  std::string text = R"(
pack: reload
version: 1
owner: tests
about: Windows, folding, a customer's ledger, and a column that not every set keeps.
rates: {base: EUR, USD: 0.9}
features:
  sent_1h:     {count: debits, over: 1h}
  sent_sum_1d: {sum: amount, of: debits, over: 1d}
  got_1d:      {sum: amount, of: credits, over: 1d}
  party_1d:    {sum: amount, of: debits, over: 1d, on: party}
)";
  if (!variant.branch_window.empty()) {
    text += "  same_branch: {count: debits, over: " + variant.branch_window +
            ", per: location.branch}\n";
  }
  text += "rules:\n  - {rule: fast, title: Many, subject: debtor, severity: medium, score: 10, "
          "state: " + variant.fast_state +
          ", when: sent_1h >= 3, once_per: {key: account, for: 3h}, "
          "reason: '{sent_1h} in an hour'}\n"
          "  - {rule: pass, title: Through, subject: debtor, severity: high, score: 30, "
          "when: 'sent_sum_1d >= got_1d && got_1d > money(\"" + variant.pass_limit +
          " EUR\")', reason: '{sent_sum_1d} out of {got_1d}'}\n"
          "  - {rule: customer, title: Customer, subject: debtor, on: party, severity: high, "
          "score: 40, state: " + variant.customer_state +
          ", when: 'party_1d > money(\"1500 EUR\")', once_per: {key: party, for: 6h}, "
          "reason: '{party_1d} in a day'}\n";
  if (!variant.branch_window.empty()) {
    text += "  - {rule: branch, title: Branch, subject: debtor, severity: low, score: 1, "
            "when: 'known(same_branch) && same_branch >= 3', reason: '{same_branch} there'}\n";
  }
  return text;
}

std::string RecordText(std::mt19937_64* random, int i, int64_t* now_us) {
  if ((*random)() % 50 == 0) return "{\"id\":\"broken\"";
  if ((*random)() % 3 != 0) *now_us += static_cast<int64_t>((*random)() % 1500) * kSecondUs;
  int64_t time_us = *now_us;
  if ((*random)() % 12 == 0) time_us -= static_cast<int64_t>((*random)() % 48) * kHourUs;
  const uint64_t debtor = (*random)() % 5;
  return "{\"id\":\"t" + std::to_string(i) + "\",\"time\":\"" + FormatTime({time_us}) +
         "\",\"amount\":\"" + std::to_string((*random)() % 700 + 1) +
         ".50\",\"currency\":\"EUR\",\"location\":{\"branch\":\"b" +
         std::to_string((*random)() % 2) + "\"},\"debtor\":{\"account\":\"A" +
         std::to_string(debtor) + "\",\"party\":\"P" + std::to_string(debtor / 2) +
         "\"},\"creditor\":{\"account\":\"A" + std::to_string((*random)() % 5) + "\"}}";
}

std::vector<std::string> Stream(uint64_t seed, int records) {
  std::mt19937_64 random(seed);
  int64_t now_us = 1'700'000'000 * kSecondUs;
  std::vector<std::string> texts;
  for (int i = 0; i < records; ++i) texts.push_back(RecordText(&random, i, &now_us));
  return texts;
}

// Only the loaders of a simulation's options are needed to load; any hasher with its key will do.
std::vector<std::shared_ptr<const RuleSet>> LoadVariants(const LoadOptions& options) {
  std::vector<std::shared_ptr<const RuleSet>> sets;
  for (const Variant& variant : kVariants) {
    sets.push_back(LoadPackText(PackOf(variant), options));
  }
  return sets;
}

struct Activated {
  std::string fingerprint;
  uint64_t first_sequence = 0;
};

std::vector<Activated> ActivationsOf(const MemoryOutput& output) {
  std::vector<Activated> found;
  for (const std::string& text : output.journal()) {
    Digest hash;
    const auto record = ParseJournalRecord(text, &hash);
    if (record->activation) {
      found.push_back({record->activation->after, record->activation->first_sequence.value});
    }
  }
  return found;
}

class ReloadSimulation {
 public:
  ReloadSimulation() : hasher_(PipelineOptions().identity_key) {
    LoadOptions options;
    options.hasher = &hasher_;
    options.base_currency = *CurrencyCode::Parse("EUR");
    sets_ = LoadVariants(options);
  }
  const std::vector<std::shared_ptr<const RuleSet>>& sets() const { return sets_; }

  // Reloads at random moments, some while nothing comes in.
  SimulationResult Disturbed(const std::vector<std::string>& stream, SimulationOptions options,
                             std::vector<Activated>* activations) {
    ActivationDesk desk(sets_[0]);
    options.desk = &desk;
    std::mt19937_64 random(options.seed * 7919);
    size_t next = 0;
    MemorySource* source = nullptr;
    const uint64_t quiet_steps = options.seed % 2 == 0 ? 40 : 900;
    options.before_step = [&] {
      if (random() % 300 == 0) desk.Submit(sets_[random() % sets_.size()]);
      if (next < stream.size() && random() % quiet_steps == 0) {
        for (size_t n = random() % 30 + 1; n > 0 && next < stream.size(); --n) {
          source->Append(stream[next++]);
        }
      }
      source->set_ends(next == stream.size());
    };
    Simulation simulation(options);
    source = &simulation.source();
    source->set_ends(false);
    source->set_records_a_poll(random() % 20 + 1);
    const SimulationResult result = simulation.Run(nullptr);
    *activations = ActivationsOf(simulation.output());
    return result;
  }

  // The same sets from the same sequences on, one step after the other.
  SimulationResult Applied(const std::vector<std::string>& stream,
                           const std::vector<Activated>& activations) {
    std::map<std::string, std::shared_ptr<const RuleSet>> by_fingerprint;
    for (const auto& set : sets_) by_fingerprint[set->FingerprintText()] = set;
    ActivationDesk desk(by_fingerprint.at(activations[0].fingerprint));
    desk.Submit(desk.wanted().rule_set);  // so that the first, too, waits for no record
    SimulationOptions options;
    options.pipeline.commit_interval_ms = 0;  // the clock stands still: each batch is an epoch
    options.desk = &desk;
    MemorySource* source = nullptr;
    const MemoryOutput* output = nullptr;
    size_t next = 0, applied = 1;
    options.before_step = [&] {
      // Each activation publishes its set, in one part.
      if (output->records(OutputTopic::kRules).size() < applied) return;
      const size_t until = applied < activations.size() ? activations[applied].first_sequence - 1
                                                        : stream.size();
      while (next < until) source->Append(stream[next++]);
      if (applied < activations.size()) {
        if (Sequenced(*output) < until) return;
        desk.Submit(by_fingerprint.at(activations[applied++].fingerprint));
      } else {
        source->set_ends(true);
      }
    };
    Simulation simulation(options);
    source = &simulation.source();
    output = &simulation.output();
    source->set_ends(false);
    return simulation.Run(nullptr);
  }

 private:
  static uint64_t Sequenced(const MemoryOutput& output) {
    if (output.journal().empty()) return 0;
    Digest hash;
    return ParseJournalRecord(output.journal().back(), &hash)->last_sequence.value;
  }

  KeyedHasher hasher_;
  std::vector<std::shared_ptr<const RuleSet>> sets_;
};

TEST(Reload, RandomReloadsUnderCrashesAreTheSameSetsAppliedAtTheSameSequences) {
  ReloadSimulation reloads;
  for (const auto& set : reloads.sets()) ASSERT_NE(set, nullptr);
  size_t activations_in_all = 0, without_record = 0, shadow_alerts = 0;
  int lives = 0;
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    const std::vector<std::string> stream = Stream(seed, 400);
    SimulationOptions options;
    options.seed = seed;
    options.pipeline.lanes = static_cast<int>(random() % 3 + 1);
    options.pipeline.epoch_records_max = random() % 30 + 1;
    options.pipeline.commit_interval_ms = random() % 2 == 0 ? 0 : 100;
    options.pipeline.cache_bytes = random() % 2 == 0 ? 1 : size_t{1} << 30;
    options.pipeline.ledger.write_back_bytes_max = random() % 2 == 0 ? 1 : 4096;
    options.pipeline.leg_log_bytes = random() % 2 == 0 ? 1 : 6000;
    if (seed > 2) {
      options.crash_chance = 0.002;
      options.commit_fault_chance = 0.002;
    }
    std::vector<Activated> activations;
    const SimulationResult result = reloads.Disturbed(stream, options, &activations);
    ASSERT_TRUE(result.status.ok()) << result.status;
    ASSERT_FALSE(activations.empty());
    const SimulationResult expected = reloads.Applied(stream, activations);
    ASSERT_TRUE(expected.status.ok()) << expected.status;
    EXPECT_EQ(result.alerts, expected.alerts);
    EXPECT_EQ(result.shadow_alerts, expected.shadow_alerts);
    EXPECT_EQ(result.rejects, expected.rejects);
    EXPECT_EQ(result.intake_entries, expected.intake_entries);
    EXPECT_EQ(result.match_entries, expected.match_entries);
    EXPECT_EQ(result.state.Hex(), expected.state.Hex());
    for (size_t i = 1; i < activations.size(); ++i) {
      without_record += activations[i].first_sequence == activations[i - 1].first_sequence;
    }
    activations_in_all += activations.size();
    shadow_alerts += result.shadow_alerts.size();
    lives += result.lives;
  }
  EXPECT_GT(activations_in_all, 40u);
  EXPECT_GT(without_record, 3u) << "no set was replaced before it judged anything";
  EXPECT_GT(shadow_alerts, 20u);
  EXPECT_GT(lives, 20) << "the crashes did not happen";
}

// Answers as an operator would see them, on real threads.
TEST(Reload, AnIdleInstanceActivatesAtOnceAndNamesTheEpoch) {
  ReloadSimulation reloads;
  ActivationDesk desk(reloads.sets()[0]);
  SimulationOptions options;
  options.threaded = true;
  options.pipeline.commit_interval_ms = 0;
  options.desk = &desk;
  Simulation simulation(options);
  for (const std::string& text : Stream(1, 5)) simulation.source().Append(text);
  simulation.source().set_ends(false);
  std::thread operator_thread([&] {
    constexpr auto kLong = std::chrono::seconds(60);
    const uint64_t ticket = desk.Submit(reloads.sets()[1]);
    EXPECT_TRUE(desk.WaitUntilSettled(ticket, kLong));
    EXPECT_EQ(desk.active().fingerprint, reloads.sets()[1]->FingerprintText());
    EXPECT_GT(desk.active().epoch, 0u);
    const uint64_t same = desk.Submit(reloads.sets()[1]);
    EXPECT_TRUE(desk.WaitUntilSettled(same, kLong));
    const uint64_t back = desk.Submit(reloads.sets()[0]);
    EXPECT_TRUE(desk.WaitUntilSettled(back, kLong));
    EXPECT_EQ(desk.active().fingerprint, reloads.sets()[0]->FingerprintText());
    EXPECT_EQ(desk.active().first_sequence.value, 6u);
    simulation.source().set_ends(true);
  });
  const SimulationResult result = simulation.Run(nullptr);
  operator_thread.join();
  ASSERT_TRUE(result.status.ok()) << result.status;
  const std::vector<Activated> activations = ActivationsOf(simulation.output());
  ASSERT_GE(activations.size(), 2u);
  EXPECT_EQ(activations.back().fingerprint, reloads.sets()[0]->FingerprintText());
  EXPECT_THAT(simulation.output().journal().back(), HasSubstr("\"activation\""));
}

TEST(Reload, WhoWaitsForAnInstanceThatEndsIsWoken) {
  ReloadSimulation reloads;
  ActivationDesk desk(reloads.sets()[0]);
  const uint64_t ticket = desk.Submit(reloads.sets()[1]);
  std::thread ends([&] { desk.Close(); });
  EXPECT_FALSE(desk.WaitUntilSettled(ticket, std::chrono::hours(1)));
  ends.join();
}

}  // namespace
}  // namespace vigla
