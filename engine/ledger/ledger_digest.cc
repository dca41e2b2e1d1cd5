// The digest of a subject's logical state: what it promises to be, not how it is kept. Cold.
#include "engine/ledger/ledger_digest.h"

#include <algorithm>
#include <functional>
#include <tuple>
#include <utility>

#include "engine/ledger/byte_codec.h"
#include "engine/ledger/lane_state.h"
#include "engine/ledger/leg_log.h"
#include "engine/ledger/store_key.h"

namespace vigla {
namespace {

constexpr size_t kRecordsPerScan = 256;

void WriteTotals(const std::array<DirectionTotals, 2>& totals, ByteWriter* writer) {
  for (const DirectionTotals& of : totals) {
    writer->Varint(static_cast<uint64_t>(of.count));
    writer->Varint(static_cast<uint64_t>(of.without_rate));
    writer->Signed128(of.sum_micros);
    writer->Signed(of.min_micros);
    writer->Signed(of.max_micros);
    writer->Signed(of.first.us);
    writer->Signed(of.last.us);
  }
}

void WriteMarks(std::span<const FoldMark> all, EventTime cutoff, ByteWriter* writer) {
  std::vector<FoldMark> marks(all.begin(), all.end());
  std::erase_if(marks, [&](const FoldMark& mark) { return mark.time <= cutoff; });
  std::sort(marks.begin(), marks.end(), [](const FoldMark& a, const FoldMark& b) {
    return std::tie(a.time, a.sequence, a.rule, a.key, a.shadow) <
           std::tie(b.time, b.sequence, b.rule, b.key, b.shadow);
  });
  writer->Varint(marks.size());
  for (const FoldMark& mark : marks) {
    writer->Hash(mark.rule);
    writer->Hash(mark.key);
    writer->Signed(mark.time.us);
    writer->Varint(mark.sequence.value);
    writer->Bytes({reinterpret_cast<const char*>(mark.alert_id.data()), mark.alert_id.size()});
    writer->Byte(mark.shadow ? 1 : 0);
  }
}

void WriteEntry(const Chunk& chunk, size_t offset, const ColumnNames& names, ByteWriter* writer) {
  const Entry& entry = chunk[offset];
  writer->Signed(entry.time.us);
  writer->Varint(entry.sequence.value);
  writer->Byte(static_cast<uint8_t>(entry.direction));
  writer->Byte(entry.has_base_amount ? 1 : 0);
  writer->Signed(entry.base_amount.micros);
  writer->Signed(entry.amount.ten_thousandths);
  writer->Varint(entry.currency.packed);
  writer->Hash(entry.counterparty);
  writer->Hash(chunk.OwnAccountOf(offset));
  writer->Varint(entry.country.packed);
  writer->Byte(static_cast<uint8_t>(entry.kind));
  writer->Byte(static_cast<uint8_t>(entry.status));
  writer->Text(chunk.ChannelOf(entry));
  std::vector<std::pair<std::string_view, std::string_view>> columns;
  for (const Chunk::Column& column : chunk.columns()) {
    const std::string_view text = chunk.TextOf(column.text_of[offset]);
    if (!text.empty()) columns.emplace_back(names.NameOf(column.name), text);
  }
  std::sort(columns.begin(), columns.end());
  writer->Varint(columns.size());
  for (const auto& [name, text] : columns) {
    writer->Text(name);
    writer->Text(text);
  }
}

}  // namespace

absl::StatusOr<Digest> DigestSubject(const DigestInput& input, const LedgerSource& source,
                                     Ledger* ledger) {
  const EventTime cutoff =
      input.has_legs ? input.newest_time - input.retention_us : EventTime::Min();
  std::string bytes;
  ByteWriter writer(&bytes);
  writer.Text(source.record_key);
  WriteTotals(input.totals->settled(), &writer);
  WriteTotals(input.totals->all(), &writer);
  WriteMarks(input.fold_marks, cutoff, &writer);
  writer.Flush();
  Sha256 hash;
  hash.Update(bytes);
  RETURN_IF_ERROR(ledger->ForEachAfter(source, EntryKey::EndOf(cutoff),
                                       [&](const Chunk& chunk, size_t offset) {
                                         bytes.clear();
                                         WriteEntry(chunk, offset, *source.names, &writer);
                                         writer.Flush();
                                         hash.Update(bytes);
                                         return true;
                                       }));
  return hash.Finish();
}

absl::Status ForEachStoredRecord(
    Store* store, const std::function<absl::Status(std::string_view record_key,
                                                   std::string_view value)>& visit) {
  // In stretches, since a scan's visitor must not read the store.
  std::string next(1, kRecordKeyTag);
  const std::string end(1, kRecordKeyTag + 1);
  for (;;) {
    std::vector<std::pair<std::string, std::string>> records;
    RETURN_IF_ERROR(store->ScanForward(
        next, end, [&](std::string_view key, std::string_view value) {
          records.emplace_back(key, value);
          return records.size() < kRecordsPerScan;
        }));
    if (records.empty()) return absl::OkStatus();
    for (const auto& [key, value] : records) RETURN_IF_ERROR(visit(key, value));
    next = records.back().first + '\0';
  }
}

absl::StatusOr<Digest> DigestStoredSubject(Store* store, std::string_view record_key,
                                           std::string_view value, DurationUs retention_us) {
  ColumnNames names;
  ASSIGN_OR_RETURN(SubjectRecord record, DecodeRecord(value, &names));
  Ledger ledger(std::move(record.newest), record.oldest_chunk.has_value());
  const DigestInput input{record.newest_time, record.has_legs, &record.totals,
                          record.fold_marks, retention_us};
  return DigestSubject(input, {store, &names, record_key}, &ledger);
}

absl::StatusOr<Digest> StoredLogicalDigest(Store* store, const KeyedHasher& hasher,
                                           DurationUs retention_us) {
  LedgerOptions options;
  options.retention_us = retention_us;
  options.cache_bytes_max = SIZE_MAX;
  LaneState state(store, options, &hasher);
  ASSIGN_OR_RETURN(const std::vector<LegLogPart> log, ReadLegLog(store));
  RETURN_IF_ERROR(state.Recover(log, nullptr, [](const StoreBatch&) {
    return absl::InternalError("memory without a bound was too little");
  }));
  return state.LogicalDigest();
}

Digest AddDigests(const Digest& a, const Digest& b) {
  Digest sum;
  unsigned carry = 0;
  for (size_t i = sum.bytes.size(); i-- > 0;) {
    carry += static_cast<unsigned>(a.bytes[i]) + b.bytes[i];
    sum.bytes[i] = static_cast<uint8_t>(carry);
    carry >>= 8;
  }
  return sum;
}

absl::StatusOr<SubjectTotals> InspectSubject(Store* store, SubjectKind kind,
                                             std::string_view tenant, std::string_view id) {
  const std::string key = RecordKey(kind, tenant, id);
  std::string value;
  ColumnNames names;
  SubjectRecord record;
  const absl::Status found = store->Get(key, &value);
  if (found.ok()) {
    ASSIGN_OR_RETURN(record, DecodeRecord(value, &names));
  } else if (!absl::IsNotFound(found)) {
    return found;
  }
  bool is_known = found.ok();
  const Sequence image = record.last_sequence;
  const KeyedHasher hasher("");  // whom a leg is with is nothing of the totals'
  RETURN_IF_ERROR(ForEachLoggedLegOf(store, key, hasher, [&](const LoggedLeg& leg) {
    is_known = true;
    if (leg.entry.sequence > image) record.totals.Add(leg.entry);
    return absl::OkStatus();
  }));
  if (!is_known) return found;
  return record.totals.Spelled();
}

}  // namespace vigla
