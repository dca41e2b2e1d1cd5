// Memory for many small blocks that come and go one by one, close together in huge pages. Hot.
// A slab holds blocks of one size; an empty slab may take any size again, so that memory follows
// the sizes in use. What the pool once had it keeps until it goes. Not thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/base/region_reserve.h"

namespace vigla {

class BlockPool {
 public:
  static constexpr size_t kAlignment = 64;  // a line of the cache
  static constexpr size_t kBlockBytesMax = 5 * 1024;

  // What it grows by comes from `reserve`, which must outlive it; nullptr: is made when needed.
  explicit BlockPool(RegionReserve* reserve = nullptr) : reserve_(reserve) {}
  ~BlockPool();
  BlockPool(const BlockPool&) = delete;
  BlockPool& operator=(const BlockPool&) = delete;

  // At most kBlockBytesMax. The block is aligned as above and has the size, rounded up to that.
  void* Allocate(size_t bytes);
  // `bytes` as it was allocated with.
  void Free(void* block, size_t bytes);
  // Memory that it has, used or not.
  size_t Bytes() const { return regions_.size() * kRegionBytes; }

 private:
  static constexpr size_t kSlabBytes = 64 * 1024;
  static constexpr size_t kRegionBytes = RegionReserve::kRegionBytes;

  struct FreeBlock {
    FreeBlock* next;
  };
  // At the beginning of its memory, which is aligned to its size, so that a block finds it.
  struct alignas(kAlignment) Slab {
    FreeBlock* free = nullptr;
    uint32_t fresh_at = 0;  // where what never was a block begins
    uint32_t used = 0;      // blocks
    uint32_t block_bytes = 0;
    Slab* newer = nullptr;  // among those of its size that have room
    Slab* older = nullptr;

    bool HasRoom() const { return free != nullptr || fresh_at + block_bytes <= kSlabBytes; }
  };

  static size_t SizeClass(size_t bytes) { return (bytes + kAlignment - 1) / kAlignment; }
  Slab* NewSlab(size_t size_class);
  void AddRegion();
  void Link(Slab* slab, size_t size_class);
  void Unlink(Slab* slab, size_t size_class);

  RegionReserve* const reserve_;
  std::array<Slab*, kBlockBytesMax / kAlignment + 1> with_room_{};  // by size class: the newest
  std::vector<Slab*> empty_;
  std::vector<void*> regions_;
};

}  // namespace vigla
