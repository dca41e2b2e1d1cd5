// What is written is read again, wherever the writer has to pass on what it holds back.
#include "engine/ledger/byte_codec.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>

namespace vigla {
namespace {

TEST(ByteCodec, GivesBackEveryKindAtEveryPlace) {
  std::mt19937_64 random(11);
  for (size_t before = 0; before < 600; ++before) {
    const std::string long_text(random() % 700, 'x');
    const Hash128 hash{random(), random()};
    const uint64_t number = random() >> random() % 64;
    const auto wide = static_cast<Int128>(random()) << random() % 63;
    std::string bytes = "what was there";
    const size_t begin = bytes.size();
    {
      ByteWriter writer(&bytes);
      for (size_t i = 0; i < before; ++i) writer.Byte(7);
      writer.Varint(number);
      writer.Signed(std::numeric_limits<int64_t>::min());
      writer.Text(long_text);
      writer.Hash(hash);
      writer.Flush();
      writer.Signed128(-wide);
      writer.Fixed32(0xdeadbeef);
    }
    ByteReader reader(std::string_view(bytes).substr(begin));
    EXPECT_EQ(reader.Bytes(before), std::string(before, '\x07'));
    EXPECT_EQ(reader.Varint(), number);
    EXPECT_EQ(reader.Signed(), std::numeric_limits<int64_t>::min());
    EXPECT_EQ(reader.Text(), long_text);
    EXPECT_EQ(reader.Hash(), hash);
    EXPECT_TRUE(reader.Signed128() == -wide);
    EXPECT_EQ(reader.Fixed32(), 0xdeadbeef);
    EXPECT_TRUE(reader.AtEnd() && reader.ok());
    EXPECT_TRUE(reader.Hash().IsZero());
    EXPECT_FALSE(reader.ok());
  }
}

}  // namespace
}  // namespace vigla
