// An anonymous mapping. Cold.
#include "engine/base/zeroed_pages.h"

#include <sys/mman.h>

#include <new>

#include "engine/base/huge_pages.h"

namespace vigla {

void PageUnmapper::operator()(void* memory) const { munmap(memory, bytes); }

ZeroedPages MapZeroedPages(size_t bytes) {
  void* const memory =
      mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  AdviseHugePages(memory, bytes);
  return ZeroedPages(memory, PageUnmapper{bytes});
}

}  // namespace vigla
