// The subjects of a lane that are in memory: found by identity, counted, let go of in order. Hot.
// A subject is dirty (it has legs that no image has), pending (its newest image is on the way to
// the store), or neither; only then may it be evicted, the longest unused first.
#pragma once

#include <cstdint>
#include <deque>
#include <string_view>
#include <utility>

#include "engine/base/block_pool.h"
#include "engine/ledger/subject.h"
#include "engine/ledger/subject_index.h"

namespace vigla {

// A doubly linked list through Subject::newer and older; a subject is in one list at most.
class SubjectList {
 public:
  Subject* oldest() const { return oldest_; }
  void PushNewest(Subject* subject);
  void Remove(Subject* subject);

 private:
  Subject* oldest_ = nullptr;
  Subject* newest_ = nullptr;
};

class SubjectTable {
 public:
  // `reserve` as for its pool.
  explicit SubjectTable(RegionReserve* reserve = nullptr) : pool_(reserve) {}
  ~SubjectTable();
  SubjectTable(const SubjectTable&) = delete;
  SubjectTable& operator=(const SubjectTable&) = delete;

  // Purely a matter of speed: brings close where a subject of that hash is noted; then, once that
  // is close, the subject, which is returned unread. Null if there is none.
  void PrefetchSlot(const Hash128& hash) const { index_.Prefetch(hash); }
  Subject* PrefetchSubject(const Hash128& hash) const;
  // The same for what MarkDirty changes of other subjects.
  void PrefetchForDirty(const Subject& subject) const {
    if (!IsIdle(subject)) return;
    if (subject.older != nullptr) __builtin_prefetch(&subject.older->newer, 1);
    if (subject.newer != nullptr) __builtin_prefetch(&subject.newer->older, 1);
  }
  // The same for the dirty subjects that are the next after this one, which is read.
  void PrefetchAfter(const Subject& dirty) const;
  // By all of its identity: the hash only says where to look. Null if it is not in memory.
  Subject* Find(const Leg& leg) const;
  Subject* Find(const Hash128& hash, std::string_view record_key) const;
  // A new one, which must not be there, without legs. Not dirty, not pending, and the last to be
  // evicted.
  Subject* Add(SubjectKind kind, const Hash128& hash, std::string_view record_key,
               size_t id_bytes);

  // `sequence` is of the leg that changed it; never less than at the call before.
  void MarkDirty(Subject* subject, Sequence sequence);
  Subject* OldestDirty() const { return dirty_.oldest(); }
  // Its image is handed over with `epoch`, which is above all before.
  void MarkPending(Subject* subject, uint64_t epoch);
  // `bytes` of images were handed over with `epoch`.
  void CountPendingBytes(uint64_t epoch, size_t bytes);
  void MarkWritten(uint64_t epoch);

  // After anything that may have changed its size.
  void Recount(Subject* subject);
  void EvictDownTo(size_t bytes_max);

  size_t bytes() const { return bytes_ + pending_bytes_; }
  size_t dirty_bytes() const { return dirty_bytes_; }
  size_t size() const { return index_.size(); }
  // Of its subjects' newest entries.
  BlockPool* pool() { return &pool_; }
  uint64_t evictions() const { return evictions_; }

  template <typename Visit>
  void ForEach(Visit visit) const {
    index_.ForEach(visit);
  }

 private:
  static bool IsIdle(const Subject& subject) {
    return !subject.is_dirty && subject.pending_epoch == 0;
  }
  void Erase(Subject* subject);

  BlockPool pool_;
  SubjectIndex index_;
  SubjectList idle_;   // neither dirty nor pending, by last use
  SubjectList dirty_;  // by first unsaved sequence
  std::deque<std::pair<uint64_t, Subject*>> pending_;
  std::deque<std::pair<uint64_t, size_t>> pending_images_;
  size_t bytes_ = 0;
  size_t dirty_bytes_ = 0;  // of them those of dirty subjects
  size_t pending_bytes_ = 0;
  uint64_t evictions_ = 0;
};

}  // namespace vigla
