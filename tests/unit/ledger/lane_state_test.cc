// What a lane promises beside its figures: identity, folding, recovery, bounds, failures.
#include "engine/ledger/lane_state.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <deque>

#include "engine/ledger/store_key.h"
#include "engine/model/decoder.h"
#include "tests/unit/ledger/feature_specs.h"

namespace vigla {
namespace {

using testing::FeatureSpec;

// A store that can be told to fail.
class FailingStore final : public Store {
 public:
  absl::Status Get(std::string_view key, std::string* value) override {
    return fails ? absl::UnavailableError("disk gone") : inner->Get(key, value);
  }
  std::vector<absl::Status> MultiGet(const std::vector<std::string_view>& keys,
                                     std::vector<std::string>* values) override {
    return inner->MultiGet(keys, values);
  }
  absl::Status ScanBackward(std::string_view lower, std::string_view upper,
                            const std::function<bool(std::string_view, std::string_view)>& visit)
      override {
    return fails ? absl::UnavailableError("disk gone")
                 : inner->ScanBackward(lower, upper, visit);
  }
  absl::Status ScanForward(std::string_view lower, std::string_view upper,
                           const std::function<bool(std::string_view, std::string_view)>& visit)
      override {
    return inner->ScanForward(lower, upper, visit);
  }
  absl::Status Write(const StoreBatch& batch, bool sync) override {
    return inner->Write(batch, sync);
  }
  uint64_t DiskBytes() override { return 0; }
  uint64_t FreeBytes() override { return 0; }

  std::unique_ptr<Store> inner = NewMemoryStore();
  bool fails = false;
};

class LaneStateTest : public ::testing::Test {
 protected:
  static constexpr int kCount90d = 0, kCount1h = 1;

  void SetUp() override {
    std::vector<FeatureSpec> specs(2);
    specs[0].yaml = "{count: both, over: 90d}";
    specs[1].yaml = "{count: both, over: 1h}";
    LoadOptions load;
    load.base_currency = *CurrencyCode::Parse("EUR");
    load.hasher = &hasher_;
    rule_set_ = testing::LoadSpecs(specs, load, &indices_);
    ASSERT_NE(rule_set_, nullptr);
    Open({});
  }

  void Open(const LedgerOptions& options) {
    options_ = options;
    state_ = std::make_unique<LaneState>(&store_, options, &hasher_);
    RecordedSince since;
    since.kind.fill(EventTime::Min());
    state_->SetRuleSet(rule_set_, since);
  }

