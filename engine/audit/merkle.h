// RFC 6962, 2.1: the root over a list of entries, computed as they come. Hot.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "engine/base/hash.h"

namespace vigla {

// A leaf is SHA-256(0x00 || entry), a node SHA-256(0x01 || left || right). Holds one digest per
// level, so memory is O(log n). Not thread-safe.
class MerkleTree {
 public:
  // The more at once, the faster: digests that don't need each other are computed side by side.
  void Add(std::span<const std::string_view> entries);
  // Of everything added so far; SHA-256 of nothing if that is nothing. More may be added.
  Digest Root() const;
  uint64_t size() const { return size_; }
  void Clear() { size_ = 0; }

 private:
  void AddAtOnce(std::span<const std::string_view> entries);

  // subtrees_[level] is the root of a full tree of 2^level leaves iff that bit of size_ is set.
  std::array<Digest, 64> subtrees_;
  uint64_t size_ = 0;
};

}  // namespace vigla
