// Every figure of every leg equals its definition, whatever is cached, evicted, written or lost.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <limits>

#include "engine/ledger/lane_state.h"
#include "engine/ledger/leg_log.h"
#include "engine/rule/order_key.h"
#include "tests/unit/ledger/feature_oracle.h"
#include "tests/unit/ledger/feature_specs.h"
#include "tests/unit/ledger/leg_stream.h"

namespace vigla {
namespace {

using testing::FeatureOracle;
using testing::FeatureSpec;
using testing::LegStream;

bool IsSame(const Value& a, const Value& b) {
  if (a.known != b.known || a.type != b.type) return false;
  if (!a.known) return true;
  switch (a.type) {
    case ValueType::kDecimal:
    case ValueType::kRatio:
    case ValueType::kMoney: return Compare(a.number, b.number) == 0;
    case ValueType::kString:
    case ValueType::kChannel: return a.text == b.text;
    case ValueType::kAccount: return a.hash == b.hash;
    default: return a.integer == b.integer;
  }
}

std::string Text(const Value& value) { return FormatValue(value, *CurrencyCode::Parse("EUR")); }

RecordedSince SinceEver(const RuleSet& rule_set) {
  RecordedSince since;
  since.kind.fill(EventTime::Min());
  for (size_t kind = 0; kind < since.column.size(); ++kind) {
    since.column[kind].assign(rule_set.extra_columns[kind].size(), EventTime::Min());
  }
  return since;
}

// How a lane is treated while legs go through it; none of it may show in any figure.
struct Treatment {
  size_t cache_bytes_max = size_t{1} << 30;
  int write_one_in = 0;  // legs; 0: never
  int write_ahead_one_in = 0;
  int crash_one_in = 0;
  bool on_disk = false;
  bool looks_ahead = false;
  size_t write_back_bytes_max = 4 << 20;
  size_t leg_log_bytes_max = 4 << 20;
  size_t series_entries_max = 1024;
};

class Run {
 public:
  Run(uint64_t seed, const LegStream::Options& stream, const Treatment& treatment)
      : treatment_(treatment), stream_options_(stream), choices_(seed * 31 + 7),
        stream_(seed, stream, &hasher_), oracle_(stream.retention_us, stream.lateness_max_us) {
    options_.retention_us = stream.retention_us;
    options_.lateness_max_us = stream.lateness_max_us;
    options_.cache_bytes_max = treatment.cache_bytes_max;
    options_.write_back_bytes_max = treatment.write_back_bytes_max;
    options_.leg_log_bytes_max = treatment.leg_log_bytes_max;
    options_.series_entries_max = treatment.series_entries_max;
    directory_ = ::testing::TempDir() + "feature-property-" + std::to_string(::getpid());
    if (treatment.on_disk) {
      auto opened = OpenRocksStore(directory_, 1 << 20);
      EXPECT_TRUE(opened.ok()) << opened.status();
      store_ = *std::move(opened);
    } else {
      store_ = NewMemoryStore();
    }
    state_ = std::make_unique<LaneState>(store_.get(), options_, &hasher_);
  }
  ~Run() {
    state_.reset();
    store_.reset();
    std::filesystem::remove_all(directory_);
  }

  void Activate(std::vector<FeatureSpec> specs) {
    LoadOptions load;
    load.base_currency = *CurrencyCode::Parse("EUR");
    load.hasher = &hasher_;
    load.retention_us = options_.retention_us;
    load.lateness_max_us = options_.lateness_max_us;
    // An activation comes between epochs: a crash applies no leg again under another rule set.
    while (!unsaved_.empty()) WriteBack(/*all=*/false);
    specs_ = std::move(specs);
    indices_.clear();
    const std::shared_ptr<const RuleSet> before = rule_set_;
    rule_set_ = LoadSpecs(specs_, load, &indices_);
    ASSERT_NE(rule_set_, nullptr);
    ASSERT_EQ(indices_.size(), specs_.size());
    since_ = SinceEver(*rule_set_);
    if (before != nullptr) WaitForNewColumns(*before);
    state_->SetRuleSet(rule_set_, since_);
  }

  void Transactions(int count) {
    for (int i = 0; i < count && !::testing::Test::HasFailure(); ++i) {
      const std::vector<Leg> legs = stream_.Next();
      if (treatment_.looks_ahead) {
        ASSERT_TRUE(state_->LookAhead(legs).ok());
      }
      for (const Leg& leg : legs) {
        oracle_.Add(leg);
        newest_ = std::max(newest_, leg.time());
        JudgeLeg(leg);
        applied_ = leg.sequence;
        unsaved_.push_back(leg);
        if (OneIn(treatment_.write_ahead_one_in)) state_->WriteAhead(2);
      }
      // Between transactions: that is where epochs end.
      if (OneIn(treatment_.write_one_in)) WriteBack(/*all=*/OneIn(2));
      while (state_->IsOverBound()) WriteBack(/*all=*/true);
      if (OneIn(treatment_.crash_one_in)) Crash();
    }
  }