  Leg MakeLeg(std::string name, int64_t minute) {
    const std::string_view account = names_.emplace_back(std::move(name));
    Transaction& t = transactions_.emplace_back();
    t.time = EventTime{1'700'000'000 * kSecondUs} + minute * kMinuteUs;
    t.currency = *CurrencyCode::Parse("EUR");
    t.channel = "online";
    t.debtor.account = account;
    t.debtor.account_hash = hasher_.Hash(account);
    Leg leg;
    leg.transaction = &t;
    leg.sequence = {transactions_.size()};
    leg.subject_id = account;
    leg.subject_hash = t.debtor.account_hash;
    return leg;
  }
  ApplyOutcome Apply(const Leg& leg) {
    figures_ = LegFigures();
    judged_ = leg;  // figures refer to it
    const auto outcome = state_->Apply(judged_, &figures_);
    EXPECT_TRUE(outcome.ok()) << outcome.status();
    return outcome.value_or(ApplyOutcome::kAlreadyContained);
  }
  int64_t Figure(int feature) {
    const Value value = figures_.Feature(indices_[static_cast<size_t>(feature)]);
    return value.known ? value.integer : -1;
  }
  void WriteAll() {
    const WriteBack write = state_->TakeWriteBack(++epoch_, true);
    ASSERT_TRUE(store_.Write(write.batch, false).ok());
    state_->Written(epoch_);
  }
  int ChunksInStore() {
    int chunks = 0;
    EXPECT_TRUE(store_.ScanForward("C", "D", [&](std::string_view, std::string_view) {
      ++chunks;
      return true;
    }).ok());
    return chunks;
  }

  const KeyedHasher hasher_{"lane state"};
  FailingStore store_;
  std::shared_ptr<const RuleSet> rule_set_;
  std::vector<int> indices_;
  LedgerOptions options_;
  std::deque<Transaction> transactions_;
  std::deque<std::string> names_;
  std::unique_ptr<LaneState> state_;
  Leg judged_;
  LegFigures figures_;
  uint64_t epoch_ = 0;
};

TEST_F(LaneStateTest, SubjectsOfOneHashShareNothing) {
  Leg a = MakeLeg("A", 0), b = MakeLeg("B", 0), tenants_a = MakeLeg("A", 0);
  transactions_.back().tenant = "t";
  b.subject_hash = tenants_a.subject_hash = a.subject_hash;
  for (const Leg& leg : {a, b, tenants_a}) {
    EXPECT_EQ(Apply(leg), ApplyOutcome::kApplied);
    EXPECT_EQ(Figure(kCount90d), 1);
  }
  EXPECT_EQ(state_->subject_count(), 3u);
  WriteAll();
  Open({});
  a.sequence = {9};
  Apply(a);
  EXPECT_EQ(Figure(kCount90d), 2);
  EXPECT_EQ(InspectSubject(&store_, SubjectKind::kAccount, "t", "A")->all[0].count, 1);
  EXPECT_TRUE(
      absl::IsNotFound(InspectSubject(&store_, SubjectKind::kAccount, "u", "A").status()));
}

TEST_F(LaneStateTest, ContainedLegsAreNotAppliedAgain) {
  const Leg first = MakeLeg("A", 0), second = MakeLeg("A", 1);
  Apply(first);
  WriteAll();
  Open({});
  EXPECT_EQ(Apply(first), ApplyOutcome::kAlreadyContained);
  EXPECT_EQ(Apply(second), ApplyOutcome::kApplied);
  EXPECT_EQ(Figure(kCount90d), 2);
}

TEST_F(LaneStateTest, HandsOverTheOldestChangesFirst) {
  LedgerOptions options;
  options.write_back_bytes_max = 1;
  options.write_back_delay_epochs = 0;
  Open(options);
  for (int i = 0; i < 3; ++i) Apply(MakeLeg("A" + std::to_string(i), i));
  const WriteBack first = state_->TakeWriteBack(1, false);
  EXPECT_EQ(first.batch.operations.size(), 1u);
  EXPECT_EQ(first.first_unsaved, Sequence{2});
  const WriteBack second = state_->TakeWriteBack(2, false);
  EXPECT_EQ(second.first_unsaved, Sequence{3});
  const WriteBack rest = state_->TakeWriteBack(3, true);
  EXPECT_EQ(rest.first_unsaved, Sequence{UINT64_MAX});
  EXPECT_TRUE(state_->TakeWriteBack(4, true).batch.operations.empty());
}

TEST_F(LaneStateTest, YoungChangesWait) {
  LedgerOptions options;
  options.write_back_delay_epochs = 2;
  Open(options);
  Apply(MakeLeg("A", 0));
  EXPECT_EQ(state_->TakeWriteBack(1, false).first_unsaved, Sequence{1});
  Apply(MakeLeg("B", 0));
  EXPECT_TRUE(state_->TakeWriteBack(2, false).batch.operations.empty());
  EXPECT_EQ(state_->TakeWriteBack(3, false).first_unsaved, Sequence{2}) << "A's turn";
  EXPECT_EQ(state_->TakeWriteBack(4, false).batch.operations.size(), 1u) << "B's turn";
}

TEST_F(LaneStateTest, PinnedSubjectsStayUntilTheirImageIsWritten) {
  LedgerOptions options;
  options.cache_bytes_max = 1;
  Open(options);
  Apply(MakeLeg("A", 0));
  EXPECT_TRUE(state_->IsOverBound());
  const WriteBack first = state_->TakeWriteBack(1, true);
  EXPECT_EQ(state_->subject_count(), 1u) << "its image is not in the store yet";
  Apply(MakeLeg("A", 1));
  state_->Written(1);
  EXPECT_EQ(state_->subject_count(), 1u) << "it has changed since";
  const WriteBack second = state_->TakeWriteBack(2, true);
  ASSERT_TRUE(store_.Write(first.batch, false).ok());
  ASSERT_TRUE(store_.Write(second.batch, false).ok());
  state_->Written(2);
  EXPECT_EQ(state_->subject_count(), 0u);
  EXPECT_EQ(state_->cache_bytes(), 0u);
  EXPECT_FALSE(state_->IsOverBound());
  EXPECT_EQ(state_->evictions(), 1u);
  Apply(MakeLeg("A", 2));
  EXPECT_EQ(Figure(kCount1h), 3);
}

TEST_F(LaneStateTest, FoldsByTheNewestMarkInTheHalfOpenSpan) {
  const Hash128 rule{1, 1}, key{2, 2};
  auto add = [&](int64_t minute, uint64_t sequence, bool shadow) {
    Apply(MakeLeg("A", minute));
    FoldMark mark;
    mark.rule = rule;
    mark.key = key;
    mark.time = figures_.leg().time();
    mark.sequence = {sequence};
    mark.shadow = shadow;
    figures_.AddFold(mark);
  };
  add(0, 10, false);
  add(60, 11, false);
  add(60, 12, true);
  WriteAll();
  Open({});
  Apply(MakeLeg("A", 119));
  ASSERT_NE(figures_.FindFold(rule, key, false, kHourUs), nullptr);
  EXPECT_EQ(figures_.FindFold(rule, key, false, kHourUs)->sequence, Sequence{11});
  EXPECT_EQ(figures_.FindFold(rule, key, true, kHourUs)->sequence, Sequence{12});
  EXPECT_EQ(figures_.FindFold(rule, {}, false, kHourUs), nullptr);
  EXPECT_EQ(figures_.FindFold(key, key, false, kHourUs), nullptr);
  EXPECT_EQ(figures_.FindFold(rule, key, false, 59 * kMinuteUs), nullptr) << "(t - for, t]";
  // A late leg does not see alerts of later events.
  EXPECT_EQ(Apply(MakeLeg("A", 59)), ApplyOutcome::kLate);
  EXPECT_EQ(figures_.FindFold(rule, key, false, kHourUs)->sequence, Sequence{10});
}

TEST_F(LaneStateTest, ARejectedTransactionSeesNothing) {
  Apply(MakeLeg("A", 0));
  const Leg leg = MakeLeg("A", 1);
  state_->ReadOnly(leg, &figures_);
  EXPECT_EQ(Figure(kCount90d), -1);
  EXPECT_EQ(figures_.FindFold({1, 1}, {}, false, kHourUs), nullptr);
  Apply(MakeLeg("A", 2));
  EXPECT_EQ(Figure(kCount90d), 2);
}

TEST_F(LaneStateTest, ChunksBeyondRetentionGoFromTheStore) {
  LedgerOptions options;
  options.retention_us = 100 * kDayUs;
  Open(options);
  const int64_t day = 24 * 60;
  for (int i = 0; i < 400; ++i) {
    Apply(MakeLeg("A", i * day));
    if (i % 50 == 25) {
      WriteAll();
      Open(options);
    }
  }
  EXPECT_EQ(Figure(kCount90d), 90);
  WriteAll();
  EXPECT_LE(ChunksInStore(), 100 / 48 + 2);
  EXPECT_EQ(InspectSubject(&store_, SubjectKind::kAccount, "", "A")->all[0].count, 400);
}

// A busy subject is never idle, so that it can't be evicted: its old entries must go alone.
TEST_F(LaneStateTest, ABusySubjectDoesNotHoldAllOfItsEntriesInMemory) {
  LedgerOptions options;
  options.cache_bytes_max = 400'000;
  Open(options);
  WriteBack write;
  size_t most = 0;
  for (int i = 1; i <= 30'000; ++i) {  // 2.4 MB of entries, all in the window
    Leg leg = MakeLeg("A", i);
    leg.sequence = {static_cast<uint64_t>(i)};
    ASSERT_EQ(Apply(leg), ApplyOutcome::kApplied);
    if (i % 10 == 0) {
      ASSERT_EQ(Figure(kCount90d), i);
    }
    transactions_.clear();
    names_.clear();
    if (i % 100 != 0) continue;
    // The image of the epoch before is written only now, when there is a newer change.
    ASSERT_TRUE(store_.Write(write.batch, false).ok());
    state_->Written(epoch_);
    most = std::max(most, state_->cache_bytes());
    write = state_->TakeWriteBack(++epoch_, true);
  }
  EXPECT_LT(most, 500'000u);
}

TEST_F(LaneStateTest, AFailingStoreStopsTheLane) {
  for (int i = 0; i < 200; ++i) Apply(MakeLeg("A", i));
  WriteAll();
  Open({});
  Apply(MakeLeg("A", 200));
  store_.fails = true;
  EXPECT_EQ(Figure(kCount90d), -1) << "not a wrong figure";
  EXPECT_EQ(state_->status().code(), absl::StatusCode::kUnavailable);
  store_.fails = false;
  LegFigures figures;
  const Leg leg = MakeLeg("A", 201);
  EXPECT_FALSE(state_->Apply(leg, &figures).ok());
}

TEST_F(LaneStateTest, DamagedImagesAreRefused) {
  Apply(MakeLeg("A", 0));
  WriteAll();
  StoreBatch batch;
  batch.Put(RecordKey(SubjectKind::kAccount, "", "A"), "nonsense");
  ASSERT_TRUE(store_.Write(batch, false).ok());
  Open({});
  LegFigures figures;
  const Leg leg = MakeLeg("A", 1);
  EXPECT_EQ(state_->Apply(leg, &figures).status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(LaneStateTest, LanesDigestsAddUpToTheStores) {
  auto is_even = [](const Hash128& hash) { return hash.high % 2 == 0; };
  LaneState other(&store_, {}, &hasher_);
  RecordedSince since;
  since.kind.fill(EventTime::Min());
  other.SetRuleSet(rule_set_, since);
  for (int i = 0; i < 60; ++i) {
    Leg leg = MakeLeg("ACCOUNT" + std::to_string(i % 7), i);
    leg.subject_hash = IdentityHash(hasher_, 1, "", leg.subject_id);
    LegFigures figures;
    LaneState& lane = is_even(leg.subject_hash) ? *state_ : other;
    ASSERT_TRUE(lane.Apply(leg, &figures).ok());
  }
  auto sum = [&] {
    return AddDigests(*state_->LogicalDigest(is_even),
                      *other.LogicalDigest([&](const Hash128& h) { return !is_even(h); }));
  };
  const Digest before = sum();
  WriteAll();
  const WriteBack write = other.TakeWriteBack(1, true);
  ASSERT_TRUE(store_.Write(write.batch, false).ok());
  other.Written(1);
  EXPECT_EQ(sum().Hex(), before.Hex());
  EXPECT_EQ(StoredLogicalDigest(&store_, options_.retention_us)->Hex(), before.Hex());
}

TEST(Digests, AddModulo256Bits) {
  Digest a, b;
  a.bytes.fill(0xff);
  b.bytes[31] = 2;
  Digest one;
  one.bytes[31] = 1;
  EXPECT_EQ(AddDigests(a, b), one);
}

}  // namespace
}  // namespace vigla
