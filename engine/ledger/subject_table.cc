// The subjects of a lane that are in memory: found by identity, counted, let go of in order. Hot.
#include "engine/ledger/subject_table.h"

#include "engine/base/check.h"
#include "engine/base/ring.h"

namespace vigla {
namespace {

// Key, pointer and control byte at the load that the map lets itself have on the average.
constexpr size_t kSlotBytes = (sizeof(Hash128) + sizeof(Subject*) + 1) * 3 / 2;

size_t VarintBytes(size_t value) {
  size_t bytes = 1;
  for (; value >= 0x80; value >>= 7) ++bytes;
  return bytes;
}

bool Is(const Subject& subject, const Leg& leg) {
  if (subject.kind != leg.subject_kind || subject.id() != leg.subject_id) return false;
  const std::string_view tenant = leg.transaction->tenant;
  // Tag, kind, the tenant's length, the tenant (store_key.h).
  std::string_view head = subject.record_key();
  head.remove_suffix(subject.id_bytes);
  return head.size() == 2 + VarintBytes(tenant.size()) + tenant.size() && head.ends_with(tenant);
}

}  // namespace

size_t Subject::Bytes() const {
  return sizeof(Subject) + kSlotBytes + KeyHeapBytes() + ledger.HeapBytes() +
         fold_marks.capacity() * sizeof(FoldMark) + running.HeapBytes() + totals.HeapBytes();
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
  for (const auto& [hash, first] : by_hash_) {
    for (Subject* subject = first; subject != nullptr;) {
      delete std::exchange(subject, subject->next_same_hash);
    }
  }
}

Subject* SubjectTable::PrefetchSubject(const Hash128& hash) const {
  const auto found = by_hash_.find(hash);
  if (found == by_hash_.end()) return nullptr;
  const char* const subject = reinterpret_cast<const char*>(found->second);
  for (size_t at = 0; at < sizeof(Subject); at += kCacheLineBytes) {
    __builtin_prefetch(subject + at, 1);
  }
  return found->second;
}

template <typename Is>
Subject* SubjectTable::FindWhere(const Hash128& hash, Is is) const {
  const auto found = by_hash_.find(hash);
  if (found == by_hash_.end()) return nullptr;
  Subject* subject = found->second;
  while (subject != nullptr && !is(*subject)) subject = subject->next_same_hash;
  return subject;
}

Subject* SubjectTable::Find(const Leg& leg) const {
  return FindWhere(leg.subject_hash, [&](const Subject& subject) { return Is(subject, leg); });
}

Subject* SubjectTable::Find(const Hash128& hash, std::string_view record_key) const {
  return FindWhere(hash,
                   [&](const Subject& subject) { return subject.record_key() == record_key; });
}

Subject* SubjectTable::Insert(std::unique_ptr<Subject> subject) {
  Subject* const inserted = subject.release();
  Subject*& first = by_hash_[inserted->hash];
  inserted->next_same_hash = first;
  first = inserted;
  ++size_;
  idle_.PushNewest(inserted);
  Recount(inserted);
  return inserted;
}

void SubjectTable::Touch(Subject* subject) {
  if (subject->is_dirty || subject->pending_epoch != 0) return;
  idle_.Remove(subject);
  idle_.PushNewest(subject);
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
  const auto found = by_hash_.find(subject->hash);
  CHECK(found != by_hash_.end());
  Subject** link = &found->second;
  while (*link != subject) link = &(*link)->next_same_hash;
  *link = subject->next_same_hash;
  if (found->second == nullptr) by_hash_.erase(found);
  bytes_ -= subject->counted_bytes;
  --size_;
  delete subject;
}

}  // namespace vigla