  void WriteBack(bool all) {
    ++ticket_;
    pending_.push_back({ticket_, applied_, state_->TakeWriteBack(ticket_, all)});
    if (OneIn(3) && !state_->IsOverBound()) return;  // several may be on their way
    for (Pending& pending : pending_) {
      struct WriteBack& write = pending.write;
      std::vector<std::string> legs;
      if (!write.leg_log.empty()) legs.push_back(std::move(write.leg_log));
      log_.Advance(pending.last, std::move(legs), write.first_unsaved, &write.batch);
      ASSERT_TRUE(store_->Write(write.batch, false).ok());
      state_->Written(pending.ticket);
      std::erase_if(unsaved_, [&](const Leg& leg) { return leg.sequence <= pending.last; });
    }
    pending_.clear();
  }

  // What was not written is lost and applied again, with the same figures.
  void Crash() {
    state_ = std::make_unique<LaneState>(store_.get(), options_, &hasher_);
    pending_.clear();
    const auto log = ReadLegLog(store_.get());
    ASSERT_TRUE(log.ok()) << log.status();
    log_ = LegLogTail(*log);
    const absl::Status recovered = state_->Recover(
        *log, nullptr, [&](const StoreBatch& images) { return store_->Write(images, false); });
    ASSERT_TRUE(recovered.ok()) << recovered;
    state_->SetRuleSet(rule_set_, since_);
    for (const Leg& leg : unsaved_) {
      LegFigures figures;
      const auto outcome = state_->Apply(leg, &figures);
      ASSERT_TRUE(outcome.ok()) << outcome.status();
    }
    while (state_->IsOverBound()) WriteBack(/*all=*/true);
  }

  Digest FinalDigest() {
    const auto lane = state_->LogicalDigest();
    EXPECT_TRUE(lane.ok()) << lane.status();
    while (WriteBack(/*all=*/true), !pending_.empty()) {
    }
    const auto stored = StoredLogicalDigest(store_.get(), hasher_, options_.retention_us);
    EXPECT_TRUE(stored.ok()) << stored.status();
    EXPECT_EQ(lane->Hex(), stored->Hex());
    return *lane;
  }
  uint64_t evictions() const { return state_->evictions(); }

  int64_t bounds_checked() const { return bounds_checked_; }
  // Of figures that are unknown, and of those that are known.
  std::array<int64_t, 2> below_checked() const { return below_checked_; }

 private:
  bool OneIn(int count) {
    return count > 0 && choices_() % static_cast<uint64_t>(count) == 0;
  }

  // Columns that the set before did not ask for are on record from the newest event on.
  void WaitForNewColumns(const RuleSet& before) {
    for (size_t kind = 0; kind < since_.column.size(); ++kind) {
      for (size_t i = 0; i < since_.column[kind].size(); ++i) {
        const FieldRef field = rule_set_->extra_columns[kind][i];
        const std::vector<FieldRef>& had = before.extra_columns[kind];
        if (std::find(had.begin(), had.end(), field) != had.end()) continue;
        since_.column[kind][i] = newest_;
        for (size_t s = 0; s < specs_.size(); ++s) {
          const Feature& feature = rule_set_->features[static_cast<size_t>(indices_[s])];
          const std::vector<FieldRef>& reads = feature.extra_columns;
          if (static_cast<size_t>(feature.on) == kind &&
              std::find(reads.begin(), reads.end(), field) != reads.end()) {
            specs_[s].known_from = newest_ + feature.over_us;
          }
        }
      }
    }
  }

