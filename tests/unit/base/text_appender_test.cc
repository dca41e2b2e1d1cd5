// A string grows at a cursor, and is its text again whenever that is asked for.
#include "engine/base/text_appender.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace vigla {
namespace {

TEST(TextAppender, AppendsToWhatIsThere) {
  std::string out = "before ";
  TextAppender appender(&out);
  appender.Append("one, ");
  appender.Append("");
  appender.End(PutText("two", appender.Room(100)));
  appender.Flush();
  EXPECT_EQ(out, "before one, two");
}

TEST(TextAppender, KeepsTheTextWhileTheStringMoves) {
  std::string out, expected;
  {
    TextAppender appender(&out);
    for (int i = 0; i < 10'000; ++i) {
      const std::string piece = std::to_string(i * 7919) + ";";
      char* const at = appender.Room(piece.size() + static_cast<size_t>(i) % 700);
      appender.End(PutText(piece, at));
      expected += piece;
    }
  }
  EXPECT_EQ(out, expected);
}

TEST(TextAppender, LeavesTheStringAloneOnceItIsFlushed) {
  std::string out;
  TextAppender appender(&out);
  appender.Append("a");
  appender.Flush();
  out += "b";
  appender.Append("c");
  appender.Flush();
  appender.Flush();
  EXPECT_EQ(out, "abc");
  out = "another";
  appender.Append("!");
  appender.Flush();
  EXPECT_EQ(out, "another!");
}

TEST(TextAppender, HasRoomForTheLongestInteger) {
  char digits[kIntegerBytesMax];
  const auto text_of = [&](auto value) { return std::string(digits, PutInteger(value, digits)); };
  EXPECT_EQ(text_of(std::numeric_limits<int64_t>::min()), "-9223372036854775808");
  EXPECT_EQ(text_of(std::numeric_limits<uint64_t>::max()), "18446744073709551615");
  EXPECT_EQ(text_of(0), "0");
}

}  // namespace
}  // namespace vigla
