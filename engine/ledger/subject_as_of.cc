// A subject's image as it was before some sequence, made from what the store has later. Cold.
#include "engine/ledger/subject_as_of.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "engine/base/status.h"
#include "engine/ledger/ledger.h"
#include "engine/ledger/leg_log.h"
#include "engine/ledger/store_key.h"
#include "engine/ledger/subject_record.h"

namespace vigla {
namespace {

int64_t CountOf(const RecordTotals& totals) {
  return totals.all()[0].count + totals.all()[1].count;
}

// The record's totals less the legs that came later. Least and greatest stay the record's.
SubjectTotals Less(const SubjectTotals& record, const SubjectTotals& later) {
  const auto subtract = [](const DirectionTotals& all, const DirectionTotals& part,
                           DirectionTotals* left) {
    *left = all;
    left->count -= part.count;
    left->without_rate -= part.without_rate;
    left->sum_micros -= part.sum_micros;
  };
  SubjectTotals left;
  for (size_t direction = 0; direction < 2; ++direction) {
    subtract(record.settled[direction], later.settled[direction], &left.settled[direction]);
    subtract(record.all[direction], later.all[direction], &left.all[direction]);
  }
  return left;
}

// Goes through a ledger and keeps what was there.
class Copy {
 public:
  Copy(const Leg& leg, std::string record_key, Store* from)
      : before_(leg.sequence), record_key_(std::move(record_key)), from_(from) {}

  ColumnNames* names() { return &names_; }

  absl::Status Read(SubjectRecord record) {
    record_ = std::move(record);
    const LedgerSource source{from_, &names_, record_key_, 0};
    const LedgerSource nowhere{empty_.get(), &names_, record_key_, 0};
    Ledger ledger(record_.newest, record_.oldest_chunk.has_value());
    absl::Status inserted;
    RETURN_IF_ERROR(ledger.ForEachAfter(
        source, EntryKey::EndOf(EventTime::Min()), [&](const Chunk& chunk, size_t offset) {
          const Entry& entry = chunk[offset];
          if (entry.sequence >= before_) {
            later_.Add(entry);
            return true;
          }
          earlier_.Add(entry);
          newest_time_ = std::max(newest_time_, entry.time);
          last_sequence_ = std::max(last_sequence_, entry.sequence);
          inserted = Insert(nowhere, chunk, offset);
          return inserted.ok();
        }));
    return inserted;
  }

  // A leg that came after the image.
  absl::Status Add(const LoggedLeg& leg) {
    const Entry& entry = leg.entry;
    record_.totals.Add(entry);
    record_.fold_marks.insert(record_.fold_marks.end(), leg.folds.begin(), leg.folds.end());
    if (entry.sequence >= before_) {
      later_.Add(entry);
      return absl::OkStatus();
    }
    earlier_.Add(entry);
    newest_time_ = std::max(newest_time_, entry.time);
    last_sequence_ = std::max(last_sequence_, entry.sequence);
    columns_.clear();
    for (const auto& [name, text] : leg.columns) columns_.push_back({names_.NumberOf(name), text});
    return copy_.Insert({empty_.get(), &names_, record_key_, 0}, entry,
                 {leg.channel, columns_, leg.own_account})
        .status();
  }

  // Whether legs of then are in the ledger no more.
  bool HasDropped() const {
    return CountOf(record_.totals) > CountOf(earlier_) + CountOf(later_);
  }

  absl::Status Write(Store* to) {
    if (CountOf(earlier_) == 0 && !HasDropped()) return absl::OkStatus();
    RecordTotals totals = earlier_;
    if (HasDropped()) {
      totals = RecordTotals(Less(record_.totals.Spelled(), later_.Spelled()));
    }
    std::vector<FoldMark> marks;
    for (const FoldMark& mark : record_.fold_marks) {
      if (mark.sequence < before_) marks.push_back(mark);
    }
    StoreBatch batch;
    copy_.TakeChanges({to, &names_, record_key_, 0}, 1, &batch);
    std::optional<EventTime> oldest;
    if (const EventTime* apart = copy_.OldestApart(); apart != nullptr) oldest = *apart;
    const RecordView view{last_sequence_, newest_time_, true,          oldest,
                          totals,         marks,        copy_.newest()};
    batch.Put(record_key_, EncodeRecord(view, names_));
    return to->Write(batch, /*sync=*/false);
  }

 private:
  absl::Status Insert(const LedgerSource& source, const Chunk& chunk, size_t offset) {
    EntryTexts texts;
    texts.channel = chunk.ChannelOf(chunk[offset]);
    columns_.clear();
    for (const Chunk::Column& column : chunk.columns()) {
      const std::string_view text = chunk.ColumnOf(offset, column.name);
      if (!text.empty()) columns_.push_back({column.name, text});
    }
    texts.columns = columns_;
    texts.own_account = chunk.OwnAccountOf(offset);
    return copy_.Insert(source, chunk[offset], texts).status();
  }

  SubjectRecord record_;
  const Sequence before_;
  const std::string record_key_;
  Store* const from_;
  const std::unique_ptr<Store> empty_ = NewMemoryStore();
  ColumnNames names_;
  RecordTotals earlier_, later_;
  EventTime newest_time_ = EventTime::Min();
  Sequence last_sequence_;
  Ledger copy_;
  std::vector<ColumnText> columns_;
};

}  // namespace

absl::StatusOr<SubjectAsOf> CopySubjectAsOf(Store* from, const Leg& leg,
                                            const KeyedHasher& hasher, DurationUs retention_us,
                                            Store* to) {
  SubjectAsOf as_of;
  const std::string key = RecordKey(leg.subject_kind, leg.transaction->tenant, leg.subject_id);
  std::string value;
  const absl::Status found = from->Get(key, &value);
  if (!absl::IsNotFound(found)) RETURN_IF_ERROR(found);
  Copy copy(leg, key, from);
  EventTime newest = EventTime::Min();
  if (found.ok()) {
    ASSIGN_OR_RETURN(SubjectRecord record, DecodeRecord(value, copy.names()));
    as_of.is_known = true;
    as_of.newest = record.last_sequence;
    newest = record.newest_time;
    RETURN_IF_ERROR(copy.Read(std::move(record)));
  }
  const Sequence image = as_of.newest;
  RETURN_IF_ERROR(ForEachLoggedLegOf(from, key, hasher, [&](const LoggedLeg& logged) {
    if (logged.entry.sequence <= image) return absl::OkStatus();
    as_of.is_known = true;
    as_of.newest = logged.entry.sequence;
    newest = std::max(newest, logged.entry.time);
    return copy.Add(logged);
  }));
  if (!as_of.is_known) return as_of;
  if (copy.HasDropped()) as_of.dropped_through = newest - retention_us;
  RETURN_IF_ERROR(copy.Write(to));
  return as_of;
}

}  // namespace vigla
