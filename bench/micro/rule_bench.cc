// What it costs to find the rules that match a leg, by the number of rules: by the index, and by
// asking one rule after the other. `Match` reads figures that are there already, `Leg` those of a
// real ledger, which computes each when it is first asked for. See bench/README.md.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "bench/micro/allocations.h"
#include "engine/ledger/lane_state.h"
#include "engine/model/decoder.h"
#include "engine/pipeline/leg_reader.h"
#include "engine/rule/loader.h"
#include "engine/rule/rule_matcher.h"

namespace vigla {
namespace {

enum Mix { kRealistic, kAllMatch };
enum Way { kIndexed, kOneByOne };

constexpr const char* kKinds[] = {"credit_transfer", "card_payment", "instant_transfer",
                                  "direct_debit", "cash_deposit", "cash_withdrawal", "cheque",
                                  "salary", "refund", "currency_exchange"};
constexpr const char* kChannels[] = {"online", "mobile", "card", "pos", "atm", "branch", "wire"};
constexpr const char* kCountries[] = {"DE", "FR", "NL", "GB", "US", "CH", "ES", "IT", "PL", "TR",
                                      "AE", "CY", "MT", "PA", "VG", "KY", "NG", "RU", "IR", "MM"};
constexpr const char* kWindows[] = {"10m", "1h", "6h", "24h", "3d", "7d", "30d", "90d"};
constexpr const char* kWheres[] = {"", "kind == cash_deposit", "amount >= money(\"1000 EUR\")",
                                   "channel == \"atm\"", "kind == instant_transfer"};
constexpr int kCategories = 80;

const KeyedHasher& Hasher() {
  static const KeyedHasher hasher("rule bench");
  return hasher;
}

class Random {
 public:
  explicit Random(uint64_t seed) : bits_(seed) {}
  int Below(int end) { return static_cast<int>(bits_() % static_cast<uint64_t>(end)); }
  bool Is(int percent) { return Below(100) < percent; }
  double Normal() { return normal_(bits_); }
  // Early places are drawn more often, as a bank's kinds and channels are.
  int Skewed(int end) { return std::min(Below(end), Below(end)); }

