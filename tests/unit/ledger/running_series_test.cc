// A running series that grows past what it may keep, while some of it is of no use any more.
#include "engine/ledger/running_series.h"

#include <gtest/gtest.h>

#include <deque>

#include "engine/model/decoder.h"
#include "tests/unit/ledger/feature_specs.h"

namespace vigla {
namespace {

using testing::FeatureSpec;

class RunningSeriesTest : public ::testing::Test {
 protected:
  static constexpr size_t kEntriesMax = 130;

  void SetUp() override {
    transactions_.clear();
    indices_.clear();
    state_.reset();
    store_ = NewMemoryStore();
    std::vector<FeatureSpec> specs(4);  // as many windows as a series is kept for
    for (size_t i = 0; i < specs.size(); ++i) {
      specs[i].yaml = "{count: debits, over: " + std::to_string(80 - i) +
                      "m, where: 'channel == \"online\"', status: any}";
    }
    LoadOptions load;
    load.base_currency = *CurrencyCode::Parse("EUR");
    load.hasher = &hasher_;
    rule_set_ = testing::LoadSpecs(specs, load, &indices_);
    ASSERT_NE(rule_set_, nullptr);
    LedgerOptions options;
    options.series_entries_max = kEntriesMax;
    state_ = std::make_unique<LaneState>(store_.get(), options, &hasher_);
    RecordedSince since;
    since.kind.fill(EventTime::Min());
    state_->SetRuleSet(rule_set_, since);
  }

  // A debit at that second; asked for the longest window's count, or not at all.
  void Pay(int64_t second, bool is_read) {
    Transaction& t = transactions_.emplace_back();
    t.time = EventTime{1'700'000'000 * kSecondUs} + second * kSecondUs;
    t.currency = *CurrencyCode::Parse("EUR");
    t.channel = "online";
    t.debtor.account = "A";
    t.debtor.account_hash = IdentityHash(hasher_, 1, "", "A");
    leg_.transaction = &t;
    leg_.sequence = {transactions_.size()};
    leg_.subject_id = "A";
    leg_.subject_hash = t.debtor.account_hash;
    LegFigures figures;
    ASSERT_TRUE(state_->Apply(leg_, &figures).ok());
    if (!is_read) return;
    int64_t expected = 0;
    for (const Transaction& paid : transactions_) expected += paid.time > t.time - 80 * kMinuteUs;
    EXPECT_EQ(figures.Feature(indices_[0]).integer, expected) << "at second " << second;
  }

  const KeyedHasher hasher_{"running series"};
  std::unique_ptr<Store> store_;
  std::shared_ptr<const RuleSet> rule_set_;
  std::vector<int> indices_;
  std::unique_ptr<LaneState> state_;
  std::deque<Transaction> transactions_;
  Leg leg_;
};

// With too many entries at once, the series must not take those that it could read for all.
TEST_F(RunningSeriesTest, CountsWhatCameUnreadWhileOldEntriesLeft) {
  for (int steady = 100; steady < 140; steady += 3) {
    SetUp();
    int64_t second = 0;
    for (int i = 0; i < steady; ++i) Pay(second += 60, true);
    second += 25 * 60;
    for (int i = 0; i < 40; ++i) Pay(++second, false);
    for (int i = 0; i < 5; ++i) Pay(++second, true);
  }
}

TEST_F(RunningSeriesTest, CountsOnWithMoreEntriesThanItKeeps) {
  for (int64_t second = 0; second < 3 * 3600; second += 20) Pay(second, second % 60 == 0);
}

}  // namespace
}  // namespace vigla
