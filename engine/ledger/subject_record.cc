// What a subject's record holds: its image, as bytes and as numbers. Warm.
#include "engine/ledger/subject_record.h"

#include <algorithm>

#include "engine/base/status.h"
#include "engine/ledger/byte_codec.h"
#include "engine/ledger/chunk_codec.h"

namespace vigla {
namespace {

enum Flags : uint8_t { kHasAllTotals = 1, kHasChunksApart = 2, kHasLegs = 4, kAllFlags = 7 };
enum MarkFlags : uint8_t { kHasKey = 1, kIsShadow = 2, kAllMarkFlags = 3 };

void AddTo(DirectionTotals* totals, const Entry& entry) {
  const bool first_amount = totals->count == totals->without_rate;
  if (totals->count == 0 || entry.time < totals->first) totals->first = entry.time;
  if (totals->count == 0 || entry.time > totals->last) totals->last = entry.time;
  ++totals->count;
  if (!entry.has_base_amount) {
    ++totals->without_rate;
    return;
  }
  const int64_t amount = entry.base_amount.micros;
  totals->sum_micros += amount;
  totals->min_micros = first_amount ? amount : std::min(totals->min_micros, amount);
  totals->max_micros = first_amount ? amount : std::max(totals->max_micros, amount);
}

}  // namespace

RecordTotals::RecordTotals(const SubjectTotals& totals)
    : settled_(totals.settled),
      all_(std::make_unique<std::array<DirectionTotals, 2>>(totals.all)) {}

RecordTotals::RecordTotals(const RecordTotals& other) { *this = other; }

RecordTotals& RecordTotals::operator=(const RecordTotals& other) {
  if (this == &other) return *this;
  settled_ = other.settled_;
  all_.reset();
  if (other.all_) all_ = std::make_unique<std::array<DirectionTotals, 2>>(*other.all_);
  return *this;
}

void RecordTotals::Add(const Entry& entry) {
  const size_t direction = static_cast<size_t>(entry.direction);
  if (entry.status != StatusCode::kSettled && !all_) {
    all_ = std::make_unique<std::array<DirectionTotals, 2>>(settled_);
  }
  if (all_) AddTo(&(*all_)[direction], entry);
  if (entry.status == StatusCode::kSettled) AddTo(&settled_[direction], entry);
}

// Reads and writes the parts of a record.
class RecordCodec {
 public:
  static void WriteTotals(const DirectionTotals& totals, ByteWriter* writer) {
    writer->Varint(static_cast<uint64_t>(totals.count));
    if (totals.count == 0) return;
    writer->Varint(static_cast<uint64_t>(totals.without_rate));
    writer->Signed(totals.first.us);
    writer->Varint(static_cast<uint64_t>(totals.last - totals.first));
    if (totals.count == totals.without_rate) return;
    writer->Signed128(totals.sum_micros);
    writer->Signed(totals.min_micros);
    writer->Signed(totals.max_micros);
  }

  static DirectionTotals ReadTotals(ByteReader* reader) {
    DirectionTotals totals;
    totals.count = static_cast<int64_t>(reader->Bounded(INT64_MAX));
    if (totals.count == 0) return totals;
    totals.without_rate =
        static_cast<int64_t>(reader->Bounded(static_cast<uint64_t>(totals.count)));
    totals.first = ReadTime(reader);
    const uint64_t span = reader->Bounded(static_cast<uint64_t>(EventTime::Max().us));
    totals.last = totals.first + static_cast<DurationUs>(span);
    if (totals.count == totals.without_rate) return totals;
    totals.sum_micros = reader->Signed128();
    totals.min_micros = reader->Signed();
    totals.max_micros = reader->Signed();
    return totals;
  }

  static EventTime ReadTime(ByteReader* reader) {
    const EventTime time{reader->Signed()};
    if (time < EventTime::Min() || time > EventTime::Max()) {
      reader->Fail();
      return {};
    }
    return time;
  }

  static void WriteAllTotals(const RecordTotals& totals, ByteWriter* writer) {
    for (const DirectionTotals& t : totals.settled_) WriteTotals(t, writer);
    if (!totals.all_) return;
    for (const DirectionTotals& t : *totals.all_) WriteTotals(t, writer);
  }

  static void ReadAllTotals(bool has_all, ByteReader* reader, RecordTotals* totals) {
    for (DirectionTotals& t : totals->settled_) t = ReadTotals(reader);
    if (!has_all) return;
    totals->all_ = std::make_unique<std::array<DirectionTotals, 2>>();
    for (DirectionTotals& t : *totals->all_) t = ReadTotals(reader);
  }

