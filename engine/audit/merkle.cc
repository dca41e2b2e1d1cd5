// The Merkle tree of RFC 6962 as a binary counter of full subtrees. Hot.
#include "engine/audit/merkle.h"

#include <bit>

#include "engine/base/check.h"

namespace vigla {
namespace {

// One hasher a thread: constructing one allocates, and there is one leaf for every transaction.
Sha256& Hasher() {
  thread_local Sha256 hasher;
  return hasher;
}

}  // namespace

Digest MerkleLeaf(std::string_view entry) {
  return Hasher().Update(std::string_view("\0", 1)).Update(entry).Finish();
}

Digest MerkleNode(const Digest& left, const Digest& right) {
  return Hasher().Update("\x01").Update(left.View()).Update(right.View()).Finish();
}

void MerkleTree::AddLeaf(const Digest& leaf) {
  Digest node = leaf;
  int level = 0;
  for (; (size_ >> level) & 1; ++level) node = MerkleNode(subtrees_[level], node);
  subtrees_[level] = node;
  ++size_;
}

Digest MerkleTree::Root() const {
  if (size_ == 0) return Sha256::Of("");
  int level = std::countr_zero(size_);
  Digest root = subtrees_[level];
  for (++level; level < 64 && (size_ >> level) != 0; ++level) {
    if ((size_ >> level) & 1) root = MerkleNode(subtrees_[level], root);
  }
  return root;
}

}  // namespace vigla
