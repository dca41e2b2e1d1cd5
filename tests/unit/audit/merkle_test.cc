// Merkle roots agree with RFC 6962: published vectors, and the recursive definition.
#include "engine/audit/merkle.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <span>
#include <string>
#include <vector>

namespace vigla {
namespace {

std::string FromHex(std::string_view hex) {
  std::string bytes;
  for (size_t i = 0; i < hex.size(); i += 2) {
    bytes.push_back(static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}

void Add(std::string_view entry, MerkleTree* tree) { tree->Add({&entry, 1}); }

Digest Leaf(const std::string& entry) { return Sha256::Of(std::string(1, '\0') + entry); }

// RFC 6962, 2.1, word for word.
Digest NaiveRoot(const std::vector<std::string>& leaves, size_t low, size_t high) {
  if (low == high) return Sha256::Of("");
  if (high - low == 1) return Leaf(leaves[low]);
  size_t split = 1;
  while (split * 2 < high - low) split *= 2;
  return Sha256::Of("\x01" + std::string(NaiveRoot(leaves, low, low + split).View()) +
                    std::string(NaiveRoot(leaves, low + split, high).View()));
}

// The test vectors of certificate-transparency's merkle tree tests.
TEST(MerkleTest, KnownVectors) {
  const std::vector<std::string> leaves = {"", "00", "10", "2021", "3031", "40414243",
                                           "5051525354555657", "606162636465666768696a6b6c6d6e6f"};
  const std::vector<std::string> roots = {
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
      "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
      "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
      "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
      "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
      "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
      "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
      "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
      "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
  MerkleTree tree;
  EXPECT_EQ(tree.Root().Hex(), roots[0]);
  for (size_t i = 0; i < leaves.size(); ++i) {
    Add(FromHex(leaves[i]), &tree);
    EXPECT_EQ(tree.Root().Hex(), roots[i + 1]) << i + 1 << " leaves";
  }
}

TEST(MerkleTest, AgreesWithTheRecursiveDefinitionAtEverySize) {
  std::vector<std::string> leaves;
  MerkleTree tree;
  for (size_t size = 0; size <= 300; ++size) {
    EXPECT_EQ(tree.Root(), NaiveRoot(leaves, 0, size)) << size;
    leaves.push_back("entry " + std::to_string(size * size));
    Add(leaves.back(), &tree);
  }
}

TEST(MerkleTest, HowManyComeAtOnceMakesNoDifference) {
  std::vector<std::string> leaves;
  for (int i = 0; i < 400; ++i) leaves.push_back(std::string(i, 'x') + std::to_string(i));
  const std::vector<std::string_view> entries(leaves.begin(), leaves.end());
  for (const size_t step : {1, 2, 3, 7, 63, 64, 65, 130, 400}) {
    MerkleTree tree;
    for (size_t begin = 0; begin < entries.size(); begin += step) {
      const size_t end = std::min(begin + step, entries.size());
      tree.Add(std::span(entries).subspan(begin, end - begin));
      EXPECT_EQ(tree.Root(), NaiveRoot(leaves, 0, end)) << step << " at once, " << end;
    }
  }
}

TEST(MerkleTest, ClearBeginsAnew) {
  MerkleTree tree;
  for (int i = 0; i < 5; ++i) Add("x", &tree);
  tree.Clear();
  Add("y", &tree);
  EXPECT_EQ(tree.Root(), Leaf("y"));
  EXPECT_EQ(tree.size(), 1u);
}

TEST(MerkleTest, ALeafIsNeverANode) {
  // Second pre-images: the concatenation of two digests as an entry has another root.
  const Digest a = Leaf("a"), b = Leaf("b");
  MerkleTree two, one;
  Add("a", &two);
  Add("b", &two);
  Add(std::string(a.View()) + std::string(b.View()), &one);
  EXPECT_NE(two.Root(), one.Root());
}

}  // namespace
}  // namespace vigla
