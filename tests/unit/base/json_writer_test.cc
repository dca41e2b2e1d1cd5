// The same value has the same bytes, and those are JSON.
#include "engine/base/json_writer.h"

#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <random>
#include <string>

namespace vigla {
namespace {

std::string Quoted(std::string_view text) {
  std::string out;
  AppendJsonString(text, &out);
  return out;
}

TEST(JsonWriter, WritesMembersInTheOrderOfTheCalls) {
  std::string out;
  JsonWriter json(&out);
  json.BeginObject().Field("b", int64_t{1}).Field("a", "x").Field("c", true);
  json.Key("list").BeginArray().Int(-1).String("two").BeginObject().EndObject();
  json.BeginArray().EndArray().Bool(false).EndArray();
  json.CounterField("counter", std::numeric_limits<uint64_t>::max());
  json.OptionalField("absent", "").OptionalField("present", "p").Key("raw").Raw("[1,2]");
  json.Field("view", std::string_view("v")).EndObject();
  EXPECT_EQ(out, R"({"b":1,"a":"x","c":true,"list":[-1,"two",{},[],false],)"
                 R"("counter":"18446744073709551615","present":"p","raw":[1,2],"view":"v"})");
}

TEST(JsonWriter, WritesTheEndsOfInt64) {
  std::string out;
  JsonWriter json(&out);
  json.BeginArray()
      .Int(std::numeric_limits<int64_t>::min())
      .Int(std::numeric_limits<int64_t>::max());
  json.EndArray();
  EXPECT_EQ(out, "[-9223372036854775808,9223372036854775807]");
}

TEST(JsonWriter, AppendsToWhatIsThere) {
  std::string out = "before ";
  JsonWriter(&out).BeginObject().EndObject();
  EXPECT_EQ(out, "before {}");
}

TEST(JsonWriter, IsWholeWheneverTheOutermostValueIs) {
  std::string out;
  JsonWriter json(&out);
  json.BeginObject().Field("a", "b").EndObject();
  EXPECT_EQ(out, R"({"a":"b"})");
  out += "\n";
  json.BeginArray().Int(1).EndArray();
  EXPECT_EQ(out, "{\"a\":\"b\"}\n[1]");
  json.Int(2).String("3");
  EXPECT_EQ(out, "{\"a\":\"b\"}\n[1]2\"3\"");
}

TEST(JsonWriter, LeavesWhatItWroteOfAnOpenValueWhenItGoes) {
  std::string out;
  JsonWriter(&out).BeginObject().Field("a", int64_t{1}).Key("b");
  EXPECT_EQ(out, R"({"a":1,"b":)");
}

TEST(JsonWriter, EscapesKeysAndStillHasRoomForTheValue) {
  const std::string text(3000, '\x01');
  std::string expected;
  for (size_t i = 0; i < text.size(); ++i) expected += "\\u0001";
  std::string out;
  JsonWriter json(&out);
  json.BeginObject().Field(text, text).CounterField(text, 12).Key(text).Bool(true).EndObject();
  EXPECT_EQ(out, "{\"" + expected + "\":\"" + expected + "\",\"" + expected + "\":\"12\",\"" +
                     expected + "\":true}");
}

TEST(JsonWriter, TakesValuesThatAreWrittenByHand) {
  std::string out;
  JsonWriter json(&out);
  json.BeginObject().Key("list").BeginArray();
  for (int i = 0; i < 2; ++i) {
    json.EndRaw(PutJsonString("\"", PutText("", json.BeginRaw(1000))));
  }
  json.EndArray().EndObject();
  EXPECT_EQ(out, R"({"list":["\"","\""]})");
}

TEST(JsonWriterDeathTest, MisuseIsABrokenProgram) {
  std::string out;
  EXPECT_DEATH(JsonWriter(&out).BeginObject().Int(1), "broken invariant");
  EXPECT_DEATH(JsonWriter(&out).BeginArray().Key("a"), "broken invariant");
  EXPECT_DEATH(JsonWriter(&out).BeginObject().Key("a").Key("b"), "broken invariant");
  EXPECT_DEATH(JsonWriter(&out).BeginObject().Key("a").EndObject(), "broken invariant");
  EXPECT_DEATH(JsonWriter(&out).BeginObject().EndArray(), "broken invariant");
  EXPECT_DEATH(JsonWriter(&out).EndObject(), "broken invariant");
}

