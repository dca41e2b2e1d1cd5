// The Merkle tree of RFC 6962 as a binary counter of full subtrees. Hot.
#include "engine/audit/merkle.h"

#include <algorithm>
#include <bit>

#include "engine/base/sha256_batch.h"

namespace vigla {
namespace {

constexpr char kLeafPrefix = '\0';
constexpr char kNodePrefix = '\1';
constexpr size_t kLeavesAtOnce = 64;

std::string_view PairAt(const Digest* left) {
  static_assert(sizeof(Digest[2]) == 2 * sizeof(left->bytes));
  return {reinterpret_cast<const char*>(left), sizeof(Digest[2])};
}

Digest NodeOf(const Digest& left, const Digest& right) {
  const Digest pair[2] = {left, right};
  const std::string_view text = PairAt(pair);
  Digest node;
  Sha256Batch({&text, 1}, kNodePrefix, &node);
  return node;
}

}  // namespace

void MerkleTree::Add(std::span<const std::string_view> entries) {
  while (!entries.empty()) {
    const size_t count = std::min(entries.size(), kLeavesAtOnce);
    AddAtOnce(entries.first(count));
    entries = entries.subspan(count);
  }
}

void MerkleTree::AddAtOnce(std::span<const std::string_view> entries) {
  // What is new on a level, behind the subtree that waits there for its right neighbour.
  Digest waiting_and_new[1 + kLeavesAtOnce];
  std::string_view pairs[kLeavesAtOnce];
  Digest* const added = waiting_and_new + 1;
  size_t count = entries.size();
  Sha256Batch(entries, kLeafPrefix, added);
  for (int level = 0; count > 0; ++level) {
    Digest* begin = added;
    if ((size_ >> level) & 1) {
      *--begin = subtrees_[level];
      ++count;
    }
    if (count % 2 == 1) subtrees_[level] = begin[count - 1];
    count /= 2;
    for (size_t i = 0; i < count; ++i) pairs[i] = PairAt(begin + 2 * i);
    Digest nodes[kLeavesAtOnce];
    Sha256Batch({pairs, count}, kNodePrefix, nodes);
    std::copy(nodes, nodes + count, added);
  }
  size_ += entries.size();
}

Digest MerkleTree::Root() const {
  if (size_ == 0) return Sha256::Of("");
  int level = std::countr_zero(size_);
  Digest root = subtrees_[level];
  for (++level; level < 64 && (size_ >> level) != 0; ++level) {
    if ((size_ >> level) & 1) root = NodeOf(subtrees_[level], root);
  }
  return root;
}

}  // namespace vigla