  void JudgeLeg(const Leg& leg) {
    LegFigures figures;
    const auto outcome = state_->Apply(leg, &figures);
    ASSERT_TRUE(outcome.ok()) << outcome.status();
    ASSERT_EQ(*outcome, oracle_.IsTooLate(leg)   ? ApplyOutcome::kTooLate
                        : oracle_.IsLate(leg)    ? ApplyOutcome::kLate
                                                 : ApplyOutcome::kApplied);
    for (size_t i = 0; i < specs_.size(); ++i) {
      const FeatureSpec& spec = specs_[i];
      if (spec.on != leg.subject_kind || OneIn(4)) continue;  // features are read lazily
      const Feature& feature = rule_set_->features[static_cast<size_t>(indices_[i])];
      const Value expected = oracle_.Figure(spec, leg, feature.type);
      // Keys may be asked for before values or after, or both before other features' values.
      if (OneIn(2)) CheckBelow(feature, expected, indices_[i], &figures);
      const bool asks_key_first = OneIn(2);
      if (asks_key_first) CheckKey(spec, expected, indices_[i], &figures);
      const Value figure = figures.Feature(indices_[i]);
      if (!asks_key_first) CheckKey(spec, expected, indices_[i], &figures);
      CheckBound(feature, expected, &figures);
      CheckBelow(feature, expected, indices_[i], &figures);
      ASSERT_TRUE(IsSame(figure, expected))
          << spec.yaml << "\nis " << Text(figure) << ", not " << Text(expected) << "\nsequence "
          << leg.sequence.value << ", outcome " << static_cast<int>(*outcome);
      if (!spec.ever && OneIn(20)) CheckEntries(spec, leg, indices_[i], &figures);
    }
    ASSERT_TRUE(state_->status().ok()) << state_->status();
  }

  // What the key says of the figure's place among others.
  void CheckKey(const FeatureSpec& spec, const Value& expected, int index, LegFigures* figures) {
    const ValueType manner = MannerOf(expected.type);
    const FigureKey key = figures->KeyOfFeature(index, manner);
    if (manner != ValueType::kInt && manner != ValueType::kDecimal) return;
    const FigureKey own = KeyOfFigureValue(expected, manner);
    ASSERT_EQ(key.state == KeyState::kUnknown, !expected.known) << spec.yaml;
    ASSERT_EQ(key.key, own.key) << spec.yaml;
    if (!key.is_exact()) return;
    if (manner == ValueType::kInt) {
      ASSERT_EQ(key.key, expected.integer) << spec.yaml;
    } else {
      const Number exact = Number::Scaled(key.key, kOrderKeyDigits);
      ASSERT_TRUE(Compare(exact, expected.number) == 0) << spec.yaml;
    }
  }

  // A bound must be no less than any figure, nor be there where a figure is unknown.
  void CheckBound(const Feature& feature, const Value& expected, LegFigures* figures) {
    const bool is_count = feature.aggregate == Aggregate::kCount ||
                          feature.aggregate == Aggregate::kDistinct;
    const bool is_sum = feature.aggregate == Aggregate::kSum && feature.of->id == field::kAmount;
    if (feature.ever || !feature.per.empty() || (!is_count && !is_sum)) return;
    const ValueType manner = is_count ? ValueType::kInt : ValueType::kDecimal;
    const FigureKey bound = figures->KeyOfBound(feature.directions, manner);
    if (bound.state == KeyState::kUnknown) return;
    ASSERT_TRUE(expected.known) << feature.canonical;
    ASSERT_LE(KeyOfFigureValue(expected, manner).key, bound.key) << feature.canonical;
    ++bounds_checked_;
  }

  // What is said without making the figure must be so of it.
  void CheckBelow(const Feature& feature, const Value& expected, int index, LegFigures* figures) {
    if (!HasLargestAmount(feature)) return;
    int64_t key = std::numeric_limits<int64_t>::max();
    if (expected.known && !OneIn(3)) {
      key = KeyOfFigureValue(expected, ValueType::kDecimal).key + (OneIn(2) ? 1 : 0);
    }
    const KeyState state = figures->StateBelow(index, key);
    if (state == KeyState::kWithoutKey) return;
    ASSERT_EQ(state == KeyState::kExact, expected.known) << feature.canonical;
    ++below_checked_[expected.known ? 1 : 0];
    if (!expected.known) return;
    const Number exact = Number::Scaled(key, kOrderKeyDigits);
    ASSERT_TRUE(Compare(expected.number, exact) < 0) << feature.canonical;
  }

  void CheckEntries(const FeatureSpec& spec, const Leg& leg, int index, LegFigures* figures) {
    const auto expected = oracle_.Entries(spec, leg, /*with_where=*/true);
    int64_t total = -1, without_rate = -1;
    const int most = 5;
    const std::vector<Entry> entries =
        figures->FeatureEntries(index, most, &total, &without_rate);
    if (!expected) {
      ASSERT_EQ(total, 0);
      return;
    }
    ASSERT_EQ(total, static_cast<int64_t>(expected->size())) << spec.yaml;
    ASSERT_EQ(without_rate, std::count_if(expected->begin(), expected->end(),
                                          [](const Leg& e) { return !e.has_base_amount; }));
    ASSERT_EQ(entries.size(), std::min<size_t>(most, expected->size()));
    for (size_t i = 0; i < entries.size(); ++i) {
      const Leg& leg = (*expected)[expected->size() - entries.size() + i];
      ASSERT_EQ(entries[i].sequence, leg.sequence);
      ASSERT_EQ(entries[i].time, leg.time());
      ASSERT_EQ(entries[i].direction, leg.direction);
      ASSERT_EQ(entries[i].amount, leg.transaction->amount);
      ASSERT_EQ(entries[i].counterparty, leg.Other().account_hash);
    }
  }