TEST(JsonString, EscapesWhatItMustAndNoMore) {
  EXPECT_EQ(Quoted(""), R"("")");
  EXPECT_EQ(Quoted("a/b'<é€😀\x7f"), "\"a/b'<é€😀\x7f\"");
  EXPECT_EQ(Quoted("\"\\"), R"("\"\\")");
  EXPECT_EQ(Quoted("\b\t\n\f\r"), R"("\b\t\n\f\r")");
  EXPECT_EQ(Quoted(std::string_view("\0\x1f\x0b", 3)), R"("\u0000\u001f\u000b")");
  EXPECT_EQ(Quoted("a\xE2\x80\xA8"
                   "b\xE2\x80\xA9"
                   "c\xE2\x80\xAA"),
            "\"a\\u2028b\\u2029c\xE2\x80\xAA\"");
}

TEST(JsonString, FindsASpecialByteInEveryPlace) {
  for (size_t size = 0; size < 40; ++size) {
    const std::string plain(size, '~');
    ASSERT_EQ(Quoted(plain), "\"" + plain + "\"");
    for (size_t at = 0; at < size; ++at) {
      for (const char* pair : {"\"\\\"", "\\\\\\", "\n\\n"}) {
        std::string text = plain, escaped = plain;
        text[at] = pair[0];
        escaped.replace(at, 1, pair + 1);
        ASSERT_EQ(Quoted(text), "\"" + escaped + "\"");
      }
      std::string text = plain;
      text.replace(at, 1, "ü");
      ASSERT_EQ(Quoted(text), "\"" + text + "\"");
    }
  }
}

TEST(JsonString, IsWrittenAtACursorAsItIsAppended) {
  for (const std::string& text : {std::string(), std::string("plain"), std::string(50, '\x1f'),
                                  std::string("\xE2\x80\xA8"), std::string(20, '\xFF')}) {
    std::string at(JsonStringBytesMax(text.size()), '?');
    at.resize(static_cast<size_t>(PutJsonString(text, at.data()) - at.data()));
    EXPECT_EQ(at, Quoted(text));
  }
}

TEST(JsonString, ReplacesWhatIsNoUtf8) {
  const std::string replaced = "\xEF\xBF\xBD";
  EXPECT_EQ(Quoted("a\xFFz"), "\"a" + replaced + "z\"");
  EXPECT_EQ(Quoted("\xC0\xAF"), "\"" + replaced + replaced + "\"") << "overlong";
  EXPECT_EQ(Quoted("\xED\xA0\x80"), "\"" + replaced + replaced + replaced + "\"") << "surrogate";
  EXPECT_EQ(Quoted("\xF4\x90\x80\x80"), "\"" + replaced + replaced + replaced + replaced + "\"");
  EXPECT_EQ(Quoted("\xE2\x82"), "\"" + replaced + "\"") << "cut short";
  EXPECT_EQ(Quoted("\xE2\x82"
                   "a"),
            "\"" + replaced + "a\"");
  EXPECT_EQ(Quoted("\xF0\x9F\x98\""), "\"" + replaced + "\\\"\"");
}

// Any bytes at all become a JSON string that reads as nlohmann reads its own replacement.
TEST(JsonString, IsAlwaysJson) {
  std::mt19937_64 random(7);
  const std::string alphabet =
      std::string("ab\"\\\n\x01\xE2\x80\xA8\xA9\xC3\xBC\xF0\x9F\x98\x80", 17);
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    const size_t length = random() % 12;
    for (size_t i = 0; i < length; ++i) {
      text += random() % 4 == 0 ? static_cast<char>(random()) : alphabet[random() % 17];
    }
    const nlohmann::json parsed = nlohmann::json::parse(Quoted(text), nullptr, false);
    ASSERT_TRUE(parsed.is_string()) << Quoted(text);
    const std::string expected = nlohmann::json::parse(
        nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
    ASSERT_EQ(parsed.get<std::string>(), expected);
  }
}

}  // namespace
}  // namespace vigla
