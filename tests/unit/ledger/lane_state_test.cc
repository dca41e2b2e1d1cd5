// What a lane promises beside its figures: identity, folding, recovery, bounds, failures.
#include "engine/ledger/lane_state.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <deque>

#include "engine/ledger/leg_log.h"
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
  absl::Status MultiGet(const std::vector<std::string_view>& keys,
                        std::vector<std::optional<std::string>>* values) override {
    return fails ? absl::UnavailableError("disk gone") : inner->MultiGet(keys, values);
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
    const auto log = ReadLegLog(&store_);
    ASSERT_TRUE(log.ok()) << log.status();
    log_ = LegLogTail(*log);
    const absl::Status recovered = state_->Recover(
        *log, nullptr, [&](const StoreBatch& images) { return store_.Write(images, false); });
    ASSERT_TRUE(recovered.ok()) << recovered;
    state_->SetRuleSet(rule_set_, since);
  }

  Leg MakeLeg(std::string name, int64_t minute) {
    const std::string_view account = names_.emplace_back(std::move(name));
    Transaction& t = transactions_.emplace_back();
    t.time = EventTime{1'700'000'000 * kSecondUs} + minute * kMinuteUs;
    t.currency = *CurrencyCode::Parse("EUR");
    t.channel = "online";
    t.debtor.account = account;
    t.debtor.account_hash = IdentityHash(hasher_, 1, "", account);
    Leg leg;
    leg.transaction = &t;
    leg.sequence = {transactions_.size()};
    leg.subject_id = account;
    leg.subject_hash = t.debtor.account_hash;
    return leg;
  }
  // Both legs of one transaction, the debit first.
  std::pair<Leg, Leg> MakeSelfTransfer(std::string name, int64_t minute) {
    const Leg debit = MakeLeg(std::move(name), minute);
    transactions_.back().creditor = transactions_.back().debtor;
    Leg credit = debit;
    credit.direction = Direction::kCredit;
    credit.order = LegOrder::kCreditorAccount;
    return {debit, credit};
  }
  ApplyOutcome Apply(const Leg& leg) {
    figures_ = LegFigures();
    judged_ = leg;  // figures refer to it
    const auto outcome = state_->Apply(judged_, &figures_);
    EXPECT_TRUE(outcome.ok()) << outcome.status();
    newest_ = judged_.sequence;
    return outcome.value_or(ApplyOutcome::kTooLate);
  }
  int64_t Figure(int feature) {
    const Value value = figures_.Feature(indices_[static_cast<size_t>(feature)]);
    return value.known ? value.integer : -1;
  }
  WriteBack Take(bool all) { return state_->TakeWriteBack(++ticket_, all); }
  // As the committing thread does with a lane's part of an epoch.
  void Write(WriteBack write) {
    std::vector<std::string> legs;
    if (!write.leg_log.empty()) legs.push_back(std::move(write.leg_log));
    log_.Advance(newest_, std::move(legs), write.first_unsaved, &write.batch);
    ASSERT_TRUE(store_.Write(write.batch, false).ok());
    state_->Written(ticket_);
  }
  void WriteAll() { Write(Take(true)); }
  void WriteLog() { Write(Take(false)); }
  int CountInStore(char tag) {
    int count = 0;
    EXPECT_TRUE(store_.ScanForward(std::string(1, tag), std::string(1, tag + 1),
                                   [&](std::string_view, std::string_view) {
                                     ++count;
                                     return true;
                                   })
                    .ok());
    return count;
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
  LegLogTail log_;
  Sequence newest_;
  uint64_t ticket_ = kFirstLiveTicket;
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

TEST_F(LaneStateTest, TheLogHoldsWhatNoImageHas) {
  Apply(MakeLeg("A", 0));
  WriteLog();
  Apply(MakeLeg("B", 1));
  Apply(MakeLeg("A", 2));
  WriteLog();
  EXPECT_EQ(CountInStore(kRecordKeyTag), 0);
  EXPECT_EQ(CountInStore(kLegLogKeyTag), 2);
  EXPECT_EQ(InspectSubject(&store_, SubjectKind::kAccount, "", "A")->all[0].count, 2);
  const Digest before = *state_->LogicalDigest();
  EXPECT_EQ(StoredLogicalDigest(&store_, hasher_, options_.retention_us)->Hex(), before.Hex());
  Open({});
  EXPECT_EQ(state_->LogicalDigest()->Hex(), before.Hex());
  Apply(MakeLeg("A", 3));
  EXPECT_EQ(Figure(kCount90d), 3);
}

TEST_F(LaneStateTest, LoggedLegsThatAnImageHasAreNotAppliedAgain) {
  LedgerOptions options;
  options.leg_log_bytes_max = 40;
  options.write_back_bytes_max = 1;
  Open(options);
  Apply(MakeLeg("A", 0));
  Apply(MakeLeg("B", 0));
  WriteLog();
  EXPECT_EQ(CountInStore(kRecordKeyTag), 0);
  state_->WriteAhead(2);
  WriteLog();
  EXPECT_EQ(CountInStore(kRecordKeyTag), 1) << "B waits, and so the legs of both stay logged";
  EXPECT_EQ(CountInStore(kLegLogKeyTag), 1);
  Open(options);
  Apply(MakeLeg("A", 1));
  EXPECT_EQ(Figure(kCount90d), 2);
  Apply(MakeLeg("B", 1));
  EXPECT_EQ(Figure(kCount90d), 2);
}

TEST_F(LaneStateTest, AnImageMadeForALoggedSelfTransferHasBothOfItsLegs) {
  const auto [debit, credit] = MakeSelfTransfer("A", 0);
  Apply(debit);
  Apply(credit);
  WriteLog();
  LedgerOptions options;
  options.cache_bytes_max = 1;  // recovery has to make images
  Open(options);
  EXPECT_EQ(CountInStore(kRecordKeyTag), 1);
  Open({});
  Apply(MakeLeg("A", 1));
  EXPECT_EQ(Figure(kCount90d), 3);
}

TEST_F(LaneStateTest, TheOldestChangesAreTheFirstToGetImages) {
  LedgerOptions options;
  options.leg_log_bytes_max = 1;
  options.write_back_bytes_max = 1;
  Open(options);
  for (int i = 0; i < 3; ++i) Apply(MakeLeg("A" + std::to_string(i), i));
  const WriteBack first = Take(false);
  EXPECT_EQ(first.batch.operations.size(), 3u) << "far behind, all of them";
  EXPECT_EQ(first.first_unsaved, Sequence{UINT64_MAX});
  options.leg_log_bytes_max = 50;
  options.write_back_bytes_max = 1 << 20;
  Open(options);
  for (int i = 0; i < 3; ++i) Apply(MakeLeg("B" + std::to_string(i), i));
  const WriteBack second = Take(false);
  ASSERT_GT(second.leg_log.size(), 50u);
  ASSERT_LT(second.leg_log.size(), 100u);
  EXPECT_TRUE(second.batch.operations.empty()) << "they are due, but nothing is urgent";
  EXPECT_EQ(second.first_unsaved, Sequence{4});
  state_->WriteAhead(1);
  state_->WriteAhead(1);
  const WriteBack third = Take(false);
  EXPECT_EQ(third.batch.operations.size(), 2u);
  EXPECT_EQ(third.first_unsaved, Sequence{6});
  EXPECT_TRUE(Take(true).leg_log.empty());
  EXPECT_TRUE(Take(true).batch.operations.empty());
}

TEST_F(LaneStateTest, ChangesWaitForTheirImageUntilTheLogIsFull) {
  LedgerOptions options;
  options.leg_log_bytes_max = 100;
  Open(options);
  Apply(MakeLeg("A", 0));
  WriteBack write = Take(false);
  ASSERT_LT(write.leg_log.size(), 50u);
  EXPECT_TRUE(write.batch.operations.empty());
  EXPECT_EQ(write.first_unsaved, Sequence{1});
  Apply(MakeLeg("B", 0));
  EXPECT_TRUE(Take(false).batch.operations.empty());
  for (int i = 0; i < 8; ++i) {
    Apply(MakeLeg("C", i));
    state_->WriteAhead(1);
    write = Take(false);
  }
  EXPECT_GT(write.first_unsaved, Sequence{2}) << "A's turn has come, and B's";
}

TEST_F(LaneStateTest, ImagesAreMadeNoFasterThanLegsPayForThem) {
  constexpr size_t kSubjects = 20;
  LedgerOptions options;
  options.leg_log_bytes_max = 40'000;
  Open(options);
  for (size_t i = 0; i < 50 * kSubjects; ++i) {
    Apply(MakeLeg("A" + std::to_string(i % kSubjects), static_cast<int64_t>(i)));
  }
  // Once the log is full, every further leg makes the image of one of them due.
  size_t images = 0, bytes = 0, legs_since_first = 0;
  for (int legs = 0; images < kSubjects; ++legs) {
    ASSERT_LT(legs, 2000);
    Apply(MakeLeg("B", 1000));
    state_->WriteAhead(1);
    const StoreBatch batch = Take(false).batch;
    ASSERT_LE(batch.operations.size(), 1u);
    if (images > 0) ++legs_since_first;
    images += batch.operations.size();
    bytes += batch.bytes;
  }
  ASSERT_GT(bytes / images, 256u) << "of two legs at least";
  // Each leg pays for 128 bytes, and for a little more as the log is beyond its bound.
  EXPECT_LT(legs_since_first, bytes / 128);
  EXPECT_GT(legs_since_first, bytes / 192);
}

TEST_F(LaneStateTest, ImagesMadeAheadAreOfWholeTransactions) {
  LedgerOptions options;
  options.leg_log_bytes_max = 100;
  Open(options);
  for (int i = 0; i < 3; ++i) Apply(MakeLeg("A", i));
  WriteLog();
  const auto [debit, credit] = MakeSelfTransfer("A", 3);
  Apply(debit);
  state_->WriteAhead(1);
  Apply(credit);
  Apply(MakeLeg("B", 3));
  WriteLog();
  EXPECT_EQ(CountInStore(kRecordKeyTag), 0);
  state_->WriteAhead(1);
  WriteLog();
  EXPECT_EQ(CountInStore(kRecordKeyTag), 1);
  Open({});
  Apply(MakeLeg("A", 4));
  EXPECT_EQ(Figure(kCount90d), 6);
}

TEST_F(LaneStateTest, ASubjectThatChangesAfterItsImageWasMadeStaysLogged) {
  LedgerOptions options;
  options.leg_log_bytes_max = 90;
  Open(options);
  for (int i = 0; i < 5; ++i) Apply(MakeLeg("A", i));
  WriteLog();
  Apply(MakeLeg("B", 5));
  state_->WriteAhead(1);
  Apply(MakeLeg("A", 6));
  WriteLog();
  EXPECT_EQ(CountInStore(kRecordKeyTag), 1);
  const Digest before = *state_->LogicalDigest();
  EXPECT_EQ(StoredLogicalDigest(&store_, hasher_, options_.retention_us)->Hex(), before.Hex());
  Open({});
  EXPECT_EQ(state_->LogicalDigest()->Hex(), before.Hex());
  Apply(MakeLeg("A", 7));
  EXPECT_EQ(Figure(kCount90d), 7);
}

TEST_F(LaneStateTest, SubjectsBecomeEvictableBeforeMemoryIsShort) {
  LedgerOptions options;
  options.cache_bytes_max = 100'000;
  Open(options);
  for (int i = 0; state_->cache_bytes() < 80'000; ++i) Apply(MakeLeg("A" + std::to_string(i), i));
  EXPECT_FALSE(Take(false).batch.operations.empty());
}

TEST_F(LaneStateTest, WhatNeedNotOutliveTheProcessIsNotLogged) {
  LedgerOptions options;
  options.is_recoverable = false;
  options.leg_log_bytes_max = 1;
  Open(options);
  Apply(MakeLeg("A", 0));
  const WriteBack write = Take(false);
  EXPECT_TRUE(write.leg_log.empty());
  EXPECT_TRUE(write.batch.operations.empty());
}

TEST_F(LaneStateTest, ADamagedLogIsRefused) {
  Apply(MakeLeg("A", 0));
  WriteLog();
  StoreBatch batch;
  batch.Put(LegLogKey({1}, 0), "nonsense");
  ASSERT_TRUE(store_.Write(batch, false).ok());
  const auto log = ReadLegLog(&store_);
  LaneState state(&store_, {}, &hasher_);
  const auto write = [](const StoreBatch&) { return absl::OkStatus(); };
  EXPECT_EQ(state.Recover(*log, nullptr, write).code(), absl::StatusCode::kDataLoss);
}

TEST_F(LaneStateTest, PinnedSubjectsStayUntilTheirImageIsWritten) {
  LedgerOptions options;
  options.cache_bytes_max = 1;
  Open(options);
  Apply(MakeLeg("A", 0));
  EXPECT_TRUE(state_->IsOverBound());
  const WriteBack first = Take(true);
  EXPECT_EQ(state_->subject_count(), 1u) << "its image is not in the store yet";
  Apply(MakeLeg("A", 1));
  state_->Written(kFirstLiveTicket + 1);
  EXPECT_EQ(state_->subject_count(), 1u) << "it has changed since";
  const WriteBack second = Take(true);
  ASSERT_TRUE(store_.Write(first.batch, false).ok());
  ASSERT_TRUE(store_.Write(second.batch, false).ok());
  state_->Written(kFirstLiveTicket + 2);
  EXPECT_EQ(state_->subject_count(), 0u);
  EXPECT_EQ(state_->cache_bytes(), 0u);
  EXPECT_FALSE(state_->IsOverBound());
  EXPECT_EQ(state_->evictions(), 1u);
  Apply(MakeLeg("A", 2));
  EXPECT_EQ(Figure(kCount1h), 3);
}

TEST_F(LaneStateTest, FoldsByTheNewestMarkInTheHalfOpenSpan) {
  const Hash128 rule{1, 1}, key{2, 2};
  auto add = [&](int64_t minute, bool shadow) {
    Apply(MakeLeg("A", minute));
    FoldMark mark;
    mark.rule = rule;
    mark.key = key;
    mark.time = figures_.leg().time();
    mark.sequence = figures_.leg().sequence;
    mark.shadow = shadow;
    figures_.AddFold(mark);
  };
  add(0, false);
  add(60, false);
  WriteAll();
  add(60, true);
  WriteLog();
  Open({});
  Apply(MakeLeg("A", 119));
  ASSERT_NE(figures_.FindFold(rule, key, false, kHourUs), nullptr);
  EXPECT_EQ(figures_.FindFold(rule, key, false, kHourUs)->sequence, Sequence{2});
  EXPECT_EQ(figures_.FindFold(rule, key, true, kHourUs)->sequence, Sequence{3});
  EXPECT_EQ(figures_.FindFold(rule, {}, false, kHourUs), nullptr);
  EXPECT_EQ(figures_.FindFold(key, key, false, kHourUs), nullptr);
  EXPECT_EQ(figures_.FindFold(rule, key, false, 59 * kMinuteUs), nullptr) << "(t - for, t]";
  // A late leg does not see alerts of later events.
  EXPECT_EQ(Apply(MakeLeg("A", 59)), ApplyOutcome::kLate);
  EXPECT_EQ(figures_.FindFold(rule, key, false, kHourUs)->sequence, Sequence{1});
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
  EXPECT_LE(CountInStore(kChunkKeyTag), 100 / 48 + 2);
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
    state_->Written(ticket_);
    most = std::max(most, state_->cache_bytes());
    write = Take(true);
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
  EXPECT_EQ(StoredLogicalDigest(&store_, hasher_, options_.retention_us)->Hex(), before.Hex());
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
