// Bump allocation over a list of blocks. Hot.
#include "engine/base/arena.h"

#include <algorithm>

namespace vigla {

void* Arena::Allocate(size_t bytes, size_t alignment) {
  used_bytes_ += bytes;
  while (block_ < blocks_.size()) {
    const size_t start = (position_ + alignment - 1) & ~(alignment - 1);
    if (start + bytes <= blocks_[block_].size) {
      position_ = start + bytes;
      return blocks_[block_].bytes.get() + start;
    }
    ++block_;
    position_ = 0;
  }
  const size_t size = std::max(kBlockBytes, bytes);
  blocks_.push_back({std::make_unique_for_overwrite<char[]>(size), size});
  block_ = blocks_.size() - 1;
  position_ = bytes;
  return blocks_.back().bytes.get();
}

void Arena::Reset() {
  // A block larger than the usual size came from one huge record; keeping it would let a
  // single record hold memory for good.
  std::erase_if(blocks_, [](const Block& block) { return block.size > kBlockBytes; });
  block_ = 0;
  position_ = 0;
  used_bytes_ = 0;
}

}  // namespace vigla