 private:
  std::mt19937_64 bits_;
  std::normal_distribution<double> normal_;
};

// Feature i of a pool: count, sum, distinct and mean, over windows, directions and conditions.
std::string FeatureText(int i) {
  const std::string window = kWindows[i / 4 % 8];
  const std::string direction = i / 32 % 2 == 0 ? "debits" : "credits";
  const std::string where = kWheres[i / 64 % 5];
  static constexpr const char* kForms[] = {"count: ", "sum: amount, of: ",
                                           "distinct: counterparty, of: ", "mean: amount, of: "};
  return "{" + (kForms[i % 4] + direction) + ", over: " + window +
         (where.empty() ? "" : ", where: '" + where + "'") + ", status: any}";
}
bool IsMoney(int feature) { return feature % 2 == 1; }

std::string Euros(double amount) {
  return "money(\"" + std::to_string(static_cast<int64_t>(amount)) + " EUR\")";
}
std::string Name(int feature) { return "f" + std::to_string(feature); }

std::string LimitOn(int feature, Random* random) {
  const int window = feature / 4 % 8;
  if (!IsMoney(feature)) {
    return Name(feature) + " >= " + std::to_string(4 + window * 3 + random->Below(30));
  }
  return Name(feature) + " >= " + Euros(3000 * (1 + window) * std::exp(random->Normal()));
}

std::string Gate(Random* random) {
  const auto country = [&] { return '"' + std::string(kCountries[random->Below(20)]) + '"'; };
  const auto countries = [&] {
    return "[" + country() + ", " + country() + ", " + country() + "]";
  };
  switch (random->Below(12)) {
    case 0:
    case 1:
    case 2: return std::string("kind == ") + kKinds[random->Skewed(10)];
    case 3:
    case 4: return std::string("channel == \"") + kChannels[random->Skewed(7)] + "\"";
    case 5:
    case 6: return "country in " + countries();
    case 7: return "counterparty == \"W" + std::to_string(random->Below(2000)) + "\"";
    case 8: return "merchant.category == \"" + std::to_string(random->Below(kCategories)) + "\"";
    case 9:
      return "(debtor.country in " + countries() + " || creditor.country in " + countries() + ")";
    case 10: return "counterparty in watched";
    default: return "startsWith(remittance, \"" + std::to_string(random->Below(50)) + "\")";
  }
}

// Most rules ask for a sort of payment, an amount and a figure; one in ten for less.
std::string RealisticRule(int features, Random* random) {
  std::vector<std::string> parts;
  if (random->Is(85)) parts.push_back(Gate(random));
  if (random->Is(40)) parts.push_back(Gate(random));
  if (random->Is(75)) {
    parts.push_back("amount >= " + Euros(2000 * std::exp(1.2 * random->Normal())));
  }
  const int feature = random->Below(features);
  if (random->Is(85) || parts.empty()) parts.push_back(LimitOn(feature, random));
  if (random->Is(20)) parts.push_back(LimitOn(random->Below(features), random));
  if (random->Is(10)) {
    const int money = feature | 1;
    parts.push_back("amount * 3 >= " + Name(money < features ? money : 1));
  }
  std::string condition = parts[0];
  for (size_t i = 1; i < parts.size(); ++i) condition += " && " + parts[i];
  return condition;
}

std::string AllMatchRule(int i, int features) {
  const int feature = i % features;
  return "amount >= money(\"0.0" + std::to_string(1 + i % 9) + " EUR\") && " + Name(feature) +
         (IsMoney(feature) ? " >= money(\"0 EUR\")" : " >= 0");
}

// In packs of 500 rules, each of which declares the features that it uses.
std::shared_ptr<const RuleSet> LoadRules(Mix mix, int rules) {
  const int features = 60 + rules / 50;
  Random random(1);
  const auto folder = std::filesystem::temp_directory_path() /
                      ("rule-bench-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  for (int first = 0; first < rules; first += 500) {
    std::string text;
    for (int i = first; i < std::min(rules, first + 500); ++i) {
      const std::string condition =
          mix == kRealistic ? RealisticRule(features, &random) : AllMatchRule(i, features);
      text += "  - {rule: r" + std::to_string(100'000 + i) + ", title: t, subject: debtor, " +
              "severity: low, score: 1, reason: r, when: '" + condition + "'}\n";
    }
    std::string declared;
    for (int i = 0; i < features; ++i) {
      const bool is_used = text.find(Name(i) + " ") != std::string::npos ||
                           text.find(Name(i) + "'") != std::string::npos;
      if (is_used) {
        declared += "  " + Name(i) + ": " + FeatureText(i) + "\n";
      }
    }
    const std::string name = "p" + std::to_string(first);
    std::ofstream(folder / (name + ".yaml"))
        << "pack: " << name << "\nversion: 1\nowner: a@b.example\nabout: a\n"
        << "lists:\n  watched: {of: account, items: [W1, W2, W3]}\nfeatures:\n" << declared
        << "rules:\n" << text;
  }
  LoadOptions options;
  options.base_currency = *CurrencyCode::Parse("EUR");
  options.hasher = &Hasher();
  Diagnostics diagnostics;
  auto rule_set = LoadRuleSet({folder.string()}, options, &diagnostics);
  std::filesystem::remove_all(folder);
  if (rule_set == nullptr) {
    for (const Diagnostic& finding : diagnostics.all()) {
      if (finding.severity == Severity::kError) std::fputs(finding.message.c_str(), stderr);
    }
    std::abort();
  }
  return rule_set;
}

std::shared_ptr<const RuleSet> RulesOf(Mix mix, int rules) {
  static std::map<std::pair<Mix, int>, std::shared_ptr<const RuleSet>> loaded;
  auto& rule_set = loaded[{mix, rules}];
  if (rule_set == nullptr) rule_set = LoadRules(mix, rules);
  return rule_set;
}

// Transactions as a bank sees them: most are small, online and at home.
class Payments {
 public:
  Payments() {
    for (int i = 0; i < 5000; ++i) names_.push_back((i < 2000 ? "W" : "A") + std::to_string(i));
    for (int i = 0; i < kCategories; ++i) categories_.push_back(std::to_string(i));
    for (const std::string& name : names_) {
      constexpr auto kKind = static_cast<uint8_t>(SubjectKind::kAccount);
      hashes_.push_back(IdentityHash(Hasher(), kKind, "", name));
    }
  }

  // The next debit or credit of a random account of `accounts`; valid until the next call.
  const Leg& Next(int accounts, DurationUs step_us, Direction direction) {
    const auto own = static_cast<size_t>(random_.Below(accounts));
    const auto other = static_cast<size_t>(random_.Below(5000));
    time_.us += step_us;
    details_ = {};
    if (random_.Is(30)) details_.merchant_category = categories_[random_.Below(kCategories)];
    if (random_.Is(50)) details_.remittance = categories_[random_.Below(kCategories)];
    transaction_.details = &details_;
    transaction_.time = time_;
    transaction_.kind = *ParseKind(kKinds[std::min(random_.Skewed(10), random_.Skewed(10))]);
    transaction_.channel = kChannels[random_.Skewed(7)];
    transaction_.currency = *CurrencyCode::Parse("EUR");
    const double amount = 1 + 120 * std::exp(1.5 * random_.Normal());
    transaction_.amount.ten_thousandths = static_cast<int64_t>(amount * 100) * 100;
    const bool is_debit = direction == Direction::kDebit;
    transaction_.debtor = Side(is_debit ? own : other);
    transaction_.creditor = Side(is_debit ? other : own);
    leg_.transaction = &transaction_;
    leg_.direction = direction;
    leg_.order = is_debit ? LegOrder::kDebtorAccount : LegOrder::kCreditorAccount;
    ++leg_.sequence.value;
    leg_.subject_id = names_[own];
    leg_.subject_hash = hashes_[own];
    leg_.base_amount.micros = transaction_.amount.ten_thousandths * 100;
    leg_.has_base_amount = true;
    return leg_;
  }
  Random& random() { return random_; }

 private:
  Party Side(size_t account) {
    Party party;
    party.account = names_[account];
    party.account_hash = hashes_[account];
    if (random_.Is(80)) {
      const int country = std::min(random_.Skewed(20), random_.Skewed(20));
      party.country = *CountryCode::Parse(kCountries[country]);
    }
    return party;
  }

  std::vector<std::string> names_, categories_;
  std::vector<Hash128> hashes_;
  Random random_{7};
  EventTime time_{1'700'000'000 * kSecondUs};
  TransactionDetails details_;
  Transaction transaction_;
  Leg leg_;
};

// A leg with its figures: counts and micro-units, from which values are made as they are read. So
// many legs' whole values would not fit into a cache, where a leg's own figures always are.
struct DrawnLeg {
  Transaction transaction;
  TransactionDetails details;
  Leg leg;
  std::vector<int64_t> figures;
};

class DrawnReader {
 public:
  DrawnReader(const DrawnLeg& drawn, const std::vector<ValueType>& types, const RuleSet& rule_set)
      : drawn_(drawn), types_(types), rule_set_(rule_set) {}
  Value Field(FieldRef field) const { return ReadField(drawn_.leg, field, rule_set_); }
  Value ThisField(FieldRef field) const { return Field(field); }
  Value Feature(int index) const {
    const int64_t figure = drawn_.figures[static_cast<size_t>(index)];
    return types_[static_cast<size_t>(index)] == ValueType::kInt
               ? Value::Int(figure)
               : Value::Money(BaseAmount{figure});
  }
  EventTime MoneyTime() const { return drawn_.leg.time(); }

 private:
  const DrawnLeg& drawn_;
  const std::vector<ValueType>& types_;  // of features
  const RuleSet& rule_set_;
};

std::vector<DrawnLeg> DrawLegs(const RuleSet& rule_set, Payments* payments) {
  constexpr int kDrawn = 1000;
  std::vector<DrawnLeg> legs(kDrawn);
  for (DrawnLeg& drawn : legs) {
    drawn.leg = payments->Next(5000, kSecondUs, Direction::kDebit);
    drawn.transaction = *drawn.leg.transaction;
    drawn.details = *drawn.transaction.details;
    drawn.transaction.details = &drawn.details;
    drawn.leg.transaction = &drawn.transaction;
    const double activity = std::exp(payments->random().Normal());
    for (const Feature& feature : rule_set.features) {
      const double days = static_cast<double>(feature.over_us) / static_cast<double>(kDayUs);
      const double entries =
          activity * std::sqrt(days) * (feature.where ? 0.3 : 1.0) + payments->random().Below(2);
      drawn.figures.push_back(static_cast<int64_t>(
          feature.type == ValueType::kInt ? entries : entries * 250'000'000));
    }
  }
  return legs;
}

using Matches = std::vector<std::pair<int, Truth>>;

// Both ways to the rules that are true or unknown; the second is the definition.
class Finder {
 public:
  explicit Finder(const RuleSet& rule_set) : rule_set_(rule_set) {
    matcher_.SetRuleSet(rule_set);
    found_.reserve(rule_set.rules.size());
  }
  template <class Reader>
  const Matches& Find(Way way, Reader& reader) {
    found_.clear();
    if (way == kIndexed) {
      FindByIndex(reader);
    } else {
      FindOneByOne(reader);
    }
    return found_;
  }

 private:
  static constexpr auto kKind = static_cast<size_t>(SubjectKind::kAccount);
  static constexpr auto kOrder = static_cast<size_t>(LegOrder::kDebtorAccount);

  // Not inlined, so that a profile can tell the two apart.
  template <class Reader>
  [[gnu::noinline]] void FindByIndex(Reader& reader) {
    matcher_.Match(rule_set_.index->leg[kKind][kOrder].always, reader);
    matcher_.ForEach([this](int rule, Truth truth) { found_.emplace_back(rule, truth); });
  }
  template <class Reader>
  [[gnu::noinline]] void FindOneByOne(Reader& reader) {
    for (int rule : rule_set_.rules_of_leg[kKind][kOrder]) {
      const Program& when = rule_set_.rules[static_cast<size_t>(rule)].when;
      const Truth truth = EvaluateTruth(when, rule_set_, reader);
      if (truth != Truth::kFalse) found_.emplace_back(rule, truth);
    }
  }

  const RuleSet& rule_set_;
  RuleMatcher matcher_;
  Matches found_;
};

template <class Reader>
size_t CheckedMatches(Finder* finder, Reader& reader) {
  Matches indexed = finder->Find(kIndexed, reader);
  std::sort(indexed.begin(), indexed.end());
  if (indexed != finder->Find(kOneByOne, reader)) {
    std::fputs("the index finds other rules than there are\n", stderr);
    std::abort();
  }
  size_t matches = 0;
  for (const auto& [rule, truth] : indexed) matches += truth == Truth::kTrue;
  return matches;
}

void Match(benchmark::State& state, Mix mix, Way way) {
  const auto rule_set = RulesOf(mix, static_cast<int>(state.range(0)));
  Payments payments;
  const std::vector<DrawnLeg> legs = DrawLegs(*rule_set, &payments);
  std::vector<ValueType> types;
  for (const Feature& feature : rule_set->features) types.push_back(feature.type);
  Finder finder(*rule_set);
  size_t matches = 0;
  for (const DrawnLeg& leg : legs) {
    DrawnReader reader(leg, types, *rule_set);
    matches += CheckedMatches(&finder, reader);
  }
  size_t next = 0;
  const AllocationCount allocations;
  for (auto _ : state) {
    DrawnReader reader(legs[next], types, *rule_set);
    benchmark::DoNotOptimize(finder.Find(way, reader).data());
    if (++next == legs.size()) next = 0;
  }
  allocations.Report(&state);
  state.counters["matched"] = static_cast<double>(matches) / static_cast<double>(legs.size());
  state.counters["features"] = static_cast<double>(rule_set->features.size());
  state.counters["index_kib"] = static_cast<double>(rule_set->index->HeapBytes()) / 1024;
}

// A debit from its application to the rules that match, without their alerts. Each account has a
// ledger of a hundred days, in which one entry in four is a credit.
void WholeLeg(benchmark::State& state, Mix mix, Way way) {
  constexpr int kAccounts = 2000;
  const auto rule_set = RulesOf(mix, static_cast<int>(state.range(0)));
  const auto store = NewMemoryStore();
  LaneState lane(store.get(), {}, &Hasher());
  RecordedSince since;
  since.kind.fill(EventTime::Min());
  lane.SetRuleSet(rule_set, since);
  Payments payments;
  Finder finder(*rule_set);
  const auto apply = [&](Direction direction, LegFigures* figures) -> const Leg& {
    constexpr DurationUs kStepUs = 40 * kSecondUs;  // an account's every 22 hours
    const Leg& leg = payments.Next(kAccounts, kStepUs, direction);
    if (!lane.Apply(leg, figures).ok()) std::abort();
    return leg;
  };
  size_t matches = 0;
  constexpr int kBefore = kAccounts * 110;
  for (int i = 0; i < kBefore; ++i) {
    LegFigures figures;
    const bool is_checked = i >= kBefore - 1000;
    const bool is_debit = is_checked || payments.random().Is(75);
    const Leg& leg = apply(is_debit ? Direction::kDebit : Direction::kCredit, &figures);
    if (!is_checked) continue;
    LegReader reader(leg, *rule_set, &figures);
    matches += CheckedMatches(&finder, reader);
  }
  const AllocationCount allocations;
  for (auto _ : state) {
    LegFigures figures;
    LegReader reader(apply(Direction::kDebit, &figures), *rule_set, &figures);
    benchmark::DoNotOptimize(finder.Find(way, reader).data());
  }
  allocations.Report(&state);
  state.counters["matched"] = static_cast<double>(matches) / 1000;
}

// From YAML to a rule set with its index.
void Load(benchmark::State& state) {
  for (auto _ : state) {
    benchmark::DoNotOptimize(LoadRules(kRealistic, static_cast<int>(state.range(0))));
  }
}

#define VIGLA_SWEEP(NAME) \
  NAME->Arg(1)->Arg(20)->Arg(100)->Arg(1000)->Arg(10'000)->Unit(benchmark::kNanosecond)

// Ledgers grow as legs are applied: so many for each number of rules.
constexpr int kLegs = 50'000;

VIGLA_SWEEP(BENCHMARK_CAPTURE(Match, realistic/index, kRealistic, kIndexed));
VIGLA_SWEEP(BENCHMARK_CAPTURE(Match, realistic/one_by_one, kRealistic, kOneByOne));
VIGLA_SWEEP(BENCHMARK_CAPTURE(Match, all_match/index, kAllMatch, kIndexed));
VIGLA_SWEEP(BENCHMARK_CAPTURE(Match, all_match/one_by_one, kAllMatch, kOneByOne));
VIGLA_SWEEP(BENCHMARK_CAPTURE(WholeLeg, realistic/index, kRealistic, kIndexed)->Iterations(kLegs));
VIGLA_SWEEP(
    BENCHMARK_CAPTURE(WholeLeg, realistic/one_by_one, kRealistic, kOneByOne)->Iterations(kLegs));
BENCHMARK(Load)->Arg(100)->Arg(1000)->Arg(10'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace vigla
