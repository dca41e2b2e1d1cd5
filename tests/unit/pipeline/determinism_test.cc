// Outputs and state are a function of the order, the rules and nothing else (design.md, 7).
#include <gtest/gtest.h>

#include "tests/unit/pipeline/simulation.h"

namespace vigla {
namespace {

constexpr char kPack[] = R"(
pack: determinism
version: 1
owner: tests
about: Windows, folding, exceptions and both sides, on accounts and on customers.
rates: {base: EUR, USD: 0.9}
features:
  sent_1h:     {count: debits, over: 1h}
  sent_sum_1d: {sum: amount, of: debits, over: 1d}
  payees_1h:   {distinct: counterparty, of: debits, over: 1h}
  to_same_2d:  {count: debits, over: 2d, per: counterparty, prior: true}
  mean_7d:     {mean: amount, of: both, over: 7d, prior: true}
  got_1d:      {sum: amount, of: credits, over: 1d}
  party_1d:    {sum: amount, of: debits, over: 1d, on: party}
  quiet:       {idle: both, over: 30d}
rules:
  - rule: fast
    version: 1
    title: Many payments in an hour
    subject: debtor
    severity: medium
    score: 10
    when: sent_1h >= 4 && payees_1h >= 2
    once_per: {key: account, for: 2h}
    reason: "{sent_1h} payments to {payees_1h} payees within an hour"
  - rule: pass
    version: 1
    title: Money passes through
    subject: debtor
    severity: high
    score: 30
    when: sent_sum_1d >= got_1d && got_1d > money("500 EUR")
    reason: "{sent_sum_1d} out of {got_1d}"
  - rule: unusual
    version: 1
    title: Far above the mean
    subject: both
    severity: low
    score: 5
    when: amount > mean_7d * 3
    unless:
      - {id: known-payee, if: to_same_2d >= 3, because: a standing relation}
    reason: "{amount} against {mean_7d}"
  - rule: customer
    version: 1
    title: One customer over several accounts
    subject: debtor
    on: party
    severity: high
    score: 40
    when: party_1d > money("2000 EUR")
    once_per: {key: party, for: 6h}
    reason: "{party_1d} in a day"
  - rule: waking
    version: 1
    title: Quiet for long
    subject: debtor
    severity: info
    score: 1
    when: known(quiet) && quiet >= duration("20h")
    reason: "quiet for {quiet}"
)";

// A stream with equal times, late and too-late legs, self-transfers, other currencies, and lines
// that are no transactions.
void FillStream(uint64_t seed, int records, MemorySource* source) {
  std::mt19937_64 random(seed);
  int64_t now_us = 1'700'000'000 * kSecondUs;
  for (int i = 0; i < records; ++i) {
    const int partition = static_cast<int>(random() % 3);
    if (random() % 40 == 0) {
      source->Append("{\"id\":\"broken\"", partition);
      continue;
    }
    if (random() % 3 != 0) now_us += static_cast<int64_t>(random() % 1800) * kSecondUs;
    int64_t time_us = now_us;
    if (random() % 10 == 0) time_us -= static_cast<int64_t>(random() % 48) * kHourUs;
    if (random() % 60 == 0) time_us -= 9 * kDayUs;
    const int debtor = static_cast<int>(random() % 6), creditor = static_cast<int>(random() % 6);
    const char* currencies[] = {"EUR", "EUR", "USD", "SEK"};
    source->Append("{\"id\":\"t" + std::to_string(i) + "\",\"time\":\"" +
                       FormatTime({time_us}) + "\",\"amount\":\"" +
                       std::to_string(random() % 900 + 1) + ".50\",\"currency\":\"" +
                       currencies[random() % 4] + "\",\"debtor\":{\"account\":\"A" +
                       std::to_string(debtor) + "\",\"party\":\"P" + std::to_string(debtor / 2) +
                       "\"},\"creditor\":{\"account\":\"A" + std::to_string(creditor) + "\"}}",
                   partition);
  }
}

SimulationResult Simulate(SimulationOptions options, uint64_t stream_seed) {
  Simulation simulation(options);
  FillStream(stream_seed, 400, &simulation.source());
  std::mt19937_64 random(options.seed);
  simulation.source().set_records_a_poll(random() % 50 + 1);
  return simulation.Run(LoadPackText(kPack, simulation.load_options()));
}

void ExpectSame(const SimulationResult& a, const SimulationResult& b) {
  EXPECT_EQ(a.alerts, b.alerts);
  EXPECT_EQ(a.rejects, b.rejects);
  EXPECT_EQ(a.intake_entries, b.intake_entries);
  EXPECT_EQ(a.match_entries, b.match_entries);
  EXPECT_EQ(a.state.Hex(), b.state.Hex());
}

TEST(Determinism, LanesEpochsBatchesAndEvictionsLeaveNoTrace) {
  for (uint64_t stream = 1; stream <= 3; ++stream) {
    SimulationOptions plain;
    const SimulationResult expected = Simulate(plain, stream);
    ASSERT_TRUE(expected.status.ok()) << expected.status;
    ASSERT_GT(expected.alerts.size(), 20u);
    ASSERT_GT(expected.rejects.size(), 2u);
    for (uint64_t seed = 1; seed <= 8; ++seed) {
      SCOPED_TRACE("stream " + std::to_string(stream) + ", seed " + std::to_string(seed));
      std::mt19937_64 random(seed);
      SimulationOptions options;
      options.seed = seed;
      options.pipeline.lanes = static_cast<int>(random() % 4 + 1);
      options.pipeline.epoch_records_max = random() % 60 + 1;
      options.pipeline.cache_bytes = random() % 2 == 0 ? 1 : size_t{1} << 30;
      options.pipeline.ring_batches = random() % 3 + 1;
      const SimulationResult result = Simulate(options, stream);
      ASSERT_TRUE(result.status.ok()) << result.status;
      ExpectSame(expected, result);
    }
  }
}

TEST(Determinism, EpochsDoNotQueueBehindASlowCommit) {
  SimulationOptions options;
  options.pipeline.commit_interval_ms = 0;  // an epoch a poll, by the clock alone
  int turn = 0;
  // One lane, the feed, the committer: the last gets no turn for a while.
  options.choose = [&](size_t stages) {
    const size_t awake = ++turn < 600 ? stages - 1 : stages;
    return static_cast<size_t>(turn) % awake;
  };
  Simulation simulation(options);
  FillStream(3, 100, &simulation.source());
  simulation.source().set_records_a_poll(1);
  const SimulationResult result =
      simulation.Run(LoadPackText(kPack, simulation.load_options()));
  ASSERT_TRUE(result.status.ok()) << result.status;
  EXPECT_EQ(result.intake_entries.size(), 101u) << "and the activation";
  EXPECT_GT(simulation.output().journal().size(), 2u);
  EXPECT_LT(simulation.output().journal().size(), 60u);
}

TEST(Determinism, ThreadsLeaveNoTrace) {
  const SimulationResult expected = Simulate({}, 5);
  for (int lanes : {1, 3}) {
    SimulationOptions options;
    options.threaded = true;
    options.pipeline.lanes = lanes;
    options.pipeline.ring_batches = 2;
    options.pipeline.epoch_records_max = 30;
    options.pipeline.cache_bytes = lanes == 1 ? 1 : size_t{1} << 30;
    const SimulationResult result = Simulate(options, 5);
    ASSERT_TRUE(result.status.ok()) << result.status;
    ExpectSame(expected, result);
  }
}

TEST(Determinism, CrashesAndUnknownCommitsLeaveNoTrace) {
  SimulationOptions plain;
  const SimulationResult expected = Simulate(plain, 7);
  int lives = 0;
  for (uint64_t seed = 1; seed <= 12; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    SimulationOptions options;
    options.seed = seed;
    options.pipeline.lanes = static_cast<int>(random() % 3 + 1);
    options.pipeline.epoch_records_max = random() % 40 + 5;
    options.pipeline.cache_bytes = random() % 2 == 0 ? 1 : size_t{1} << 30;
    options.pipeline.ledger.write_back_bytes_max = random() % 2 == 0 ? 1 : 4096;
    options.pipeline.leg_log_bytes = random() % 2 == 0 ? 1 : 6000;
    options.lanes_change = seed % 2 == 0;
    options.pipeline.commit_interval_ms = seed % 3 == 0 ? 0 : 100;
    options.crash_chance = 0.002;
    options.commit_fault_chance = 0.002;
    const SimulationResult result = Simulate(options, 7);
    ASSERT_TRUE(result.status.ok()) << result.status;
    ExpectSame(expected, result);
    lives += result.lives;
  }
  EXPECT_GT(lives, 20) << "the crashes did not happen";
}

}  // namespace
}  // namespace vigla
