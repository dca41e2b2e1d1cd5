// The log of legs gives back what was recorded; what is damaged is refused.
#include "engine/ledger/leg_log.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "absl/strings/escaping.h"
#include "engine/ledger/chunk_codec.h"
#include "engine/ledger/store_key.h"
#include "engine/model/decoder.h"
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

const KeyedHasher& Hasher() {
  static const KeyedHasher hasher("leg log");
  return hasher;
}

Hash128 HashOfAccount(std::string_view id) {
  return IdentityHash(Hasher(), static_cast<uint8_t>(SubjectKind::kAccount), "t", id);
}

Entry SideOf(Direction direction, std::string_view other, std::string_view country) {
  Entry entry = UsualEntry(1'772'442'000'000'000, 43);
  entry.direction = direction;
  entry.counterparty = HashOfAccount(other);
  entry.country = *CountryCode::Parse(country);
  return entry;
}

// KARL pays EVA, both legs of it in a row; then KARL alone, whose other side came elsewhere.
std::string LogOfAPair() {
  ColumnNames names;
  const ColumnText columns[] = {{names.NumberOf("purpose"), "rent"}};
  const std::string karl = RecordKey(SubjectKind::kAccount, "t", "KARL");
  const std::string eva = RecordKey(SubjectKind::kAccount, "t", "EVA");
  const Entry debit = SideOf(Direction::kDebit, "EVA", "FR");
  LegLogWriter writer;
  writer.AddLeg(karl, debit, {"online", {}}, names, eva);
  writer.AddFold(MarkOf(debit));
  writer.AddLeg(eva, SideOf(Direction::kCredit, "KARL", "DE"), {"online", columns}, names);
  Entry alone = debit;
  alone.sequence = {44};
  writer.AddLeg(karl, alone, {}, names, eva);
  alone.sequence = {45};
  writer.AddLeg(karl, alone, {}, names);
  return writer.Take();
}

void ExpectSmallLog(std::string_view value) {
  auto reader = LegLogReader::Open(value, &Hasher());
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

TEST(LegLog, GivesBackEveryLeg) { ExpectSmallLog(SmallLog()); }

TEST(LegLog, AMirrorIsGivenBackWhole) {
  const std::string value = LogOfAPair();
  auto reader = LegLogReader::Open(value, &Hasher());
  ASSERT_TRUE(reader.ok()) << reader.status();
  LoggedLeg leg;
  ASSERT_TRUE(*reader->Next(&leg));
  EXPECT_EQ(leg.record_key, RecordKey(SubjectKind::kAccount, "t", "KARL"));
  EXPECT_EQ(leg.subject_hash, HashOfAccount("KARL"));
  EXPECT_EQ(leg.entry.counterparty, HashOfAccount("EVA"));
  EXPECT_EQ(leg.entry.direction, Direction::kDebit);
  EXPECT_EQ(leg.entry.country.Text(), "FR");
  EXPECT_EQ(leg.folds.size(), 1u);

  ASSERT_TRUE(*reader->Next(&leg));
  EXPECT_EQ(leg.record_key, RecordKey(SubjectKind::kAccount, "t", "EVA"));
  EXPECT_EQ(leg.subject_hash, HashOfAccount("EVA"));
  EXPECT_EQ(leg.entry.counterparty, HashOfAccount("KARL"));
  EXPECT_EQ(leg.entry.direction, Direction::kCredit);
  EXPECT_EQ(leg.entry.country.Text(), "DE");
  EXPECT_EQ(leg.entry.time.us, 1'772'442'000'000'000);
  EXPECT_EQ(leg.entry.sequence, Sequence{43});
  EXPECT_EQ(leg.entry.amount.ten_thousandths, 920'000);
  EXPECT_TRUE(leg.entry.has_base_amount);
  EXPECT_EQ(leg.entry.base_amount.micros, 92'000'000);
  EXPECT_EQ(leg.entry.currency.Text(), "EUR");
  EXPECT_TRUE(leg.own_account.IsZero());
  EXPECT_EQ(leg.channel, "online");
  ASSERT_EQ(leg.columns.size(), 1u);
  EXPECT_EQ(leg.columns[0].second, "rent");
  EXPECT_TRUE(leg.folds.empty());

  for (const uint64_t sequence : {44, 45}) {
    ASSERT_TRUE(*reader->Next(&leg));
    EXPECT_EQ(leg.record_key, RecordKey(SubjectKind::kAccount, "t", "KARL"));
    EXPECT_EQ(leg.entry.sequence, Sequence{sequence});
    EXPECT_EQ(leg.entry.counterparty, HashOfAccount("EVA"));
    EXPECT_TRUE(leg.channel.empty());
  }
  EXPECT_FALSE(*reader->Next(&leg));
}

TEST(LegLog, WhoPaysHimselfIsHisOwnMirror) {
  const ColumnNames names;
  const std::string karl = RecordKey(SubjectKind::kAccount, "t", "KARL");
  LegLogWriter writer;
  writer.AddLeg(karl, SideOf(Direction::kDebit, "KARL", "DE"), {}, names, karl);
  writer.AddLeg(karl, SideOf(Direction::kCredit, "KARL", "DE"), {}, names);
  const std::string value = writer.Take();
  auto reader = LegLogReader::Open(value, &Hasher());
  ASSERT_TRUE(reader.ok()) << reader.status();
  LoggedLeg leg;
  for (const Direction direction : {Direction::kDebit, Direction::kCredit}) {
    ASSERT_TRUE(*reader->Next(&leg));
    EXPECT_EQ(leg.record_key, karl);
    EXPECT_EQ(leg.entry.direction, direction);
    EXPECT_EQ(leg.entry.counterparty, HashOfAccount("KARL"));
  }
  EXPECT_FALSE(*reader->Next(&leg));
}

// Nothing stands before it that it could be the mirror of; a whole leg ends what came before.
TEST(LegLog, RefusesAMirrorOfNothing) {
  const std::string pair = LogOfAPair();
  const std::string mirror("\x61", 1);  // credit, columns, paired
  const size_t at = pair.find(mirror);
  ASSERT_NE(at, std::string::npos);
  std::string value(1, static_cast<char>(kLegLogFormatVersion));
  value.append(pair, at, pair.size() - at - 4);
  AppendChecksum(&value);
  auto reader = LegLogReader::Open(value, &Hasher());
  ASSERT_TRUE(reader.ok()) << reader.status();
  LoggedLeg leg;
  EXPECT_EQ(reader->Next(&leg).status().code(), absl::StatusCode::kDataLoss);
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
    EXPECT_EQ(LegLogReader::Open(damaged, &Hasher()).status().code(), absl::StatusCode::kDataLoss);
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

// As version 1 wrote it.
constexpr char kSmallLogOfVersion1[] =
    "0116075301004b41524c8090dcfcd981a6062980a770ffb78207a86d530002000000000000000700000000"
    "00000009066f6e6c696e653f06530201745031c0843d0080a77000aa19530400000000000004f447000000"
    "0000000029000000000000000300000000000000040361746d0207707572706f73650472656e740c617474"
    "726962757465732e780201028000000000000000010000000000000002abababababababababababababab"
    "abab830000000000000001000000000000000200000000000000050000000000000006abababababababab"
    "abababababababab00075301004b41524cc99499fdd981a6060180a770aa19530002cfce9aaf";

TEST(LegLog, ReadsTheVersionBefore) {
  std::string value = absl::HexStringToBytes(kSmallLogOfVersion1);
  ExpectSmallLog(value);
  // A leg of that version has no mirror.
  value.resize(value.size() - 4);
  value[1] = static_cast<char>(value[1] | 0x40);
  AppendChecksum(&value);
  auto reader = LegLogReader::Open(value, &Hasher());
  ASSERT_TRUE(reader.ok()) << reader.status();
  LoggedLeg leg;
  EXPECT_EQ(reader->Next(&leg).status().code(), absl::StatusCode::kDataLoss);
}

// Bytes that were written once stay readable: a change needs a new version and the old reader.
TEST(LegLog, GoldenBytes) {
  const std::string text = "leg log " + HexOf(SmallLog()) + "\nleg log of a pair " +
                           HexOf(LogOfAPair()) + "\nleg log key " +
                           HexOf(LegLogKey({258}, 3)) + "\n";
  const char* const path = "tests/golden/ledger/leg_log.txt";
  if (std::getenv("VIGLA_WRITE_GOLDEN") != nullptr) std::ofstream(path) << text;
  std::stringstream golden;
  golden << std::ifstream(path).rdbuf();
  EXPECT_EQ(text, golden.str());
}

}  // namespace
}  // namespace vigla