  static bool HasAllTotals(const RecordTotals& totals) { return totals.all_ != nullptr; }

  static void WriteMarks(std::span<const FoldMark> marks, ByteWriter* writer) {
    std::vector<Hash128> rules;
    for (const FoldMark& mark : marks) {
      if (std::find(rules.begin(), rules.end(), mark.rule) == rules.end()) {
        rules.push_back(mark.rule);
      }
    }
    writer->Varint(rules.size());
    for (const Hash128& rule : rules) writer->Hash(rule);
    writer->Varint(marks.size());
    for (const FoldMark& mark : marks) {
      const auto rule = std::find(rules.begin(), rules.end(), mark.rule);
      writer->Varint(static_cast<uint64_t>(rule - rules.begin()));
      writer->Byte(static_cast<uint8_t>((mark.key.IsZero() ? 0 : kHasKey) |
                                        (mark.shadow ? kIsShadow : 0)));
      if (!mark.key.IsZero()) writer->Hash(mark.key);
      writer->Signed(mark.time.us);
      writer->Varint(mark.sequence.value);
      writer->Bytes({reinterpret_cast<const char*>(mark.alert_id.data()), mark.alert_id.size()});
    }
  }

  static std::vector<FoldMark> ReadMarks(ByteReader* reader) {
    std::vector<Hash128> rules(reader->Bounded(reader->remaining() / 16));
    for (Hash128& rule : rules) rule = reader->Hash();
    std::vector<FoldMark> marks(reader->Bounded(reader->remaining() / 16));
    for (FoldMark& mark : marks) {
      const uint64_t rule = reader->Varint();
      const uint8_t flags = reader->Byte();
      if (rule >= rules.size() || (flags & ~kAllMarkFlags) != 0) {
        reader->Fail();
        return {};
      }
      mark.rule = rules[rule];
      mark.shadow = (flags & kIsShadow) != 0;
      if ((flags & kHasKey) != 0) mark.key = reader->Hash();
      mark.time = ReadTime(reader);
      mark.sequence.value = reader->Varint();
      const std::string_view id = reader->Bytes(mark.alert_id.size());
      std::copy(id.begin(), id.end(), mark.alert_id.begin());
    }
    return marks;
  }
};

std::string EncodeRecord(const RecordView& record, const ColumnNames& names) {
  std::string value;
  value.reserve(128 + record.newest.size() * 40 + record.fold_marks.size() * 48);
  ByteWriter writer(&value);
  const bool has_all = RecordCodec::HasAllTotals(record.totals);
  writer.Byte(kRecordFormatVersion);
  writer.Byte(static_cast<uint8_t>((has_all ? kHasAllTotals : 0) |
                                   (record.oldest_chunk ? kHasChunksApart : 0) |
                                   (record.has_legs ? kHasLegs : 0)));
  writer.Varint(record.last_sequence.value);
  if (record.has_legs) writer.Signed(record.newest_time.us);
  if (record.oldest_chunk) writer.Signed(record.oldest_chunk->us);
  RecordCodec::WriteAllTotals(record.totals, &writer);
  RecordCodec::WriteMarks(record.fold_marks, &writer);
  writer.Flush();
  AppendChunk(record.newest, names, &value);
  AppendChecksum(&value);
  return value;
}

absl::StatusOr<SubjectRecord> DecodeRecord(std::string_view value, ColumnNames* names,
                                           BlockPool* pool) {
  ASSIGN_OR_RETURN(const std::string_view payload, CheckedPayload(value, "a subject's record"));
  ByteReader reader(payload);
  SubjectRecord record;
  if (reader.Byte() != kRecordFormatVersion) reader.Fail();
  const uint8_t flags = reader.Byte();
  if ((flags & ~kAllFlags) != 0) reader.Fail();
  record.last_sequence.value = reader.Varint();
  record.has_legs = (flags & kHasLegs) != 0;
  if (record.has_legs) record.newest_time = RecordCodec::ReadTime(&reader);
  if ((flags & kHasChunksApart) != 0) record.oldest_chunk = RecordCodec::ReadTime(&reader);
  RecordCodec::ReadAllTotals((flags & kHasAllTotals) != 0, &reader, &record.totals);
  record.fold_marks = RecordCodec::ReadMarks(&reader);
  record.newest = ReadChunk(&reader, names, pool);
  if (!reader.ok() || !reader.AtEnd()) {
    return MakeError(absl::StatusCode::kDataLoss,
                     "state store: a subject's record is not readable by this version; move the "
                     "state directory away to have it rebuilt from the input");
  }
  return record;
}

}  // namespace vigla
