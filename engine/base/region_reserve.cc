// Regions of memory that were touched before they are needed. Hot (Take), else cold.
#include "engine/base/region_reserve.h"

#include <pthread.h>
#include <sched.h>

#include <cstdint>
#include <new>

#include "engine/base/check.h"
#include "engine/base/huge_pages.h"

namespace vigla {
namespace {

constexpr size_t kPageBytes = 4 * 1024;

}  // namespace

RegionReserve::~RegionReserve() {
  stop_.store(true, std::memory_order_relaxed);
  taken_.fetch_add(1, std::memory_order_release);
  taken_.notify_one();
  if (filler_.joinable()) filler_.join();
  for (std::atomic<void*>& slot : ready_) {
    if (void* const region = slot.load(std::memory_order_relaxed)) Return(region);
  }
}

void RegionReserve::Start(size_t regions) {
  CHECK(!filler_.joinable());
  ready_ = std::vector<std::atomic<void*>>(regions);
  filler_ = std::thread([this] { Fill(); });
}

void* RegionReserve::Take() {
  for (std::atomic<void*>& slot : ready_) {
    if (slot.load(std::memory_order_relaxed) == nullptr) continue;
    // Pairs with the release store in Fill.
    void* const region = slot.exchange(nullptr, std::memory_order_acquire);
    if (region == nullptr) continue;  // another thread was quicker
    taken_.fetch_add(1, std::memory_order_release);  // pairs with the acquire load in Fill
    taken_.notify_one();
    return region;
  }
  return Make();
}

void RegionReserve::Return(void* region) {
  ::operator delete(region, std::align_val_t(kRegionBytes));
}

void* RegionReserve::Make() {
  void* const region = ::operator new(kRegionBytes, std::align_val_t(kRegionBytes));
  AdviseHugePages(region, kRegionBytes);
  return region;
}

void RegionReserve::Fill() {
  pthread_setname_np(pthread_self(), "memory");
  // There is time until a region is needed, and none that a thread which judges should wait for.
  const sched_param parameters{};
  pthread_setschedparam(pthread_self(), SCHED_IDLE, &parameters);
  while (true) {
    const uint32_t taken = taken_.load(std::memory_order_acquire);
    for (std::atomic<void*>& slot : ready_) {
      if (stop_.load(std::memory_order_relaxed)) return;
      if (slot.load(std::memory_order_relaxed) != nullptr) continue;
      char* const region = static_cast<char*>(Make());
      for (size_t at = 0; at < kRegionBytes; at += kPageBytes) {
        *static_cast<volatile char*>(region + at) = 0;
      }
      slot.store(region, std::memory_order_release);  // pairs with the exchange in Take
    }
    taken_.wait(taken, std::memory_order_acquire);
  }
}

}  // namespace vigla
