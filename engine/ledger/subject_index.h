// Where the subjects in memory are, by the hash of their identity: open addressing. Hot.
// A slot has half of the hash, which decides where it belongs; so nothing but slots is read to
// find out that a subject is not there, or to make room for more of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "engine/base/block_pool.h"
#include "engine/base/check.h"
#include "engine/base/hash.h"

namespace vigla {

class Subject;

class SubjectIndex {
 public:
  // A subject's share on the average.
  static constexpr size_t kBytesPerSubject = 34;

  // Purely a matter of speed: brings close what finding that hash reads.
  void Prefetch(const Hash128& hash) const {
    if (capacity_ > 0) __builtin_prefetch(&slots_[Home(hash.low)]);
  }
  // The first of the subjects whose hashes have this low half of which is(*subject) is true.
  template <typename Is>
  Subject* Find(const Hash128& hash, Is is) const {
    if (capacity_ == 0) return nullptr;
    for (size_t at = Home(hash.low); slots_[at].subject != nullptr; at = Next(at)) {
      if (slots_[at].hash_low == hash.low && is(*slots_[at].subject)) return slots_[at].subject;
    }
    return nullptr;
  }
  // The subject must not be there.
  void Insert(const Hash128& hash, Subject* subject) {
    if (size_ >= capacity_ / 8 * 5) Grow();
    ++size_;
    Place({hash.low, subject});
  }
  // The subject must be there.
  void Erase(const Hash128& hash, const Subject* subject) {
    size_t hole = Home(hash.low);
    while (slots_[hole].subject != subject) {
      CHECK(slots_[hole].subject != nullptr);
      hole = Next(hole);
    }
    --size_;
    // Whatever a search would no longer reach over the hole moves into it.
    for (size_t at = Next(hole); slots_[at].subject != nullptr; at = Next(at)) {
      const size_t home = Home(slots_[at].hash_low);
      if (Distance(home, at) < Distance(hole, at)) continue;
      slots_[hole] = slots_[at];
      hole = at;
    }
    slots_[hole] = {};
  }

  size_t size() const { return size_; }
  // In no order that means anything.
  template <typename Visit>
  void ForEach(Visit visit) const {
    for (size_t at = 0; at < capacity_; ++at) {
      if (slots_[at].subject != nullptr) visit(slots_[at].subject);
    }
  }

 private:
  static constexpr size_t kFirstCapacity = 64;
  struct Slot {
    uint64_t hash_low = 0;
    Subject* subject = nullptr;
  };

  // The hash is keyed and uniform already; its high half chose the lane.
  size_t Home(uint64_t hash_low) const { return hash_low & (capacity_ - 1); }
  size_t Next(size_t at) const { return (at + 1) & (capacity_ - 1); }
  size_t Distance(size_t from, size_t to) const { return (to - from) & (capacity_ - 1); }

  void Place(const Slot& slot) {
    size_t at = Home(slot.hash_low);
    while (slots_[at].subject != nullptr) at = Next(at);
    slots_[at] = slot;
  }
  void Grow() {
    const std::unique_ptr<Slot[]> before = std::move(slots_);
    const size_t capacity_before = std::exchange(
        capacity_, capacity_ == 0 ? kFirstCapacity : capacity_ * 2);
    slots_ = std::make_unique_for_overwrite<Slot[]>(capacity_);
    AdviseHugePages(slots_.get(), capacity_ * sizeof(Slot));
    for (size_t at = 0; at < capacity_; ++at) slots_[at] = {};
    for (size_t at = 0; at < capacity_before; ++at) {
      if (before[at].subject != nullptr) Place(before[at]);
    }
  }

  std::unique_ptr<Slot[]> slots_;
  size_t capacity_ = 0;  // a power of two
  size_t size_ = 0;
};

}  // namespace vigla
