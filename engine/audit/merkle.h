// RFC 6962, 2.1: the root over a list of entries, computed as they come. Hot.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "engine/base/hash.h"

namespace vigla {

// SHA-256(0x00 || entry).
Digest MerkleLeaf(std::string_view entry);
// SHA-256(0x01 || left || right).
Digest MerkleNode(const Digest& left, const Digest& right);

// Holds one digest per level, so memory is O(log n). Not thread-safe.
class MerkleTree {
 public:
  void Add(std::string_view entry) { AddLeaf(MerkleLeaf(entry)); }
  void AddLeaf(const Digest& leaf);
  // Of everything added so far; SHA-256 of nothing if that is nothing. More may be added.
  Digest Root() const;
  uint64_t size() const { return size_; }
  void Clear() { size_ = 0; }

 private:
  // subtrees_[level] is the root of a full tree of 2^level leaves iff that bit of size_ is set.
  std::array<Digest, 64> subtrees_;
  uint64_t size_ = 0;
};

}  // namespace vigla
