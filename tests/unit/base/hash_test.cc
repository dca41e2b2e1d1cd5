// Digests are SHA-256 as published; keyed hashes depend on key, kind and every byte.
#include "engine/base/hash.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace vigla {
namespace {

TEST(Sha256, GivesTheDigestsOfFips180) {
  EXPECT_EQ(Sha256::Of("").Hex(),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(Sha256::Of("abc").Hex(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  Sha256 sha256;
  const std::string thousand(1000, 'a');
  for (int i = 0; i < 1000; ++i) sha256.Update(thousand);
  EXPECT_EQ(sha256.Finish().Hex(),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, IsTheSameHoweverTheTextIsCut) {
  const std::string text = "a transaction is sequenced once, then split into legs";
  for (size_t cut = 0; cut <= text.size(); ++cut) {
    Sha256 sha256;
    sha256.Update(text.substr(0, cut)).Update(text.substr(cut));
    EXPECT_EQ(sha256.Finish(), Sha256::Of(text)) << cut;
  }
}

TEST(Sha256, CopyGoesOnByItself) {
  Sha256 original;
  original.Update("a");
  Sha256 copy = original;
  copy.Update("b");
  original.Update("c");
  EXPECT_EQ(copy.Finish(), Sha256::Of("ab"));
  EXPECT_EQ(original.Finish(), Sha256::Of("ac"));
  EXPECT_EQ(original.Finish(), Sha256::Of("")) << "begins anew after Finish";
  copy.Update("x");
  original = copy;
  EXPECT_EQ(original.Finish(), Sha256::Of("x"));
}

TEST(Digest, ParsesItsOwnHexAndNothingElse) {
  const Digest digest = Sha256::Of("abc");
  Digest parsed;
  ASSERT_TRUE(ParseDigest(digest.Hex(), &parsed));
  EXPECT_EQ(parsed, digest);
  std::string upper = digest.Hex();
  upper[0] = 'B';
  EXPECT_FALSE(ParseDigest(upper, &parsed));
  EXPECT_FALSE(ParseDigest(digest.Hex().substr(1), &parsed));
  EXPECT_FALSE(ParseDigest(digest.Hex() + "0", &parsed));
  EXPECT_FALSE(ParseDigest("", &parsed));
  EXPECT_EQ(parsed, digest) << "unchanged by what was refused";
}

TEST(KeyedHasher, SecretCountsForTextsOfEveryLength) {
  const KeyedHasher hasher("key");
  const KeyedHasher other("kez");
  for (size_t bytes = 0; bytes < 600; ++bytes) {
    const std::string text(bytes, 'x');
    EXPECT_NE(hasher.Hash(text), other.Hash(text)) << bytes;
    EXPECT_NE(hasher.Hash(1, text), other.Hash(1, text)) << bytes;
    EXPECT_NE(hasher.Hash(1, text, "y"), other.Hash(1, text, "y")) << bytes;
  }
}

TEST(KeyedHasher, NoTwoInputsShareAHash) {
  const KeyedHasher hasher("key");
  std::set<Hash128> seen;
  size_t inputs = 0;
  const auto add = [&](Hash128 hash) {
    seen.insert(hash);
    ++inputs;
  };
  for (size_t bytes = 0; bytes < 1100; bytes += 7) {
    const std::string text(bytes, 'x');
    for (uint8_t kind = 1; kind <= 5; ++kind) add(hasher.Hash(kind, text));
    for (size_t cut = 0; cut <= bytes; cut += 50) {
      add(hasher.Hash(1, text.substr(0, cut), text.substr(cut)));
    }
  }
  EXPECT_EQ(seen.size(), inputs);
}

// Counterparties stand in ledgers by this hash: another value is another counterparty.
TEST(KeyedHasher, StoredHashesNeverChange) {
  const KeyedHasher hasher("vigla");
  const auto text = [](Hash128 hash) {
    std::string bytes;
    for (int i = 7; i >= 0; --i) bytes.push_back(static_cast<char>(hash.high >> (8 * i)));
    for (int i = 7; i >= 0; --i) bytes.push_back(static_cast<char>(hash.low >> (8 * i)));
    return HexOf(bytes);
  };
  EXPECT_EQ(text(hasher.Hash(1, "DE02120300000000202051")), "ff90b5945c33441ab2bb18da7b555582");
  EXPECT_EQ(text(hasher.Hash(1, std::string(600, 'x'))), "0941fcee5dae7ffbb0a1e7167ffb8f98");
  EXPECT_EQ(text(hasher.Hash(1, "tenant", "DE02120300000000202051")),
            "39ccfdd57233391ce981b5a756f5f22d");
}

TEST(Encodings, FollowRfc4648) {
  const std::vector<std::string> inputs = {"", "f", "fo", "foo", "foob", "fooba", "foobar"};
  const std::vector<std::string> base64 = {"",         "Zg==",     "Zm8=",    "Zm9v",
                                           "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"};
  const std::vector<std::string> base32 = {"",        "my",       "mzxq",      "mzxw6",
                                           "mzxw6yq", "mzxw6ytb", "mzxw6ytboi"};
  for (size_t i = 0; i < inputs.size(); ++i) {
    EXPECT_EQ(Base64Of(inputs[i]), base64[i]);
    EXPECT_EQ(Base32Of(inputs[i]), base32[i]);
  }
  EXPECT_EQ(HexOf(std::string("\x00\x7f\xff", 3)), "007fff");
  EXPECT_EQ(Base64Of("\xfb\xff\xfe"), "+//+");
}

}  // namespace
}  // namespace vigla
