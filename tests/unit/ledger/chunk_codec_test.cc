// Chunks, records and extra columns survive being stored; what is damaged is refused.
#include "engine/ledger/chunk_codec.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <random>
#include <sstream>

#include "engine/ledger/index_block.h"
#include "engine/ledger/store_key.h"
#include "engine/ledger/stored_value.h"
#include "engine/ledger/subject_record.h"
#include "tests/unit/ledger/usual_entry.h"

namespace vigla {
namespace {

Chunk RandomChunk(uint64_t seed, size_t count, uint32_t column, ColumnNames* names) {
  std::mt19937_64 random(seed);
  Chunk chunk;
  const std::string number = std::to_string(column);
  const uint32_t purpose = names->NumberOf("purpose" + number);
  const uint32_t other = names->NumberOf("attributes.x.y" + number);
  for (size_t i = 0; i < count; ++i) {
    const auto time_us = static_cast<int64_t>(random() % 1'000'000'000'000'000);
    Entry entry = UsualEntry(time_us, random() >> 1);
    if (seed % 3 == 0) entry.time.us -= entry.time.us % kSecondUs;
    if (seed % 3 == 1) entry.time.us -= entry.time.us % 1000 + 5'000'000'000'000'000;
    entry.amount.ten_thousandths = static_cast<int64_t>(random());
    entry.base_amount.micros = static_cast<int64_t>(random());
    entry.has_base_amount = random() % 3 != 0;
    if (!entry.has_base_amount) entry.base_amount = {};
    entry.kind = static_cast<Kind>(random() % kKindCount);
    entry.status = static_cast<StatusCode>(random() % kStatusCount);
    entry.direction = static_cast<Direction>(random() % 2);
    entry.counterparty = {random() % 3, random() % 2};
    const Hash128 own_account = seed % 2 == 0 ? Hash128{random() % 2, 5} : Hash128();
    std::vector<ColumnText> columns;
    const std::string text = "text " + std::to_string(random() % 9);
    if (random() % 2 == 0) columns.push_back({purpose, text});
    if (random() % 5 == 0) columns.push_back({other, "\x01\x02"});
    const std::string_view longer = seed % 4 == 3 ? "correspondent" : "online";
    chunk.Insert(entry, {random() % 4 == 0 ? "" : random() % 2 == 0 ? "atm" : longer, columns,
                         own_account});
  }
  return chunk;
}

void ExpectSame(const Chunk& a, const ColumnNames& a_names, const Chunk& b,
                const ColumnNames& b_names) {
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) {
    Entry x = a[i], y = b[i];
    ASSERT_EQ(a.ChannelOf(a[i]), b.ChannelOf(b[i]));
    ASSERT_EQ(a.OwnAccountOf(i), b.OwnAccountOf(i));
    x.channel = y.channel = {};
    ASSERT_EQ(std::memcmp(&x, &y, offsetof(Entry, channel)), 0);
    auto columns = [&](const Chunk& chunk, const ColumnNames& names) {
      std::map<std::string, std::string> texts;
      for (const Chunk::Column& column : chunk.columns()) {
        const std::string_view text = chunk.ColumnOf(i, column.name);
        if (!text.empty()) texts[names.NameOf(column.name)] = text;
      }
      return texts;
    };
    ASSERT_EQ(columns(a, a_names), columns(b, b_names));
  }
}

TEST(ChunkCodec, GivesBackEveryColumn) {
  for (uint64_t seed = 0; seed < 30; ++seed) {
    ColumnNames names, other_names;
    other_names.NumberOf("something else");
    const Chunk chunk = RandomChunk(seed, 1 + seed * 3, static_cast<uint32_t>(seed), &names);
    const std::string value = EncodeChunk(chunk, names);
    const auto decoded = DecodeChunk(value, &other_names);
    ASSERT_TRUE(decoded.ok()) << decoded.status();
    ExpectSame(chunk, names, *decoded, other_names);
    // The same chunk always has the same bytes.
    EXPECT_EQ(EncodeChunk(*decoded, other_names), value);
  }
}

TEST(ChunkCodec, EveryDamagedByteIsNoticed) {
  ColumnNames names;
  const std::string value = EncodeChunk(RandomChunk(4, 20, 0, &names), names);
  for (size_t i = 0; i < value.size(); ++i) {
    std::string damaged = value;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x10);
    EXPECT_EQ(DecodeChunk(damaged, &names).status().code(), absl::StatusCode::kDataLoss);
    EXPECT_EQ(DecodeChunk(value.substr(0, i), &names).status().code(),
              absl::StatusCode::kDataLoss);
  }
}

TEST(ChunkCodec, AnEntryTakesAtMost48Bytes) {
  std::mt19937_64 random(5);
  ColumnNames names;
  Chunk chunk;
  for (uint64_t i = 0; i < 48; ++i) {
    // Hours apart, to the millisecond, to ever other counterparties, in cents.
    Entry entry = UsualEntry(1'767'225'600'000'000 + static_cast<int64_t>(i * 7'200'123'000),
                            1'000'000 + i * 54'321);
    entry.amount.ten_thousandths = static_cast<int64_t>(random() % 1'000'000) * 100;
    entry.base_amount.micros = entry.amount.ten_thousandths * 100;
    entry.counterparty = {random(), random()};
    chunk.Insert(entry, {i % 2 == 0 ? "online" : "atm", {}});
  }
  EXPECT_LE(EncodeChunk(chunk, names).size(), 48u * 48);
}

SubjectRecord SmallRecord() {
  SubjectRecord record;
  for (uint64_t i = 1; i <= 4; ++i) {
    Entry entry = UsualEntry(1'767'225'600'000'000 + static_cast<int64_t>(i) * kDayUs, i * 1000);
    record.newest.Insert(entry, {"online", {}});
    record.totals.Add(entry);
    record.newest_time = entry.time;
    record.last_sequence = entry.sequence;
  }
  record.has_legs = true;
  return record;
}

RecordView View(const SubjectRecord& r) {
  return {r.last_sequence, r.newest_time, r.has_legs, r.oldest_chunk,
          r.totals,        r.fold_marks,  r.newest};
}

TEST(SubjectRecord, GivesBackWhatItHolds) {
  ColumnNames names;
  SubjectRecord record = SmallRecord();
  Entry rejected = UsualEntry(5, 6);
  rejected.status = StatusCode::kRejected;
  rejected.base_amount.micros = -17;
  record.totals.Add(rejected);
  record.oldest_chunk = EventTime{-5};
  FoldMark mark;
  mark.rule = {1, 2};
  mark.time = {99};
  mark.sequence = {7};
  mark.alert_id.fill(0xab);
  record.fold_marks.push_back(mark);
  mark.key = {3, 4};
  mark.shadow = true;
  record.fold_marks.push_back(mark);

  const std::string value = EncodeRecord(View(record), names);
  const auto decoded = DecodeRecord(value, &names);
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(EncodeRecord(View(*decoded), names), value);
  EXPECT_EQ(decoded->last_sequence, record.last_sequence);
  EXPECT_EQ(decoded->newest_time, record.newest_time);
  EXPECT_EQ(decoded->oldest_chunk, record.oldest_chunk);
  ASSERT_EQ(decoded->fold_marks.size(), 2u);
  EXPECT_EQ(decoded->fold_marks[1].key, mark.key);
  EXPECT_TRUE(decoded->fold_marks[1].shadow);
  EXPECT_EQ(decoded->fold_marks[0].alert_id, mark.alert_id);
  const DirectionTotals& settled = decoded->totals.settled()[0];
  EXPECT_EQ(settled.count, 4);
  EXPECT_EQ(settled.sum_micros, 4 * 92'000'000);
  const DirectionTotals& all = decoded->totals.all()[0];
  EXPECT_EQ(all.count, 5);
  EXPECT_EQ(all.min_micros, -17);
  EXPECT_EQ(all.first, EventTime{5});
  for (size_t i = 0; i < value.size(); ++i) {
    std::string damaged = value;
    damaged[i] = static_cast<char>(damaged[i] ^ 1);
    EXPECT_EQ(DecodeRecord(damaged, &names).status().code(), absl::StatusCode::kDataLoss);
  }
}

TEST(SubjectRecord, AnIdleAccountTakesAtMost256Bytes) {
  ColumnNames names;
  EXPECT_LE(EncodeRecord(View(SmallRecord()), names).size(), 256u);
}

// Bytes that were written once stay readable: a change needs a new version and the old reader.
TEST(SubjectRecord, GoldenBytes) {
  ColumnNames names;
  IndexBlock block(Sequence{1});
  block.Append("TX-0001", {0, 3, 41});
  block.Append("TX-0002", {0, 3, 42});
  block.Append("3f2504e0-4f89-41d3-9a0c-0305e82c3301", {1, 0, 7});
  ColumnNames column_names;
  Chunk chunk = RandomChunk(0, 3, 0, &column_names);
  const std::string text =
      "record " + HexOf(EncodeRecord(View(SmallRecord()), names)) + "\nchunk " +
      HexOf(EncodeChunk(chunk, column_names)) + "\nindex " + HexOf(block.Encode()) +
      "\nrecord key " + HexOf(RecordKey(SubjectKind::kParty, "t", "KARL")) + "\nchunk key " +
      HexOf(ChunkKey(ChunkKeyPrefix(RecordKey(SubjectKind::kParty, "t", "KARL")),
                     {EventTime{-1}, Sequence{258}, Direction::kCredit})) +
      "\n";
  const char* const path = "tests/golden/ledger/values.txt";
  if (std::getenv("VIGLA_WRITE_GOLDEN") != nullptr) std::ofstream(path) << text;
  std::stringstream golden;
  golden << std::ifstream(path).rdbuf();
  EXPECT_EQ(text, golden.str());
}

TEST(StoreKey, ChunkKeysOrderAsTheirEntries) {
  const std::string prefix = ChunkKeyPrefix(RecordKey(SubjectKind::kAccount, "", "A"));
  const EntryKey keys[] = {{{-5}, {9}, Direction::kCredit},
                           {{-1}, {1}, Direction::kDebit},
                           {{3}, {1}, Direction::kDebit},
                           {{3}, {1}, Direction::kCredit},
                           {{3}, {256}, Direction::kDebit}};
  for (size_t i = 1; i < std::size(keys); ++i) {
    EXPECT_LT(ChunkKey(prefix, keys[i - 1]), ChunkKey(prefix, keys[i]));
    EXPECT_EQ(ParseChunkKey(prefix, ChunkKey(prefix, keys[i])), keys[i]);
    EXPECT_LT(ChunkKey(prefix, keys[i]), ChunkKeyEnd(prefix));
  }
  // No subject's keys begin with another's.
  const std::string longer = ChunkKeyPrefix(RecordKey(SubjectKind::kAccount, "", "AB"));
  EXPECT_FALSE(longer.starts_with(prefix));
}

TEST(StoredValue, GivesBackEveryType) {
  std::vector<std::string_view> items;
  auto again = [&](const Value& value) {
    static std::string text;
    text.clear();
    AppendStoredValue(value, &text);
    return ReadStoredValue(value.type, text, &items);
  };
  EXPECT_EQ(again(Value::Text(ValueType::kString, "ab\0c")).text, "ab\0c");
  EXPECT_EQ(again(Value::Integer(ValueType::kTime, INT64_MIN)).integer, INT64_MIN);
  EXPECT_EQ(again(Value::Integer(ValueType::kCountry, 86)).integer, 86);
  const Value account = again(Value::Account({1, 2}, "KARL"));
  EXPECT_EQ(account.hash, (Hash128{1, 2}));
  EXPECT_EQ(account.text, "KARL");
  const Int128 wide = static_cast<Int128>(-1) << 100;
  const Value number = again(Value::Numeric(ValueType::kDecimal, Number::Scaled(wide, 12)));
  EXPECT_TRUE(number.known);
  EXPECT_TRUE(number.number.numerator == wide);
  EXPECT_EQ(number.number.scale, 12);
  const std::string_view approvers[] = {"ann", "bob"};
  const Value list = again(Value::Items(approvers));
  ASSERT_EQ(list.integer, 2);
  EXPECT_EQ(list.items[1], "bob");
  for (const ValueType type : {ValueType::kDecimal, ValueType::kTime, ValueType::kAccount}) {
    EXPECT_FALSE(ReadStoredValue(type, "x", &items).known);
  }
}

}  // namespace
}  // namespace vigla
