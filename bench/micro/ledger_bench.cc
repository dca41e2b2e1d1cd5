// What a leg costs its ledger: appending it, and reading figures over an hour and over 90 days.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "bench/micro/allocations.h"
#include "engine/ledger/lane_state.h"
#include "engine/rule/loader.h"

namespace vigla {
namespace {

const KeyedHasher& Hasher() {
  static const KeyedHasher hasher("ledger bench");
  return hasher;
}

// Features of the reference workload's shapes; `over` is their window.
std::shared_ptr<const RuleSet> LoadFeatures(const std::string& over) {
  const std::string window = ", over: " + over + ", status: any}\n";
  const std::vector<std::string> features = {
      "{count: debits" + window,
      "{sum: amount, of: debits" + window,
      "{count: debits, where: amount >= money(\"8000 EUR\") && amount < money(\"10000 EUR\")" +
          window,
      "{distinct: counterparty, of: debits" + window,
      "{count: debits, prior: true, per: counterparty" + window};
  std::string pack = "pack: bench\nversion: 1\nowner: a@b.example\nabout: a\nfeatures:\n";
  std::string rules = "rules:\n";
  for (size_t i = 0; i < features.size(); ++i) {
    const std::string name = "f" + std::to_string(i);
    pack += "  " + name + ": " + features[i];
    rules += "  - {rule: r" + name + ", title: t, subject: debtor, severity: low, score: 1, " +
             "when: known(" + name + "), reason: r}\n";
  }
  const auto file = std::filesystem::temp_directory_path() /
                    ("ledger-bench-" + std::to_string(::getpid()) + ".yaml");
  std::ofstream(file) << pack << rules;
  LoadOptions options;
  options.base_currency = *CurrencyCode::Parse("EUR");
  options.hasher = &Hasher();
  Diagnostics diagnostics;
  auto rule_set = LoadRuleSet({file.string()}, options, &diagnostics);
  std::filesystem::remove(file);
  for (const Diagnostic& finding : diagnostics.all()) {
    if (finding.severity == Severity::kError) std::fputs(finding.message.c_str(), stderr);
  }
  return rule_set;
}

class Legs {
 public:
  explicit Legs(int accounts) {
    for (int i = 0; i < accounts; ++i) names_.push_back("DE" + std::to_string(10'000'000 + i));
    for (const std::string& name : names_) hashes_.push_back(Hasher().Hash(name));
  }
  // `step_us` of event time later than the one before, on a random account.
  const Leg& Next(DurationUs step_us) {
    const size_t own = random_() % names_.size();
    time_.us += step_us;
    transaction_.time = time_;
    transaction_.currency = *CurrencyCode::Parse("EUR");
    transaction_.amount.ten_thousandths = static_cast<int64_t>(random_() % 20'000) * 10'000;
    transaction_.channel = "online";
    transaction_.debtor.account = names_[own];
    transaction_.debtor.account_hash = hashes_[own];
    transaction_.creditor.account_hash = {1, random_() % 50};
    leg_.transaction = &transaction_;
    ++leg_.sequence.value;
    leg_.subject_id = names_[own];
    leg_.subject_hash = hashes_[own];
    leg_.base_amount.micros = transaction_.amount.ten_thousandths * 100;
    leg_.has_base_amount = true;
    return leg_;
  }

 private:
  std::vector<std::string> names_;
  std::vector<Hash128> hashes_;
  std::mt19937_64 random_{1};
  EventTime time_{1'700'000'000 * kSecondUs};
  Transaction transaction_;
  Leg leg_;
};

// Each account has a leg every `minutes_apart`, so that windows hold what they would in a bank.
void Run(benchmark::State& state, const std::string& over, bool reads) {
  const int accounts = static_cast<int>(state.range(0));
  const DurationUs step = state.range(1) * kMinuteUs / accounts;
  const auto store = NewMemoryStore();
  LaneState lane(store.get(), {}, &Hasher());
  const auto rule_set = LoadFeatures(over);
  RecordedSince since;
  since.kind.fill(EventTime::Min());
  lane.SetRuleSet(rule_set, since);
  Legs legs(accounts);
  const int features = static_cast<int>(rule_set->features.size());
  auto apply = [&] {
    LegFigures figures;
    const Leg& leg = legs.Next(step);
    if (!lane.Apply(leg, &figures).ok()) std::abort();
    for (int i = 0; reads && i < features; ++i) benchmark::DoNotOptimize(figures.Feature(i));
  };
  for (int i = 0; i < accounts * static_cast<int>(state.range(2)); ++i) apply();
  const AllocationCount allocations;
  for (auto _ : state) apply();
  allocations.Report(&state);
  state.SetItemsProcessed(state.iterations());
  state.counters["bytes_a_subject"] =
      static_cast<double>(lane.cache_bytes()) / static_cast<double>(lane.subject_count());
}

void Append(benchmark::State& state) { Run(state, "1h", false); }
void FiguresOver1h(benchmark::State& state) { Run(state, "1h", true); }
void FiguresOver90d(benchmark::State& state) { Run(state, "90d", true); }

// accounts, minutes between an account's legs, legs an account before measuring
BENCHMARK(Append)->Args({1, 1, 100})->Args({100'000, 1440, 8});
BENCHMARK(FiguresOver1h)->Args({1, 1, 200})->Args({100'000, 1440, 8});
BENCHMARK(FiguresOver90d)->Args({1, 1, 100'000})->Args({1000, 60, 2'000})->Args({100'000, 1440, 8});

}  // namespace
}  // namespace vigla
