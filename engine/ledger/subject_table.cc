// The subjects of a lane that are in memory: found by identity, counted, let go of in order. Hot.
#include "engine/ledger/subject_table.h"

#include <new>

#include "engine/base/check.h"

namespace vigla {
namespace {

// So far ahead the subjects whose images are written are brought close.
constexpr size_t kWrittenAhead = 16;

size_t VarintBytes(size_t value) {
  size_t bytes = 1;
  for (; value >= 0x80; value >>= 7) ++bytes;
  return bytes;
}

}  // namespace

bool Subject::Is(const Leg& leg) const {
  if (kind != leg.subject_kind || id() != leg.subject_id) return false;
  const std::string_view tenant = leg.transaction->tenant;
  // Tag, kind, the tenant's length, the tenant (store_key.h).
  std::string_view head = record_key();
  head.remove_suffix(id_bytes);
  return head.size() == 2 + VarintBytes(tenant.size()) + tenant.size() && head.ends_with(tenant);
}

size_t Subject::Bytes() const {
  return sizeof(Subject) + SubjectIndex::kBytesPerSubject + KeyHeapBytes() + ledger.HeapBytes() +
         totals.HeapBytes() + (extras_ == nullptr ? 0 : extras_->Bytes());
}

void SubjectList::PushNewest(Subject* subject) {
  subject->older = newest_;
  subject->newer = nullptr;
  (newest_ != nullptr ? newest_->newer : oldest_) = subject;
  newest_ = subject;
}

void SubjectList::Remove(Subject* subject) {
  (subject->older != nullptr ? subject->older->newer : oldest_) = subject->newer;
  (subject->newer != nullptr ? subject->newer->older : newest_) = subject->older;
  subject->older = subject->newer = nullptr;
}

SubjectTable::~SubjectTable() {
  index_.ForEach([](Subject* subject) { subject->~Subject(); });
}

Subject* SubjectTable::PrefetchSubject(const Hash128& hash) const {
  Subject* const subject = index_.Find(hash, [](const Subject&) { return true; });
  if (subject != nullptr) subject->Prefetch();
  return subject;
}

Subject* SubjectTable::Find(const Leg& leg) const {
  return index_.Find(leg.subject_hash, [&](const Subject& subject) { return subject.Is(leg); });
}

Subject* SubjectTable::Find(const Hash128& hash, std::string_view record_key) const {
  return index_.Find(hash,
                     [&](const Subject& subject) { return subject.record_key() == record_key; });
}

Subject* SubjectTable::Add(SubjectKind kind, const Hash128& hash, std::string_view record_key,
                           size_t id_bytes) {
  Subject* const subject = new (pool_.Allocate(sizeof(Subject)))
      Subject(kind, hash, record_key, id_bytes, &pool_);
  index_.Insert(hash, subject);
  idle_.PushNewest(subject);
  Recount(subject);
  return subject;
}

void SubjectTable::PrefetchAfter(const Subject& dirty) const {
  // One step at a time: the next came close when this one's predecessor was read.
  const Subject* const next = dirty.newer;
  if (next == nullptr) return;
  next->ledger.PrefetchNewest();
  if (next->newer != nullptr) next->newer->Prefetch();
}

void SubjectTable::MarkDirty(Subject* subject, Sequence sequence) {
  if (subject->is_dirty) return;
  if (subject->pending_epoch == 0) idle_.Remove(subject);
  subject->is_dirty = true;
  subject->first_unsaved = sequence;
  dirty_.PushNewest(subject);
  dirty_bytes_ += subject->counted_bytes;
}

void SubjectTable::MarkPending(Subject* subject, uint64_t epoch) {
  CHECK(subject->is_dirty && epoch > 0);
  dirty_.Remove(subject);
  dirty_bytes_ -= subject->counted_bytes;
  subject->is_dirty = false;
  subject->pending_epoch = epoch;
  pending_.emplace_back(epoch, subject);
}

void SubjectTable::CountPendingBytes(uint64_t epoch, size_t bytes) {
  pending_images_.emplace_back(epoch, bytes);
  pending_bytes_ += bytes;
}

void SubjectTable::MarkWritten(uint64_t epoch) {
  for (; !pending_.empty() && pending_.front().first <= epoch; pending_.pop_front()) {
    if (pending_.size() > kWrittenAhead) pending_[kWrittenAhead].second->Prefetch();
    const auto [of_epoch, subject] = pending_.front();
    if (subject->pending_epoch != of_epoch) continue;  // a later image is on its way
    subject->pending_epoch = 0;
    if (!subject->is_dirty) idle_.PushNewest(subject);
  }
  for (; !pending_images_.empty() && pending_images_.front().first <= epoch;
       pending_images_.pop_front()) {
    pending_bytes_ -= pending_images_.front().second;
  }
}

void SubjectTable::Recount(Subject* subject) {
  const size_t bytes = subject->Bytes();
  bytes_ += bytes - subject->counted_bytes;
  if (subject->is_dirty) dirty_bytes_ += bytes - subject->counted_bytes;
  subject->counted_bytes = bytes;
}

void SubjectTable::EvictDownTo(size_t bytes_max) {
  while (bytes() > bytes_max && idle_.oldest() != nullptr) {
    Erase(idle_.oldest());
    ++evictions_;
  }
}

void SubjectTable::Erase(Subject* subject) {
  idle_.Remove(subject);
  index_.Erase(subject->hash, subject);
  bytes_ -= subject->counted_bytes;
  subject->~Subject();
  pool_.Free(subject, sizeof(Subject));
}

}  // namespace vigla