  const Treatment treatment_;
  const LegStream::Options stream_options_;
  std::mt19937_64 choices_;
  const KeyedHasher hasher_{"feature property"};
  LedgerOptions options_;
  LegStream stream_;
  FeatureOracle oracle_;
  std::string directory_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<LaneState> state_;
  std::vector<FeatureSpec> specs_;
  std::vector<int> indices_;
  std::shared_ptr<const RuleSet> rule_set_;
  RecordedSince since_;
  EventTime newest_ = EventTime::Min();
  std::vector<Leg> unsaved_;
  struct Pending {
    uint64_t ticket = 0;
    Sequence last;  // of its epoch
    struct WriteBack write;
  };
  std::vector<Pending> pending_;
  LegLogTail log_;
  int64_t bounds_checked_ = 0;
  std::array<int64_t, 2> below_checked_{};
  Sequence applied_;
  uint64_t ticket_ = kFirstLiveTicket;
};

std::vector<FeatureSpec> MakeSpecs(uint64_t seed, int count) {
  testing::SpecMaker maker(seed);
  std::vector<FeatureSpec> specs;
  for (int i = 0; i < count; ++i) specs.push_back(maker.Next());
  return specs;
}

Digest RunOnce(uint64_t seed, const LegStream::Options& stream, const Treatment& treatment) {
  Run run(seed, stream, treatment);
  run.Activate(MakeSpecs(seed, 25));
  run.Transactions(120);
  // A rule loaded later is as if it had always been there.
  run.Activate(MakeSpecs(seed + 1000, 25));
  run.Transactions(120);
  return run.FinalDigest();
}

// Some with more entries than a running series keeps.
void RunSeries(uint64_t seed, const LegStream::Options& stream) {
  Treatment treatment;
  if (seed % 4 == 1) treatment.series_entries_max = 50;
  Run run(seed, stream, treatment);
  testing::SpecMaker maker(seed);
  for (int set = 0; set < 4; ++set) {
    run.Activate(maker.Series());
    run.Transactions(80);
  }
  EXPECT_GT(run.bounds_checked(), 100);
  EXPECT_GT(run.below_checked()[0], 10);
  EXPECT_GT(run.below_checked()[1], 10);
}

class FeatureProperty : public ::testing::TestWithParam<uint64_t> {};

TEST_P(FeatureProperty, EveryFigureIsItsDefinition) {
  LegStream::Options stream;
  stream.may_jump = GetParam() % 2 == 0;
  if (GetParam() % 3 == 0) stream.step_us = 20 * kSecondUs;
  RunOnce(GetParam(), stream, {});
}

TEST_P(FeatureProperty, EveryFigureOfASeriesIsItsDefinition) {
  LegStream::Options stream;
  stream.may_jump = GetParam() % 2 == 0;
  if (GetParam() % 3 == 0) stream.step_us = 20 * kSecondUs;
  RunSeries(GetParam(), stream);
}

TEST_P(FeatureProperty, TreatmentShowsNowhere) {
  LegStream::Options stream;
  if (GetParam() % 2 == 0) stream.step_us = kMinuteUs;
  const Digest plain = RunOnce(GetParam(), stream, {});
  Treatment tiny;
  tiny.cache_bytes_max = 1;
  EXPECT_EQ(RunOnce(GetParam(), stream, tiny).Hex(), plain.Hex());
  Treatment written;
  written.write_one_in = 7;
  written.write_ahead_one_in = 3;
  written.write_back_bytes_max = 1000;
  written.leg_log_bytes_max = GetParam() % 3 * 700;
  written.looks_ahead = true;
  written.cache_bytes_max = 60'000;
  EXPECT_EQ(RunOnce(GetParam(), stream, written).Hex(), plain.Hex());
  Treatment crashing = written;
  crashing.crash_one_in = 25;
  EXPECT_EQ(RunOnce(GetParam(), stream, crashing).Hex(), plain.Hex());
  crashing.on_disk = true;
  EXPECT_EQ(RunOnce(GetParam(), stream, crashing).Hex(), plain.Hex());
}

INSTANTIATE_TEST_SUITE_P(Seeds, FeatureProperty, ::testing::Range<uint64_t>(0, 10));

}  // namespace
}  // namespace vigla
