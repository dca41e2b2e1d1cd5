// A bounded queue between exactly one producer thread and one consumer thread. Hot.
// After Lamport's ring with cached remote positions (as in rigtorp/SPSCQueue): each side keeps a
// copy of the other's position and reads the shared one only when the copy says full or empty,
// so that a line moves between cores once a lap instead of once an element.
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <memory>
#include <utility>

#include "engine/base/check.h"

namespace vigla {

inline constexpr size_t kCacheLineBytes = 64;

// Capacity is rounded up to a power of two. TryPush by one thread, TryPop and Front by another.
template <typename T>
class Ring {
 public:
  explicit Ring(size_t capacity)
      : capacity_(std::bit_ceil(capacity)), slots_(std::make_unique<T[]>(capacity_)) {
    CHECK(capacity > 0);
  }
  Ring(const Ring&) = delete;
  Ring& operator=(const Ring&) = delete;

  // False if the ring is full; `value` is then unchanged.
  bool TryPush(T& value) {
    const size_t tail = tail_.load(std::memory_order_relaxed);
    if (tail - head_seen_ == capacity_) {
      head_seen_ = head_.load(std::memory_order_acquire);  // pairs with TryPop's release
      if (tail - head_seen_ == capacity_) return false;
    }
    slots_[tail & (capacity_ - 1)] = std::move(value);
    tail_.store(tail + 1, std::memory_order_release);  // pairs with Front's acquire
    return true;
  }

  // The oldest element, or nullptr if the ring is empty. Consumer only.
  T* Front() {
    const size_t head = head_.load(std::memory_order_relaxed);
    if (head == tail_seen_) {
      tail_seen_ = tail_.load(std::memory_order_acquire);  // pairs with TryPush's release
      if (head == tail_seen_) return nullptr;
    }
    return &slots_[head & (capacity_ - 1)];
  }

  // False if the ring is empty.
  bool TryPop(T* value) {
    T* front = Front();
    if (front == nullptr) return false;
    *value = std::move(*front);
    // pairs with TryPush's acquire of head_
    head_.store(head_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
    return true;
  }

  // Elements now in the ring, as any thread may see it: exact for neither side, right for metrics.
  size_t Size() const {
    return tail_.load(std::memory_order_relaxed) - head_.load(std::memory_order_relaxed);
  }
  size_t Capacity() const { return capacity_; }

 private:
  const size_t capacity_;
  const std::unique_ptr<T[]> slots_;
  alignas(kCacheLineBytes) std::atomic<size_t> head_{0};  // written by the consumer
  size_t tail_seen_ = 0;                                  // consumer's copy of tail_
  alignas(kCacheLineBytes) std::atomic<size_t> tail_{0};  // written by the producer
  size_t head_seen_ = 0;                                  // producer's copy of head_
};

}  // namespace vigla
