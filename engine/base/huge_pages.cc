// What is advised has to be whole huge pages. Cold.
#include "engine/base/huge_pages.h"

#include <sys/mman.h>

#include <cstdint>

namespace vigla {
namespace {

constexpr size_t kHugePageBytes = 2 * 1024 * 1024;

}  // namespace

void AdviseHugePages(void* memory, size_t bytes) {
  const uintptr_t begin = (reinterpret_cast<uintptr_t>(memory) + kHugePageBytes - 1) &
                          ~(kHugePageBytes - 1);
  const uintptr_t end = (reinterpret_cast<uintptr_t>(memory) + bytes) & ~(kHugePageBytes - 1);
  if (begin < end) madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);
}

}  // namespace vigla
