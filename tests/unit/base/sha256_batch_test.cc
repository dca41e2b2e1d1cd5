// Digests of many texts at once are those of each by itself.
#include "engine/base/sha256_batch.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace vigla {
namespace {

Digest DigestOf(std::string_view text, std::optional<char> prefix) {
  Sha256 hasher;
  if (prefix) hasher.Update({&*prefix, 1});
  return hasher.Update(text).Finish();
}

void ExpectEach(const std::vector<std::string_view>& texts) {
  for (const std::optional<char> prefix : {std::optional<char>(), std::optional('\0')}) {
    std::vector<Digest> digests(texts.size());
    Sha256Batch(texts, prefix, digests.data());
    for (size_t i = 0; i < texts.size(); ++i) {
      EXPECT_EQ(digests[i], DigestOf(texts[i], prefix)) << texts[i].size() << " bytes";
    }
  }
}

TEST(Sha256Batch, GivesEachTextItsDigestAtEveryLength) {
  // Past three blocks every place of the end in a block has occurred, with and without a prefix.
  const std::string text(200, 'a');
  std::vector<std::string_view> texts;
  for (size_t bytes = 0; bytes <= text.size(); ++bytes) {
    texts.push_back(std::string_view(text).substr(0, bytes));
  }
  ExpectEach(texts);
  std::reverse(texts.begin(), texts.end());
  ExpectEach(texts);
  ExpectEach({""});
  ExpectEach({});
}

TEST(Sha256Batch, LetsShortTextsPassALongOne) {
  std::mt19937_64 random(1);
  std::string text(100'000, '\0');
  for (char& c : text) c = static_cast<char>(random());
  std::vector<std::string_view> texts;
  for (int i = 0; i < 300; ++i) {
    texts.push_back(std::string_view(text).substr(random() % 1000, i % 50 == 7 ? 90'000 : i));
  }
  ExpectEach(texts);
}

}  // namespace
}  // namespace vigla
