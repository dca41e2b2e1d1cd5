// An epoch's legs as a lane recorded them: what the store has of a subject since its image. Warm.
#include "engine/ledger/leg_log.h"

#include <algorithm>
#include <utility>

#include "engine/base/check.h"
#include "engine/base/status.h"
#include "engine/ledger/chunk_codec.h"
#include "engine/ledger/store_key.h"
#include "engine/model/decoder.h"

namespace vigla {
namespace {

// Persisted: do not renumber.
enum LegFlags : uint8_t {
  kIsCredit = 0x01,
  kHasBaseAmount = 0x02,
  kHasCounterparty = 0x04,
  kHasOwnAccount = 0x08,
  kHasChannel = 0x10,
  kHasColumns = 0x20,
  kIsPaired = 0x40,  // with kHasCounterparty: it is a key; without: the mirror of the leg before
  kAllLegFlags = 0x7f,
  kMirrorFlags = kIsCredit | kHasColumns,
};
enum FoldFlags : uint8_t { kIsFold = 0x80, kHasKey = 0x01, kIsShadow = 0x02, kAllFoldFlags = 0x83 };

constexpr size_t kKeyBytes = 1 + 8 + 2;
constexpr uint8_t kVersionWithoutPairs = 1;

absl::Status Damaged() {
  return MakeError(absl::StatusCode::kDataLoss,
                   "state store: the log of legs is not readable by this version; move the state "
                   "directory away to have it rebuilt from the input");
}

std::optional<LegLogPart> ParseKey(std::string_view key) {
  if (key.size() != kKeyBytes || key.front() != kLegLogKeyTag) return std::nullopt;
  LegLogPart part;
  for (const char byte : key.substr(1, 8)) {
    part.last.value = part.last.value << 8 | static_cast<uint8_t>(byte);
  }
  part.part = static_cast<uint16_t>(static_cast<uint8_t>(key[9]) << 8 |
                                    static_cast<uint8_t>(key[10]));
  return part;
}

}  // namespace

std::string LegLogKey(Sequence last, uint16_t part) {
  std::string key(1, kLegLogKeyTag);
  for (int shift = 56; shift >= 0; shift -= 8) {
    key.push_back(static_cast<char>(last.value >> shift));
  }
  key.push_back(static_cast<char>(part >> 8));
  key.push_back(static_cast<char>(part));
  return key;
}

namespace {

uint8_t FlagsOf(const Entry& entry, const EntryTexts& texts) {
  return static_cast<uint8_t>((entry.direction == Direction::kCredit ? kIsCredit : 0) |
                              (entry.has_base_amount ? kHasBaseAmount : 0) |
                              (entry.counterparty.IsZero() ? 0 : kHasCounterparty) |
                              (texts.own_account.IsZero() ? 0 : kHasOwnAccount) |
                              (texts.channel.empty() ? 0 : kHasChannel) |
                              (texts.columns.empty() ? 0 : kHasColumns));
}

void WriteColumns(const EntryTexts& texts, const ColumnNames& names, ByteWriter* writer) {
  if (texts.columns.empty()) return;
  writer->Varint(texts.columns.size());
  for (const ColumnText& column : texts.columns) {
    writer->Text(names.NameOf(column.column));
    writer->Text(column.text);
  }
}

}  // namespace

bool LegLogWriter::IsMirror(std::string_view record_key, const Entry& entry) const {
  // Of one transaction: then they differ in what a mirror has of its own alone.
  return !mirror_key_.empty() && entry.sequence.value == sequence_ && record_key == mirror_key_ &&
         entry.direction != direction_;
}

void LegLogWriter::AddLeg(std::string_view record_key, const Entry& entry,
                          const EntryTexts& texts, const ColumnNames& names,
                          std::string_view other_key) {
  const uint8_t flags = FlagsOf(entry, texts);
  ByteWriter writer(&value_);
  if (IsMirror(record_key, entry)) {
    mirror_key_.clear();
    writer.Byte((flags & kMirrorFlags) | kIsPaired);
    writer.Varint(entry.country.packed);
    return WriteColumns(texts, names, &writer);
  }
  const bool is_paired = !other_key.empty() && !entry.counterparty.IsZero();
  mirror_key_.assign(is_paired ? other_key : std::string_view());
  direction_ = entry.direction;
  if (value_.empty()) {
    writer.Byte(kLegLogFormatVersion);
    time_us_ = 0;
    sequence_ = 0;
  }
  writer.Byte(is_paired ? flags | kIsPaired : flags);
  writer.Text(record_key);
  writer.Signed(entry.time.us - time_us_);
  writer.Varint(entry.sequence.value - sequence_);
  time_us_ = entry.time.us;
  sequence_ = entry.sequence.value;
  writer.Signed(entry.amount.ten_thousandths);
  if (entry.has_base_amount) writer.Signed(BaseRest(entry));
  writer.Varint(entry.currency.packed);
  writer.Varint(entry.country.packed);
  writer.Byte(static_cast<uint8_t>(entry.kind));
  writer.Byte(static_cast<uint8_t>(entry.status));
  if (is_paired) {
    writer.Text(other_key);
  } else if (!entry.counterparty.IsZero()) {
    writer.Hash(entry.counterparty);
  }
  if (!texts.own_account.IsZero()) writer.Hash(texts.own_account);
  if (!texts.channel.empty()) writer.Text(texts.channel);
  WriteColumns(texts, names, &writer);
}

void LegLogWriter::AddFold(const FoldMark& mark) {
  CHECK(!value_.empty() && mark.sequence.value == sequence_ && mark.time.us == time_us_);
  ByteWriter writer(&value_);
  writer.Byte(static_cast<uint8_t>(kIsFold | (mark.key.IsZero() ? 0 : kHasKey) |
                                   (mark.shadow ? kIsShadow : 0)));
  writer.Hash(mark.rule);
  if (!mark.key.IsZero()) writer.Hash(mark.key);
  writer.Bytes({reinterpret_cast<const char*>(mark.alert_id.data()), mark.alert_id.size()});
}

std::string LegLogWriter::Take() {
  mirror_key_.clear();
  if (value_.empty()) return {};
  AppendChecksum(&value_);
  std::string value;
  value.reserve(value_.size());  // the next epoch's is about as long
  value.swap(value_);
  return value;
}

absl::StatusOr<LegLogReader> LegLogReader::Open(std::string_view value,
                                                const KeyedHasher* hasher) {
  ASSIGN_OR_RETURN(const std::string_view payload, CheckedPayload(value, "a log of legs"));
  LegLogReader log(payload, hasher);
  log.version_ = log.reader_.Byte();
  if (log.version_ != kLegLogFormatVersion && log.version_ != kVersionWithoutPairs) {
    return Damaged();
  }
  return log;
}

Hash128 LegLogReader::HashOf(std::string_view record_key) {
  const std::optional<SubjectIdentity> identity = ParseRecordKey(record_key);
  if (!identity) {
    reader_.Fail();
    return {};
  }
  return IdentityHash(*hasher_, static_cast<uint8_t>(identity->kind), identity->tenant,
                      identity->id);
}

void LegLogReader::ReadLeg(uint8_t flags, LoggedLeg* leg) {
  const bool is_paired = (flags & kIsPaired) != 0;
  if ((flags & ~kAllLegFlags) != 0 || (is_paired && version_ == kVersionWithoutPairs)) {
    return reader_.Fail();
  }
  const bool is_mirror = is_paired && (flags & kHasCounterparty) == 0;
  is_mirror ? ReadMirror(flags, leg) : ReadEntry(flags, leg);
}

void LegLogReader::ReadMirror(uint8_t flags, LoggedLeg* leg) {
  if (!mirrored_ || (flags & ~(kMirrorFlags | kIsPaired)) != 0) return reader_.Fail();
  leg->record_key = mirrored_->record_key;
  leg->subject_hash = mirrored_->entry.counterparty;
  leg->entry = mirrored_->entry;
  leg->entry.counterparty = mirrored_->counterparty;
  leg->entry.direction = (flags & kIsCredit) != 0 ? Direction::kCredit : Direction::kDebit;
  leg->entry.country.packed = static_cast<uint16_t>(reader_.Bounded(UINT16_MAX));
  leg->own_account = Hash128();
  leg->channel = mirrored_->channel;
  leg->columns.clear();
  if ((flags & kHasColumns) != 0) ReadColumns(leg);
  mirrored_.reset();
}

void LegLogReader::ReadEntry(uint8_t flags, LoggedLeg* leg) {
  leg->record_key = reader_.Text();
  leg->subject_hash = HashOf(leg->record_key);
  Entry& entry = leg->entry;
  entry = Entry();
  // Wraps around where the value is damaged.
  time_us_ = static_cast<int64_t>(static_cast<uint64_t>(time_us_) +
                                  static_cast<uint64_t>(reader_.Signed()));
  sequence_ += reader_.Varint();
  entry.time.us = time_us_;
  entry.sequence.value = sequence_;
  if (entry.time < EventTime::Min() || entry.time > EventTime::Max()) reader_.Fail();
  entry.direction = (flags & kIsCredit) != 0 ? Direction::kCredit : Direction::kDebit;
  entry.has_base_amount = (flags & kHasBaseAmount) != 0;
  entry.amount.ten_thousandths = reader_.Signed();
  if (entry.has_base_amount) SetBaseRest(reader_.Signed(), &entry);
  entry.currency.packed = static_cast<uint16_t>(reader_.Bounded(UINT16_MAX));
  entry.country.packed = static_cast<uint16_t>(reader_.Bounded(UINT16_MAX));
  const uint8_t kind = reader_.Byte(), status = reader_.Byte();
  if (kind >= kKindCount || status >= kStatusCount) return reader_.Fail();
  entry.kind = static_cast<Kind>(kind);
  entry.status = static_cast<StatusCode>(status);
  std::string_view mirror_key;
  if ((flags & kIsPaired) != 0) {
    mirror_key = reader_.Text();
    entry.counterparty = HashOf(mirror_key);
  } else if ((flags & kHasCounterparty) != 0) {
    entry.counterparty = reader_.Hash();
  }
  leg->own_account = (flags & kHasOwnAccount) != 0 ? reader_.Hash() : Hash128();
  leg->channel = (flags & kHasChannel) != 0 ? reader_.Text() : std::string_view();
  leg->columns.clear();
  if ((flags & kHasColumns) != 0) ReadColumns(leg);
  mirrored_.reset();
  if ((flags & kIsPaired) != 0) {
    mirrored_ = Mirrored{mirror_key, leg->subject_hash, leg->channel, entry};
  }
}

void LegLogReader::ReadColumns(LoggedLeg* leg) {
  leg->columns.resize(reader_.Bounded(reader_.remaining()));
  for (auto& [name, text] : leg->columns) {
    name = reader_.Text();
    text = reader_.Text();
    if (name.empty() || text.empty()) return reader_.Fail();
  }
}

void LegLogReader::ReadFold(uint8_t flags, LoggedLeg* leg) {
  if ((flags & ~kAllFoldFlags) != 0) return reader_.Fail();
  FoldMark mark;
  mark.rule = reader_.Hash();
  if ((flags & kHasKey) != 0) mark.key = reader_.Hash();
  mark.time = leg->entry.time;
  mark.sequence = leg->entry.sequence;
  mark.shadow = (flags & kIsShadow) != 0;
  const std::string_view id = reader_.Bytes(mark.alert_id.size());
  std::copy(id.begin(), id.end(), mark.alert_id.begin());
  leg->folds.push_back(mark);
}

absl::StatusOr<bool> LegLogReader::Next(LoggedLeg* leg) {
  if (!flags_ && reader_.AtEnd()) return false;
  const uint8_t flags = flags_ ? *flags_ : reader_.Byte();
  flags_.reset();
  ReadLeg(flags, leg);
  leg->folds.clear();
  while (reader_.ok() && !reader_.AtEnd()) {
    const uint8_t next = reader_.Byte();
    if ((next & kIsFold) == 0) {
      flags_ = next;
      break;
    }
    ReadFold(next, leg);
  }
  if (!reader_.ok()) return Damaged();
  return true;
}

namespace {

// In the order of epochs. Of the part only what its key says is there; the value is the store's.
absl::Status ForEachLogValue(
    Store* store, const std::function<absl::Status(const LegLogPart& key, std::string_view value)>&
                      visit) {
  absl::Status status;
  RETURN_IF_ERROR(store->ScanForward(
      std::string(1, kLegLogKeyTag), std::string(1, kLegLogKeyTag + 1),
      [&](std::string_view key, std::string_view value) {
        const std::optional<LegLogPart> part = ParseKey(key);
        status = part ? visit(*part, value) : Damaged();
        return status.ok();
      }));
  return status;
}

}  // namespace

absl::StatusOr<std::vector<LegLogPart>> ReadLegLog(Store* store) {
  std::vector<LegLogPart> parts;
  RETURN_IF_ERROR(ForEachLogValue(store, [&](const LegLogPart& key, std::string_view value) {
    parts.push_back(key);
    parts.back().value = value;
    return absl::OkStatus();
  }));
  return parts;
}

LegLogTail::LegLogTail(const std::vector<LegLogPart>& log) {
  for (const LegLogPart& part : log) {
    if (epochs_.empty() || epochs_.back().last != part.last) epochs_.push_back({part.last, 0});
    epochs_.back().parts = static_cast<uint16_t>(part.part + 1);
  }
}

void LegLogTail::Advance(Sequence last, std::vector<std::string> values, Sequence first_needed,
                         StoreBatch* batch) {
  if (last < first_needed) values.clear();
  if (!values.empty()) epochs_.push_back({last, static_cast<uint16_t>(values.size())});
  for (uint16_t part = 0; part < values.size(); ++part) {
    batch->Put(LegLogKey(last, part), std::move(values[part]));
  }
  for (; !epochs_.empty() && epochs_.front().last < first_needed; epochs_.pop_front()) {
    for (uint16_t part = 0; part < epochs_.front().parts; ++part) {
      batch->Delete(LegLogKey(epochs_.front().last, part));
    }
  }
}

absl::Status ForEachLoggedLegOf(Store* store, std::string_view record_key,
                                const KeyedHasher& hasher,
                                const std::function<absl::Status(const LoggedLeg&)>& visit) {
  LoggedLeg leg;
  return ForEachLogValue(store, [&](const LegLogPart&, std::string_view value) -> absl::Status {
    ASSIGN_OR_RETURN(LegLogReader reader, LegLogReader::Open(value, &hasher));
    while (true) {
      ASSIGN_OR_RETURN(const bool more, reader.Next(&leg));
      if (!more) return absl::OkStatus();
      if (leg.record_key == record_key) RETURN_IF_ERROR(visit(leg));
    }
  });
}

}  // namespace vigla
