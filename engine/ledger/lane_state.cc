// Every subject of one lane: found, loaded, applied to, written back, evicted. Hot.
#include "engine/ledger/lane_state.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "engine/base/check.h"
#include "engine/base/status.h"
#include "engine/ledger/lane_prefetch.h"
#include "engine/ledger/lane_state_impl.h"
#include "engine/ledger/ledger_digest.h"
#include "engine/ledger/store_key.h"
#include "engine/ledger/stored_value.h"
#include "engine/model/decoder.h"

namespace vigla {
namespace {

Entry EntryOf(const Leg& leg) {
  const Transaction& transaction = *leg.transaction;
  Entry entry;
  entry.time = transaction.time;
  entry.sequence = leg.sequence;
  if (leg.has_base_amount) entry.base_amount = leg.base_amount;
  entry.has_base_amount = leg.has_base_amount;
  entry.amount = transaction.amount;
  entry.counterparty = leg.Other().account_hash;
  entry.currency = transaction.currency;
  entry.country = leg.Other().country;
  entry.kind = transaction.kind;
  entry.status = transaction.status;
  entry.direction = leg.direction;
  return entry;
}

// Images are made at the pace of legs: each pays for so many bytes of them, which takes about as
// long as the leg itself. The busiest subjects have the oldest changes and by far the largest
// images, so when a log is full for the first time more than that is due at once; it waits, and
// the log grows a little, which in turn makes legs pay more.
constexpr double kImageBytesALeg = 128;
constexpr double kHasteOfExcess = 8;

// What can't be read counts as an image, so that whoever needs it finds out.
bool HasImages(Store* store) {
  bool found = false;
  const absl::Status status =
      store->ScanForward(std::string(1, kRecordKeyTag), std::string(1, kRecordKeyTag + 1),
                         [&](std::string_view, std::string_view) {
                           found = true;
                           return false;
                         });
  return found || !status.ok();
}

}  // namespace

LaneState::Impl::Impl(Store* store, const LedgerOptions& options, const KeyedHasher* hasher)
    : store_(store), options_(options), hasher_(*hasher), found_images_(HasImages(store)),
      table_(options.regions), logged_(options.leg_log_bytes_max) {}

void LaneState::Impl::SetRuleSet(std::shared_ptr<const RuleSet> rule_set,
                                 const RecordedSince& since) {
  // Running totals of the set before go by their number, at their subjects' next touch.
  ++rule_set_number_;
  rule_set_ = std::move(rule_set);
  columns_ = ColumnMap(*rule_set_, &names_);
  plans_ = PlanFeatures(*rule_set_, since);
  series_ = PlanSeries(&plans_);
  newest_.SetPlans(plans_, *rule_set_, &hasher_);
  keeps_totals_before_ = std::any_of(plans_.begin(), plans_.end(), [](const FeaturePlan& plan) {
    return plan.feature->ever;
  });
  windows_known_from_ = EventTime::Min();
  for (const FeaturePlan& plan : plans_) {
    if (!plan.feature->ever) windows_known_from_ = std::max(windows_known_from_, plan.known_from);
  }
  remembered_.assign(plans_.size(), Remembered());
  ++leg_number_;
}

absl::Status LaneState::Impl::LookAhead(std::span<const Leg> legs) {
  Prefetch(legs, [](const Leg& leg) { return leg.subject_hash; });
  if (MayBeStored()) RETURN_IF_ERROR(LoadMissing(legs));
  for (size_t i = 0; i < legs.size(); ++i) {
    Subject*& subject = subjects_ahead_[i];
    if (subject != nullptr && subject->Is(legs[i])) continue;
    ASSIGN_OR_RETURN(subject, FindOrLoad(legs[i]));
  }
  legs_ahead_ = legs;
  evictions_ahead_ = table_.evictions();
  return absl::OkStatus();
}

absl::Status LaneState::Impl::LoadMissing(std::span<const Leg> legs) {
  missing_.clear();
  missing_hashes_.clear();
  size_t missing = 0;
  for (size_t i = 0; i < legs.size(); ++i) {
    const Leg& leg = legs[i];
    if (subjects_ahead_[i] != nullptr || !missing_.insert(leg.subject_hash).second) continue;
    if (missing_keys_.size() == missing) missing_keys_.emplace_back();
    missing_hashes_.push_back(leg.subject_hash);
    SetRecordKey(leg.subject_kind, leg.transaction->tenant, leg.subject_id,
                 &missing_keys_[missing++]);
  }
  if (missing == 0) return absl::OkStatus();
  missing_views_.assign(missing_keys_.begin(), missing_keys_.begin() + static_cast<int>(missing));
  RETURN_IF_ERROR(store_->MultiGet(missing_views_, &missing_values_));
  for (size_t i = 0; i < missing; ++i) {
    RETURN_IF_ERROR(Load(missing_hashes_[i], missing_views_[i], missing_values_[i]).status());
  }
  return absl::OkStatus();
}

Subject* LaneState::Impl::FoundAhead(const Leg& leg) const {
  const std::less<const Leg*> is_before;
  if (evictions_ahead_ != table_.evictions() || is_before(&leg, legs_ahead_.data()) ||
      !is_before(&leg, legs_ahead_.data() + legs_ahead_.size())) {
    return nullptr;
  }
  // Another leg may be in that place by now.
  Subject* const subject = subjects_ahead_[static_cast<size_t>(&leg - legs_ahead_.data())];
  return subject->Is(leg) ? subject : nullptr;
}

const Subject* LaneState::Impl::MirrorAhead(const Leg& leg) const {
  if (leg.order != LegOrder::kDebtorAccount || FoundAhead(leg) == nullptr) return nullptr;
  const Leg* const next = &leg + 1;
  if (next == legs_ahead_.data() + legs_ahead_.size() || next->sequence != leg.sequence ||
      next->order != LegOrder::kCreditorAccount) {
    return nullptr;
  }
  return FoundAhead(*next);
}

absl::StatusOr<Subject*> LaneState::Impl::FindOrLoad(const Leg& leg) {
  if (Subject* subject = table_.Find(leg); subject != nullptr) return subject;
  SetRecordKey(leg.subject_kind, leg.transaction->tenant, leg.subject_id, &record_key_);
  if (!MayBeStored()) return Load(leg.subject_hash, record_key_, std::nullopt);
  std::vector<std::optional<std::string>> values;
  RETURN_IF_ERROR(store_->MultiGet({record_key_}, &values));
  return Load(leg.subject_hash, record_key_, values[0]);
}

absl::StatusOr<Subject*> LaneState::Impl::Load(const Hash128& hash, std::string_view record_key,
                                               const std::optional<std::string>& value) {
  const std::optional<SubjectIdentity> identity = ParseRecordKey(record_key);
  CHECK(identity.has_value());
  std::optional<SubjectRecord> record_or_none;
  if (value) {
    ASSIGN_OR_RETURN(record_or_none, DecodeRecord(*value, &names_, table_.pool()));
  }
  Subject* const subject = table_.Add(identity->kind, hash, record_key, identity->id.size());
  if (record_or_none) {
    SubjectRecord& record = *record_or_none;
    subject->last_sequence = subject->loaded_sequence = record.last_sequence;
    subject->newest_time = record.newest_time;
    subject->has_legs = record.has_legs;
    subject->oldest_apart = record.oldest_chunk.value_or(EventTime::Max());
    subject->totals = record.totals;
    if (!record.fold_marks.empty()) subject->extras().fold_marks = std::move(record.fold_marks);
    subject->ledger = Ledger(std::move(record.newest), record.oldest_chunk.has_value());
    table_.Recount(subject);
  }
  return subject;
}

absl::StatusOr<ApplyOutcome> LaneState::Impl::Apply(const Leg& leg, Subject** applied) {
  *applied = nullptr;
  ForgetFigures();
  RETURN_IF_ERROR(status_);
  Subject* subject = FoundAhead(leg);
  if (subject == nullptr) {
    ASSIGN_OR_RETURN(subject, FindOrLoad(leg));
  }
  const DurationUs behind = subject->has_legs ? subject->newest_time - leg.time() : 0;
  table_.MarkDirty(subject, leg.sequence);
  EntryTexts texts;
  ReadTexts(leg, &texts);
  const Entry entry = EntryOf(leg);
  if (options_.is_recoverable) {
    const Subject* const mirror = MirrorAhead(leg);
    log_.AddLeg(subject->record_key(), entry, texts, names_,
                mirror == nullptr ? std::string_view() : mirror->record_key());
  }
  RETURN_IF_ERROR(Record(entry, texts, subject));
  table_.Recount(subject);
  if (IsOverBound()) table_.EvictDownTo(options_.cache_bytes_max);
  *applied = subject;
  if (behind <= 0) return ApplyOutcome::kApplied;
  return behind <= options_.lateness_max_us ? ApplyOutcome::kLate : ApplyOutcome::kTooLate;
}

absl::Status LaneState::Impl::Record(const Entry& entry, const EntryTexts& texts,
                                     Subject* subject) {
  applied_ = entry.sequence;
  if (keeps_totals_before_) {
    settled_before_ = subject->totals.settled();
    all_before_ = subject->totals.all();
  }
  const bool is_late = subject->has_legs && entry.time < subject->newest_time;
  subject->totals.Add(entry);
  subject->last_sequence = entry.sequence;
  if (!is_late) subject->newest_time = entry.time;
  subject->has_legs = true;
  const EventTime cutoff = CutoffOf(*subject);
  if (entry.time <= cutoff) return absl::OkStatus();

  const LedgerSource source = SourceOf(*subject);
  const size_t newest_before = subject->ledger.newest().size();
  ASSIGN_OR_RETURN(const Ledger::Place place, subject->ledger.Insert(source, entry, texts));
  if (is_late && subject->HasRunning()) {
    const ReadingContext context = ContextOf(*subject, nullptr);
    EntryReader reader(context);
    reader.Stand(*place.chunk, place.offset);
    subject->extras().totals.NoteLate(rule_set_number_, &reader);
    subject->extras().series.NoteLate(rule_set_number_, &reader);
  }
  // Whether anything moved apart, or a late entry came into a chunk apart.
  if (subject->ledger.newest().size() == newest_before + 1) return absl::OkStatus();
  if (const EventTime* oldest = subject->ledger.OldestApart(); oldest != nullptr) {
    subject->oldest_apart = std::min(subject->oldest_apart, *oldest);
  }
  return subject->ledger.DropThrough(source, cutoff, &subject->oldest_apart);
}

void LaneState::Impl::ReadTexts(const Leg& leg, EntryTexts* texts) {
  texts->channel = leg.transaction->channel;
  if (leg.subject_kind != SubjectKind::kAccount) texts->own_account = leg.Own().account_hash;
  const std::vector<FieldRef>& columns =
      rule_set_->extra_columns[static_cast<size_t>(leg.subject_kind)];
  if (columns.empty()) return;
  column_texts_.clear();
  column_values_.resize(columns.size());
  for (size_t i = 0; i < columns.size(); ++i) {
    const Value value = ReadField(leg, columns[i], *rule_set_);
    if (!value.known) continue;
    column_values_[i].clear();
    AppendStoredValue(value, &column_values_[i]);
    column_texts_.push_back({columns_.NumberOf(columns[i]), column_values_[i]});
  }
  texts->columns = column_texts_;
}

void LaneState::Impl::PutImages(uint64_t ticket, StoreBatch* batch,
                                absl::FunctionRef<bool(const Subject&)> wanted) {
  const bool is_short = IsOverBound();
  while (table_.OldestDirty() != nullptr && wanted(*table_.OldestDirty())) {
    Subject* const subject = table_.OldestDirty();
    table_.PrefetchAfter(*subject);
    PutImage(subject, ticket, batch);
    table_.MarkPending(subject, ticket);
    if (is_short) subject->ledger.Trim(written_ticket_);
    table_.Recount(subject);
  }
}

void LaneState::Impl::WriteAhead(size_t legs) {
  due_ = logged_.BeyondBound(log_.bytes());
  const double bytes_a_leg = kImageBytesALeg * (1 + kHasteOfExcess * logged_.Excess(log_.bytes()));
  // What the last images cost too much is paid first.
  image_credit_ = std::min<int64_t>(image_credit_, 0) +
                  static_cast<int64_t>(bytes_a_leg * static_cast<double>(legs));
  const size_t bytes_before = images_ahead_.bytes;
  const auto spent = [&] { return static_cast<int64_t>(images_ahead_.bytes - bytes_before); };
  size_t images_max = legs;
  // They go with the next ticket, whichever it will be: none lies between the last one and it.
  PutImages(taken_ticket_ + 1, &images_ahead_, [&](const Subject& oldest) {
    // Whoever pays himself has two legs of one sequence: an image has both or none.
    const bool may_be_amid_a_transaction = oldest.last_sequence == applied_;
    const bool is_due = oldest.first_unsaved < due_ && spent() < image_credit_;
    return (is_due || HasTooManyDirty()) && !may_be_amid_a_transaction &&
           images_ahead_.bytes < options_.write_back_bytes_max && images_max-- > 0;
  });
  image_credit_ -= spent();
}

void LaneState::Impl::NoteLogged(Sequence last, size_t bytes) {
  const Subject* const oldest = table_.OldestDirty();
  logged_.Add(oldest == nullptr ? last : oldest->first_unsaved, last, bytes);
}

WriteBack LaneState::Impl::TakeWriteBack(uint64_t ticket, bool all) {
  CHECK(ticket > taken_ticket_);
  taken_ticket_ = ticket;
  WriteBack out;
  out.batch = std::exchange(images_ahead_, {});
  out.leg_log = log_.Take();
  NoteLogged(applied_, out.leg_log.size());
  due_ = logged_.BeyondBound(0);
  // Behind by much, smoothness has to give way: the log must not grow without a bound.
  const bool is_behind = logged_.IsFarBeyondBound();
  PutImages(ticket, &out.batch, [&](const Subject& oldest) {
    if (all || (is_behind && oldest.first_unsaved < due_)) return true;
    return HasTooManyDirty() && out.batch.bytes < options_.write_back_bytes_max;
  });
  if (const Subject* left = table_.OldestDirty(); left != nullptr) {
    out.first_unsaved = left->first_unsaved;
  }
  logged_.Forget(out.first_unsaved);
  table_.CountPendingBytes(ticket, out.batch.bytes + out.leg_log.size());
  table_.EvictDownTo(options_.cache_bytes_max);
  return out;
}

void LaneState::Impl::PutImage(Subject* subject, uint64_t ticket, StoreBatch* batch) {
  subject->ledger.TakeChanges(SourceOf(*subject), ticket, batch);
  std::optional<EventTime> oldest;
  if (subject->ledger.HasChunksApart()) oldest = subject->oldest_apart;
  const RecordView record{subject->last_sequence, subject->newest_time, subject->has_legs, oldest,
                          subject->totals, subject->fold_marks(), subject->ledger.newest()};
  batch->Put(std::string(subject->record_key()), EncodeRecord(record, names_));
}

void LaneState::Impl::Written(uint64_t ticket) {
  written_ticket_ = std::max(written_ticket_, ticket);
  table_.MarkWritten(ticket);
  table_.EvictDownTo(options_.cache_bytes_max);
}

absl::StatusOr<Digest> LaneState::Impl::LogicalDigest(
    const std::function<bool(const Hash128&)>& is_mine) {
  Digest sum;
  absl::flat_hash_set<std::string_view> in_memory;
  absl::Status status;
  table_.ForEach([&](Subject* subject) {
    if (!subject->has_legs || !status.ok()) return;
    in_memory.insert(subject->record_key());
    const DigestInput input{subject->newest_time, true, &subject->totals, subject->fold_marks(),
                            options_.retention_us};
    const absl::StatusOr<Digest> digest =
        DigestSubject(input, SourceOf(*subject), &subject->ledger);
    table_.Recount(subject);
    if (digest.ok()) sum = AddDigests(sum, *digest);
    status = digest.status();
  });
  RETURN_IF_ERROR(status);
  RETURN_IF_ERROR(ForEachStoredRecord(
      store_, [&](std::string_view key, std::string_view value) -> absl::Status {
        if (in_memory.contains(key)) return absl::OkStatus();
        const std::optional<SubjectIdentity> identity = ParseRecordKey(key);
        if (!identity) return absl::DataLossError("state store: a record under a wrong key");
        if (is_mine && !is_mine(IdentityHash(hasher_, static_cast<uint8_t>(identity->kind),
                                             identity->tenant, identity->id))) {
          return absl::OkStatus();
        }
        ASSIGN_OR_RETURN(const Digest digest,
                         DigestStoredSubject(store_, key, value, options_.retention_us));
        sum = AddDigests(sum, digest);
        return absl::OkStatus();
      }));
  return sum;
}

LaneState::LaneState(Store* store, const LedgerOptions& options, const KeyedHasher* hasher)
    : impl_(std::make_unique<Impl>(store, options, hasher)) {}
LaneState::~LaneState() = default;

void LaneState::SetRuleSet(std::shared_ptr<const RuleSet> rule_set, const RecordedSince& since) {
  impl_->SetRuleSet(std::move(rule_set), since);
}

absl::Status LaneState::Recover(const std::vector<LegLogPart>& log,
                                const std::function<bool(const Hash128& subject_hash)>& is_mine,
                                const std::function<absl::Status(const StoreBatch&)>& write) {
  return impl_->Recover(log, is_mine, write);
}
absl::Status LaneState::LookAhead(std::span<const Leg> legs) { return impl_->LookAhead(legs); }

absl::StatusOr<ApplyOutcome> LaneState::Apply(const Leg& leg, LegFigures* figures) {
  ReadOnly(leg, figures);
  ASSIGN_OR_RETURN(figures->outcome_, impl_->Apply(leg, &figures->subject_));
  return figures->outcome_;
}

void LaneState::ReadOnly(const Leg& leg, LegFigures* figures) {
  impl_->ForgetFigures();
  figures->leg_ = &leg;
  figures->subject_ = nullptr;
  figures->state_ = this;
  figures->outcome_ = ApplyOutcome::kApplied;
}

void LaneState::WriteAhead(size_t legs) { impl_->WriteAhead(legs); }
WriteBack LaneState::TakeWriteBack(uint64_t ticket, bool all) {
  return impl_->TakeWriteBack(ticket, all);
}
void LaneState::Written(uint64_t ticket) { impl_->Written(ticket); }

bool LaneState::IsOverBound() const { return impl_->IsOverBound(); }
const absl::Status& LaneState::status() const { return impl_->status(); }
size_t LaneState::cache_bytes() const { return impl_->table().bytes(); }
size_t LaneState::subject_count() const { return impl_->table().size(); }
uint64_t LaneState::evictions() const { return impl_->table().evictions(); }

absl::StatusOr<Digest> LaneState::LogicalDigest(
    const std::function<bool(const Hash128& subject_hash)>& is_mine) {
  return impl_->LogicalDigest(is_mine);
}

}  // namespace vigla
