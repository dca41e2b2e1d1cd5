// Where the subjects in memory are, by the hash of their identity: open addressing. Hot.
// A slot has half of the hash, which decides where it belongs; so nothing but slots is read to
// find out that a subject is not there, or to make room for more of them. It grows a little with
// each insertion: a million subjects, moved all at once, would hold up the legs behind for 14 ms.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "engine/base/check.h"
#include "engine/base/hash.h"
#include "engine/base/zeroed_pages.h"

namespace vigla {

class Subject;

class SubjectIndex {
 public:
  // A subject's share on the average.
  static constexpr size_t kBytesPerSubject = 34;

  // Purely a matter of speed: brings close what finding that hash reads.
  void Prefetch(const Hash128& hash) const {
    current_.Prefetch(hash.low);
    former_.Prefetch(hash.low);
  }
  // The first of the subjects whose hashes have this low half of which is(*subject) is true.
  template <typename Is>
  Subject* Find(const Hash128& hash, Is is) const {
    const auto is_it = [&](const Slot& slot) { return is(*slot.subject); };
    const Slot* found = current_.Find(hash.low, is_it);
    if (found == nullptr) found = former_.Find(hash.low, is_it);
    return found == nullptr ? nullptr : found->subject;
  }
  // The subject must not be there.
  void Insert(const Hash128& hash, Subject* subject) {
    if (former_.capacity > 0) MoveSome();
    if (size_ >= current_.capacity / 32 * 19) PrepareSome();
    if (size_ >= current_.capacity / 32 * 20) Grow();
    ++size_;
    current_.Place({hash.low, subject});
  }
  // The subject must be there.
  void Erase(const Hash128& hash, const Subject* subject) {
    const auto is_it = [&](const Slot& slot) { return slot.subject == subject; };
    --size_;
    if (Slot* const slot = current_.Find(hash.low, is_it)) return current_.Remove(slot);
    Slot* const slot = former_.Find(hash.low, is_it);
    CHECK(slot != nullptr);
    slot->subject = Moved();
  }

  size_t size() const { return size_; }
  // In no order that means anything.
  template <typename Visit>
  void ForEach(Visit visit) const {
    for (const Table* table : {&current_, &former_}) {
      for (size_t at = 0; at < table->capacity; ++at) {
        Subject* const subject = table->slots()[at].subject;
        if (subject != nullptr && subject != Moved()) visit(subject);
      }
    }
  }

 private:
  static constexpr size_t kFirstCapacity = 64;
  // With every insertion. All have moved long before there are enough to grow again.
  static constexpr size_t kSlotsMoved = 8;
  // With every insertion once 19/32 are taken; it grows at 20/32, when all are prepared.
  static constexpr size_t kSlotsPrepared = 128;

  struct Slot {
    uint64_t hash_low;
    Subject* subject;  // nullptr: free
  };
  // In the former table, whose slots only become fewer: searches go on over it.
  static Subject* Moved() { return reinterpret_cast<Subject*>(uintptr_t{1}); }

  struct Table {
    Slot* slots() const { return static_cast<Slot*>(pages.get()); }
    // The hash is keyed and uniform already; its high half chose the lane.
    size_t Home(uint64_t hash_low) const { return hash_low & (capacity - 1); }
    size_t Next(size_t at) const { return (at + 1) & (capacity - 1); }
    size_t Distance(size_t from, size_t to) const { return (to - from) & (capacity - 1); }

    void Prefetch(uint64_t hash_low) const {
      if (capacity > 0) __builtin_prefetch(&slots()[Home(hash_low)]);
    }
    template <typename Is>
    Slot* Find(uint64_t hash_low, Is is) const {
      if (capacity == 0) return nullptr;
      for (size_t at = Home(hash_low); slots()[at].subject != nullptr; at = Next(at)) {
        Slot& slot = slots()[at];
        if (slot.hash_low == hash_low && slot.subject != Moved() && is(slot)) return &slot;
      }
      return nullptr;
    }
    void Place(const Slot& slot) {
      size_t at = Home(slot.hash_low);
      while (slots()[at].subject != nullptr) at = Next(at);
      slots()[at] = slot;
    }
    // Whatever a search would no longer reach over the hole moves into it.
    void Remove(Slot* slot) {
      size_t hole = static_cast<size_t>(slot - slots());
      for (size_t at = Next(hole); slots()[at].subject != nullptr; at = Next(at)) {
        const size_t home = Home(slots()[at].hash_low);
        if (Distance(home, at) < Distance(hole, at)) continue;
        slots()[hole] = slots()[at];
        hole = at;
      }
      slots()[hole] = {};
    }

    ZeroedPages pages;
    size_t capacity = 0;  // a power of two
  };

  // Shortly before it is needed: a table is touched from its beginning to its end, for otherwise
  // the first insertions, anywhere in it, would have to wait for all of its pages.
  void PrepareSome() {
    const size_t capacity = current_.capacity == 0 ? kFirstCapacity : current_.capacity * 2;
    if (next_.capacity == 0) {
      next_ = {MapZeroedPages(capacity * sizeof(Slot)), capacity};
      prepared_ = 0;
    }
    if (prepared_ >= capacity) return;
    *static_cast<volatile uint64_t*>(&next_.slots()[prepared_].hash_low) = 0;
    prepared_ += kSlotsPrepared;
  }
  void Grow() {
    CHECK(former_.capacity == 0 && next_.capacity > 0);
    former_ = std::exchange(current_, std::exchange(next_, {}));
    moved_ = 0;
  }
  void MoveSome() {
    for (size_t i = 0; i < kSlotsMoved && moved_ < former_.capacity; ++i, ++moved_) {
      Slot& slot = former_.slots()[moved_];
      if (slot.subject == nullptr || slot.subject == Moved()) continue;
      current_.Place(slot);
      slot.subject = Moved();
    }
    if (moved_ == former_.capacity) former_ = {};
  }

  Table current_;
  Table next_;           // twice as large, when it will soon be needed
  Table former_;         // while what it had moves to the current one
  size_t prepared_ = 0;  // of the next one's slots, from the first on
  size_t moved_ = 0;     // of the former's slots, from the first on
  size_t size_ = 0;
};

}  // namespace vigla
