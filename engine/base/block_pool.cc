// Memory for many small blocks that come and go one by one, close together in huge pages. Hot.
#include "engine/base/block_pool.h"

#include <new>

#include "engine/base/check.h"

// So that a use of a freed block is found as one of freed memory is.
#if __has_include(<sanitizer/asan_interface.h>)
#include <sanitizer/asan_interface.h>  // does nothing where memory is not watched
#else
#define ASAN_POISON_MEMORY_REGION(address, bytes) ((void)(address), (void)(bytes))
#define ASAN_UNPOISON_MEMORY_REGION(address, bytes) ((void)(address), (void)(bytes))
#endif

namespace vigla {

BlockPool::~BlockPool() {
  for (void* region : regions_) {
    ASAN_UNPOISON_MEMORY_REGION(region, kRegionBytes);
    RegionReserve::Return(region);
  }
}

void* BlockPool::Allocate(size_t bytes) {
  CHECK(bytes > 0 && bytes <= kBlockBytesMax);
  const size_t size_class = SizeClass(bytes);
  Slab* slab = with_room_[size_class];
  if (slab == nullptr) slab = NewSlab(size_class);
  void* block;
  if (slab->free != nullptr) {
    block = slab->free;
    ASAN_UNPOISON_MEMORY_REGION(block, slab->block_bytes);
    slab->free = slab->free->next;
  } else {
    block = reinterpret_cast<char*>(slab) + slab->fresh_at;
    ASAN_UNPOISON_MEMORY_REGION(block, slab->block_bytes);
    slab->fresh_at += slab->block_bytes;
  }
  ++slab->used;
  if (!slab->HasRoom()) Unlink(slab, size_class);
  return block;
}

void BlockPool::Free(void* block, size_t bytes) {
  const size_t size_class = SizeClass(bytes);
  Slab* const slab =
      reinterpret_cast<Slab*>(reinterpret_cast<uintptr_t>(block) & ~(kSlabBytes - 1));
  CHECK(slab->used > 0 && slab->block_bytes == size_class * kAlignment);
  const bool had_room = slab->HasRoom();
  if (--slab->used == 0) {
    if (had_room) Unlink(slab, size_class);
    ASAN_POISON_MEMORY_REGION(slab + 1, kSlabBytes - sizeof(Slab));
    empty_.push_back(slab);
    return;
  }
  FreeBlock* const free = static_cast<FreeBlock*>(block);
  free->next = slab->free;
  slab->free = free;
  ASAN_POISON_MEMORY_REGION(block, slab->block_bytes);
  if (!had_room) Link(slab, size_class);
}

BlockPool::Slab* BlockPool::NewSlab(size_t size_class) {
  if (empty_.empty()) AddRegion();
  Slab* const slab = new (empty_.back()) Slab;
  empty_.pop_back();
  slab->block_bytes = static_cast<uint32_t>(size_class * kAlignment);
  slab->fresh_at = sizeof(Slab);
  Link(slab, size_class);
  return slab;
}

void BlockPool::AddRegion() {
  char* const region =
      static_cast<char*>(reserve_ != nullptr ? reserve_->Take() : RegionReserve::Make());
  regions_.push_back(region);
  // The lowest address is taken first.
  for (size_t at = kRegionBytes; at > 0; at -= kSlabBytes) {
    Slab* const slab = reinterpret_cast<Slab*>(region + at - kSlabBytes);
    ASAN_POISON_MEMORY_REGION(slab + 1, kSlabBytes - sizeof(Slab));
    empty_.push_back(slab);
  }
}

void BlockPool::Link(Slab* slab, size_t size_class) {
  Slab*& newest = with_room_[size_class];
  slab->newer = nullptr;
  slab->older = newest;
  if (newest != nullptr) newest->newer = slab;
  newest = slab;
}

void BlockPool::Unlink(Slab* slab, size_t size_class) {
  (slab->newer != nullptr ? slab->newer->older : with_room_[size_class]) = slab->older;
  if (slab->older != nullptr) slab->older->newer = slab->newer;
}

}  // namespace vigla
