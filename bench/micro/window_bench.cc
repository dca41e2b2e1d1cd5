// Sum and greatest over a sliding window: the engine's, beside going through the window each time
// and beside two stacks (Tangwongsan, Hirzel, Schneider, "Optimal and general out-of-order
// sliding-window aggregation", VLDB 2019, and IBM's collection after it), which take no late entry.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <deque>
#include <filesystem>
#include <fstream>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "bench/micro/allocations.h"
#include "engine/base/check.h"
#include "engine/ledger/lane_state.h"
#include "engine/model/decoder.h"
#include "engine/rule/loader.h"

namespace vigla {
namespace {

struct Item {
  int64_t time_us = 0;
  int64_t amount = 0;
};
struct Figures {
  int64_t sum = 0;
  int64_t greatest = 0;
  bool operator==(const Figures&) const = default;
};

// Payments of one account, a second apart; a window of n seconds holds n of them.
class Stream {
 public:
  Item Next() {
    time_us_ += kSecondUs;
    return {time_us_, static_cast<int64_t>(random_() % 1'000'000) * 1'000'000};
  }

 private:
  std::mt19937_64 random_{1};
  int64_t time_us_ = 1'700'000'000 * kSecondUs;
};

class Naive {
 public:
  explicit Naive(int64_t over_us) : over_us_(over_us) {}
  Figures Add(const Item& item) {
    items_.push_back(item);
    while (items_.front().time_us <= item.time_us - over_us_) items_.pop_front();
    Figures figures;
    for (const Item& each : items_) {
      figures.sum += each.amount;
      figures.greatest = std::max(figures.greatest, each.amount);
    }
    return figures;
  }

 private:
  const int64_t over_us_;
  std::deque<Item> items_;
};

// The front stack holds aggregates from each of its items to its end, the back stack one in all.
class TwoStacks {
 public:
  explicit TwoStacks(int64_t over_us) : over_us_(over_us) {}
  Figures Add(const Item& item) {
    back_.push_back(item);
    back_figures_ = Combined(back_figures_, {item.amount, item.amount});
    while (OldestTime() <= item.time_us - over_us_) PopOldest();
    return front_.empty() ? back_figures_ : Combined(front_.back().figures, back_figures_);
  }

 private:
  struct Aggregated {
    int64_t time_us;
    Figures figures;
  };
  static Figures Combined(const Figures& a, const Figures& b) {
    return {a.sum + b.sum, std::max(a.greatest, b.greatest)};
  }
  int64_t OldestTime() const {
    return front_.empty() ? back_.front().time_us : front_.back().time_us;
  }
  void PopOldest() {
    if (front_.empty()) {
      Figures figures;
      for (size_t i = back_.size(); i-- > 0;) {
        figures = Combined(figures, {back_[i].amount, back_[i].amount});
        front_.push_back({back_[i].time_us, figures});
      }
      back_.clear();
      back_figures_ = {};
    }
    front_.pop_back();
  }

  const int64_t over_us_;
  std::vector<Aggregated> front_;
  std::vector<Item> back_;
  Figures back_figures_;
};

// A whole ledger: entries are kept, can be listed, and may come late.
class Engine {
 public:
  explicit Engine(int64_t over_us) {
    const std::string over = std::to_string(over_us / kSecondUs) + "s}\n";
    const std::string pack =
        "pack: bench\nversion: 1\nowner: a@b.example\nabout: a\nfeatures:\n"
        "  total: {sum: amount, of: debits, over: " + over +
        "  greatest: {max: amount, of: debits, over: " + over +
        "rules:\n  - {rule: r, title: t, subject: debtor, severity: low, score: 1,\n"
        "     when: total > greatest, reason: r}\n";
    const auto file = std::filesystem::temp_directory_path() /
                      ("window-bench-" + std::to_string(::getpid()) + ".yaml");
    std::ofstream(file) << pack;
    LoadOptions options;
    options.base_currency = *CurrencyCode::Parse("EUR");
    options.hasher = &hasher_;
    Diagnostics diagnostics;
    rule_set_ = LoadRuleSet({file.string()}, options, &diagnostics);
    std::filesystem::remove(file);
    CHECK(rule_set_ != nullptr && rule_set_->features.size() == 2);
    RecordedSince since;
    since.kind.fill(EventTime::Min());
    lane_.SetRuleSet(rule_set_, since);
    transaction_.currency = options.base_currency;
    transaction_.debtor.account = "DE02120300000000202051";
    leg_.subject_hash = transaction_.debtor.account_hash =
        IdentityHash(hasher_, 1, "", transaction_.debtor.account);
    leg_.subject_id = transaction_.debtor.account;
    leg_.transaction = &transaction_;
    leg_.has_base_amount = true;
  }
  Figures Add(const Item& item) {
    transaction_.time = {item.time_us};
    transaction_.amount.ten_thousandths = item.amount / 100;
    leg_.base_amount.micros = item.amount;
    ++leg_.sequence.value;
    LegFigures figures;
    CHECK(lane_.Apply(leg_, &figures).ok());
    Figures both;
    for (int i = 0; i < 2; ++i) {
      const Value value = figures.Feature(i);
      const bool is_sum = rule_set_->features[static_cast<size_t>(i)].aggregate == Aggregate::kSum;
      (is_sum ? both.sum : both.greatest) = static_cast<int64_t>(value.number.numerator);
    }
    return both;
  }

 private:
  static LedgerOptions Options() {
    LedgerOptions options;
    options.is_recoverable = false;
    return options;
  }

  const KeyedHasher hasher_{"window bench"};
  const std::unique_ptr<Store> store_ = NewMemoryStore();
  std::shared_ptr<const RuleSet> rule_set_;
  LaneState lane_{store_.get(), Options(), &hasher_};
  Transaction transaction_;
  Leg leg_;
};

template <class Window>
void SumAndGreatest(benchmark::State& state) {
  const int64_t over_us = state.range(0) * kSecondUs;
  Window window(over_us);
  TwoStacks expected(over_us);
  Stream stream;
  for (int64_t i = 0; i < 2 * state.range(0); ++i) {
    const Item item = stream.Next();
    CHECK(window.Add(item) == expected.Add(item));  // before any time is taken
  }
  const AllocationCount allocations;
  for (auto _ : state) benchmark::DoNotOptimize(window.Add(stream.Next()));
  allocations.Report(&state);
}
BENCHMARK(SumAndGreatest<Naive>)->Arg(10)->Arg(100)->Arg(1'000)->Arg(10'000);
BENCHMARK(SumAndGreatest<TwoStacks>)->Arg(10)->Arg(100)->Arg(1'000)->Arg(10'000);
BENCHMARK(SumAndGreatest<Engine>)->Arg(10)->Arg(100)->Arg(1'000)->Arg(10'000);

}  // namespace
}  // namespace vigla
