// The log of legs gives back what was recorded; what is damaged is refused.
#include "engine/ledger/leg_log.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "engine/ledger/store_key.h"
#include "tests/unit/ledger/usual_entry.h"

namespace vigla {
namespace {

FoldMark MarkOf(const Entry& entry) {
  FoldMark mark;
  mark.rule = {1, 2};
  mark.time = entry.time;
  mark.sequence = entry.sequence;
  mark.alert_id.fill(0xab);
  return mark;
}

// A plain leg, one with everything, one dated before it without rate or counterparty.
std::string SmallLog() {
  ColumnNames names;
  const uint32_t purpose = names.NumberOf("purpose"), other = names.NumberOf("attributes.x");
  const std::string account = RecordKey(SubjectKind::kAccount, "", "KARL");
  const std::string party = RecordKey(SubjectKind::kParty, "t", "P1");
  LegLogWriter writer;
  Entry plain = UsualEntry(1'772'442'000'000'000, 41);
  plain.base_amount = {84'640'000};
  plain.currency = *CurrencyCode::Parse("USD");
  plain.counterparty = {7, 9};
  writer.AddLeg(account, plain, {"online", {}}, names);
  Entry full = UsualEntry(1'772'442'000'500'000, 41);
  full.direction = Direction::kCredit;
  full.kind = Kind::kCashDeposit;
  full.status = StatusCode::kReceived;
  const ColumnText columns[] = {{purpose, "rent"}, {other, "\x01\x02"}};
  writer.AddLeg(party, full, {"atm", columns, {3, 4}}, names);
  FoldMark mark = MarkOf(full);
  writer.AddFold(mark);
  mark.key = {5, 6};
  mark.shadow = true;
  writer.AddFold(mark);
  Entry bare = UsualEntry(-5, 42);
  bare.has_base_amount = false;
  bare.base_amount = {};
  bare.counterparty = {};
  writer.AddLeg(account, bare, {}, names);
  return writer.Take();
}

TEST(LegLog, GivesBackEveryLeg) {
  const std::string value = SmallLog();
  auto reader = LegLogReader::Open(value);
  ASSERT_TRUE(reader.ok()) << reader.status();
  LoggedLeg leg;
  ASSERT_TRUE(*reader->Next(&leg));
  EXPECT_EQ(leg.record_key, RecordKey(SubjectKind::kAccount, "", "KARL"));
  EXPECT_EQ(leg.entry.time.us, 1'772'442'000'000'000);
  EXPECT_EQ(leg.entry.sequence, Sequence{41});
  EXPECT_EQ(leg.entry.amount.ten_thousandths, 920'000);
  EXPECT_EQ(leg.entry.base_amount.micros, 84'640'000);
  EXPECT_EQ(leg.entry.currency.Text(), "USD");
  EXPECT_EQ(leg.entry.counterparty, (Hash128{7, 9}));
  EXPECT_TRUE(leg.own_account.IsZero());
  EXPECT_EQ(leg.channel, "online");
  EXPECT_TRUE(leg.columns.empty());
  EXPECT_TRUE(leg.folds.empty());

  ASSERT_TRUE(*reader->Next(&leg));
  EXPECT_EQ(leg.entry.sequence, Sequence{41});
  EXPECT_EQ(leg.own_account, (Hash128{3, 4}));
  EXPECT_EQ(leg.entry.direction, Direction::kCredit);
  EXPECT_EQ(leg.entry.kind, Kind::kCashDeposit);
  EXPECT_EQ(leg.entry.status, StatusCode::kReceived);
  ASSERT_EQ(leg.columns.size(), 2u);
  EXPECT_EQ(leg.columns[0].first, "purpose");
  EXPECT_EQ(leg.columns[1].second, "\x01\x02");
  ASSERT_EQ(leg.folds.size(), 2u);
  EXPECT_EQ(leg.folds[0].time, leg.entry.time);
  EXPECT_TRUE(leg.folds[0].key.IsZero());
  EXPECT_EQ(leg.folds[1].key, (Hash128{5, 6}));
  EXPECT_TRUE(leg.folds[1].shadow);
  EXPECT_EQ(leg.folds[1].alert_id[15], 0xab);

  ASSERT_TRUE(*reader->Next(&leg));
  EXPECT_EQ(leg.entry.time.us, -5);
  EXPECT_FALSE(leg.entry.has_base_amount);
  EXPECT_TRUE(leg.entry.counterparty.IsZero());
  EXPECT_TRUE(leg.channel.empty());
  EXPECT_FALSE(*reader->Next(&leg));
}

TEST(LegLog, IsEmptyWithoutLegs) {
  LegLogWriter writer;
  EXPECT_EQ(writer.Take(), "");
}

TEST(LegLog, RefusesEveryDamage) {
  const std::string value = SmallLog();
  for (size_t i = 0; i < value.size(); ++i) {
    std::string damaged = value;
    damaged[i] = static_cast<char>(damaged[i] ^ 1);
    EXPECT_EQ(LegLogReader::Open(damaged).status().code(), absl::StatusCode::kDataLoss);
  }
}

TEST(LegLog, AnEpochStaysAsLongAsASubjectNeedsIt) {
  const std::unique_ptr<Store> store = NewMemoryStore();
  LegLogTail tail;
  const auto advance = [&](uint64_t last, std::vector<std::string> values, uint64_t needed) {
    StoreBatch batch;
    tail.Advance({last}, std::move(values), {needed}, &batch);
    ASSERT_TRUE(store->Write(batch, false).ok());
  };
  const auto lasts = [&] {
    std::vector<uint64_t> found;
    const auto log = ReadLegLog(store.get());
    EXPECT_TRUE(log.ok()) << log.status();
    for (const LegLogPart& part : *log) found.push_back(part.last.value);
    return found;
  };
  advance(10, {"a", "b"}, 1);
  advance(300, {"c"}, 10);
  EXPECT_EQ(lasts(), (std::vector<uint64_t>{10, 10, 300})) << "10 is in the first epoch";
  // Another life goes on where this one ended.
  tail = LegLogTail(*ReadLegLog(store.get()));
  advance(400, {"d"}, 11);
  EXPECT_EQ(lasts(), (std::vector<uint64_t>{300, 400}));
  advance(500, {"e"}, 501);
  EXPECT_EQ(lasts(), std::vector<uint64_t>{}) << "images have them all";
}

// Bytes that were written once stay readable: a change needs a new version and the old reader.
TEST(LegLog, GoldenBytes) {
  const std::string text = "leg log " + HexOf(SmallLog()) + "\nleg log key " +
                           HexOf(LegLogKey({258}, 3)) + "\n";
  const char* const path = "tests/golden/ledger/leg_log.txt";
  if (std::getenv("VIGLA_WRITE_GOLDEN") != nullptr) std::ofstream(path) << text;
  std::stringstream golden;
  golden << std::ifstream(path).rdbuf();
  EXPECT_EQ(text, golden.str());
}

}  // namespace
}  // namespace vigla
