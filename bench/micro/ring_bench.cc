// The ring between two threads beside two queues of the same kind: boost's and readerwriterqueue.
#include <benchmark/benchmark.h>
#include <readerwriterqueue/readerwriterqueue.h>

#include <atomic>
#include <boost/lockfree/spsc_queue.hpp>
#include <cstdint>
#include <memory>
#include <thread>

#include "bench/micro/allocations.h"
#include "engine/base/ring.h"

namespace vigla {
namespace {

constexpr size_t kCapacity = 64;  // as the rings in front of lanes

// What travels through our rings: a pointer.
using Element = void*;

struct OurRing {
  bool Push(Element element) { return ring.TryPush(element); }
  bool Pop(Element* element) { return ring.TryPop(element); }
  Ring<Element> ring{kCapacity};
};

struct BoostQueue {
  bool Push(Element element) { return queue.push(element); }
  bool Pop(Element* element) { return queue.pop(*element); }
  boost::lockfree::spsc_queue<Element, boost::lockfree::capacity<kCapacity>> queue;
};

struct ReaderWriterQueue {
  bool Push(Element element) { return queue.try_enqueue(element); }
  bool Pop(Element* element) { return queue.try_dequeue(*element); }
  moodycamel::ReaderWriterQueue<Element> queue{kCapacity};
};

// Both ends on one thread: what the operations themselves cost.
template <class Queue>
void PushAndPop(benchmark::State& state) {
  Queue queue;
  Element element = &queue;
  const AllocationCount allocations;
  for (auto _ : state) {
    benchmark::DoNotOptimize(queue.Push(element));
    benchmark::DoNotOptimize(queue.Pop(&element));
  }
  allocations.Report(&state);
}
BENCHMARK(PushAndPop<OurRing>);
BENCHMARK(PushAndPop<BoostQueue>);
BENCHMARK(PushAndPop<ReaderWriterQueue>);

// From one thread to another, both as fast as they can; each gives way where it can't go on.
template <class Queue>
void ThreadToThread(benchmark::State& state) {
  Queue queue;
  std::atomic<bool> done{false};
  std::thread producer([&] {
    Element element = &queue;
    while (!done.load(std::memory_order_relaxed)) {
      if (!queue.Push(element)) std::this_thread::yield();
    }
  });
  Element element = nullptr;
  for (auto _ : state) {
    while (!queue.Pop(&element)) std::this_thread::yield();
  }
  done.store(true, std::memory_order_relaxed);
  producer.join();
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(ThreadToThread<OurRing>)->UseRealTime();
BENCHMARK(ThreadToThread<BoostQueue>)->UseRealTime();
BENCHMARK(ThreadToThread<ReaderWriterQueue>)->UseRealTime();

}  // namespace
}  // namespace vigla
