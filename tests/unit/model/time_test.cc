// Event times mean the same instant in every spelling, and nothing doubtful is a time.
#include "engine/model/time.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <string_view>

#include "absl/time/time.h"

namespace vigla {
namespace {

struct TimeCase {
  std::string_view text;
  std::string_view utc;  // "" where the text is refused
};

TEST(ParseTime, AcceptsTheWholeOfTheFormAndNothingElse) {
  constexpr TimeCase kCases[] = {
      {"2026-03-05T08:59:59Z", "2026-03-05T08:59:59.000000Z"},
      {"2026-03-05t08:59:59z", "2026-03-05T08:59:59.000000Z"},
      {"2026-03-05T08:59:59.1Z", "2026-03-05T08:59:59.100000Z"},
      {"2026-03-05T08:59:59.123456Z", "2026-03-05T08:59:59.123456Z"},
      {"2026-03-05T08:59:59.000001+01:00", "2026-03-05T07:59:59.000001Z"},
      {"2026-03-05T00:30:00-23:59", "2026-03-06T00:29:00.000000Z"},
      {"2026-03-05T08:59:59-00:00", "2026-03-05T08:59:59.000000Z"},
      {"2024-02-29T23:59:59Z", "2024-02-29T23:59:59.000000Z"},
      {"2000-02-29T00:00:00Z", "2000-02-29T00:00:00.000000Z"},
      {"0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000000Z"},
      {"9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"},
      {"1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z"},
      {"2026-03-02", "2026-03-02T00:00:00.000000Z"},
      // No such day, hour, minute or second; leap seconds are none of ours.
      {"2023-02-29T00:00:00Z", ""},
      {"1900-02-29T00:00:00Z", ""},
      {"2026-04-31T00:00:00Z", ""},
      {"2026-00-01T00:00:00Z", ""},
      {"2026-13-01T00:00:00Z", ""},
      {"2026-01-00T00:00:00Z", ""},
      {"2026-01-01T24:00:00Z", ""},
      {"2026-01-01T23:60:00Z", ""},
      {"2016-12-31T23:59:60Z", ""},
      // No offset, or none that there can be.
      {"2026-03-05T08:59:59", ""},
      {"2026-03-05T08:59:59+24:00", ""},
      {"2026-03-05T08:59:59+01:60", ""},
      {"2026-03-05T08:59:59+0100", ""},
      {"2026-03-05T08:59:59+01", ""},
      {"2026-03-05T08:59:59 Z", ""},
      {"2026-03-05T08:59:59ZZ", ""},
      // Another form.
      {"2026-03-05 08:59:59Z", ""},
      {"2026-03-05T08:59Z", ""},
      {"2026-3-5T08:59:59Z", ""},
      {"2026-03-05T08:59:59.Z", ""},
      {"2026-03-05T08:59:59,5Z", ""},
      {"2026-03-05T08:59:59.1234567Z", ""},
      {"20260305T085959Z", ""},
      {" 2026-03-02", ""},
      {"2026-03-02T", ""},
      {"2026/03/02", ""},
      {"", ""},
      {"now", ""},
      // Outside the years 1 to 9999, in UTC too.
      {"0000-12-31T23:59:59Z", ""},
      {"0001-01-01T00:00:00+00:01", ""},
      {"9999-12-31T23:59:59-00:01", ""},
      {"10000-01-01T00:00:00Z", ""},
  };
  for (const TimeCase& c : kCases) {
    const std::optional<ParsedTime> parsed = ParseTime(c.text);
    ASSERT_EQ(parsed.has_value(), !c.utc.empty()) << c.text;
    if (parsed) {
      EXPECT_EQ(FormatTime(parsed->time), c.utc) << c.text;
    }
  }
}

TEST(ParseTime, OnlyBareDatesHaveDayPrecision) {
  EXPECT_EQ(ParseTime("2026-03-02")->precision, TimePrecision::kDay);
  EXPECT_EQ(ParseTime("2026-03-02T00:00:00Z")->precision, TimePrecision::kMicrosecond);
}

// Any change of one byte is either refused or means what abseil says it means.
TEST(ParseTime, AgreesWithAbseil) {
  std::mt19937_64 random(11);
  const std::string alphabet = "0123456789-+:.TZ ";
  int accepted = 0;
  for (int round = 0; round < 200'000; ++round) {
    std::string text = round % 2 == 0 ? "2026-03-05T08:59:59.250000+01:30" : "1999-12-31T23:00:09Z";
    text[random() % text.size()] = alphabet[random() % alphabet.size()];
    const std::optional<ParsedTime> parsed = ParseTime(text);
    if (!parsed) continue;
    absl::Time expected;
    std::string error;
    ASSERT_TRUE(absl::ParseTime(absl::RFC3339_full, text, &expected, &error)) << text << error;
    ASSERT_EQ(parsed->time.us, absl::ToUnixMicros(expected)) << text;
    ++accepted;
  }
  EXPECT_GT(accepted, 50'000);
}

TEST(FormatTime, ReadsBackAsItself) {
  std::mt19937_64 random(12);
  std::uniform_int_distribution<int64_t> times(ParseTime("0001-01-01")->time.us,
                                               ParseTime("9999-12-31")->time.us);
  for (int round = 0; round < 100'000; ++round) {
    const EventTime time{times(random)};
    ASSERT_EQ(ParseTime(FormatTime(time))->time, time);
    ASSERT_EQ(ParseTime(FormatTimeShort(time))->time, time);
    ASSERT_EQ(FormatDate(UtcDay(time)), FormatTime(time).substr(0, 10));
    ASSERT_EQ(*ParseDate(FormatDate(UtcDay(time))), UtcDay(time));
  }
}

TEST(FormatTime, LeavesOutOnlyAZeroFraction) {
  EXPECT_EQ(FormatTimeShort({0}), "1970-01-01T00:00:00Z");
  EXPECT_EQ(FormatTimeShort({1}), "1970-01-01T00:00:00.000001Z");
  EXPECT_EQ(FormatTimeShort({-1}), "1969-12-31T23:59:59.999999Z");
}

TEST(FormatTime, EndsOfTheTypeReadAsEndsOfTheCalendar) {
  EXPECT_EQ(FormatTime(EventTime::Min()), "0001-01-01T00:00:00.000000Z");
  EXPECT_EQ(FormatTime(EventTime::Max()), "9999-12-31T23:59:59.999999Z");
}

TEST(UtcDay, IsTheFloor) {
  EXPECT_EQ(UtcDay({0}), 0);
  EXPECT_EQ(UtcDay({-1}), -1);
  EXPECT_EQ(UtcDay({-kDayUs}), -1);
  EXPECT_EQ(UtcDay({-kDayUs - 1}), -2);
  EXPECT_EQ(UtcDay({kDayUs - 1}), 0);
  EXPECT_EQ(UtcDay({kDayUs}), 1);
}

TEST(TimeOfEpochMs, KeepsToTheYears) {
  EXPECT_EQ(FormatTime(*TimeOfEpochMs(1772701199123)), "2026-03-05T08:59:59.123000Z");
  EXPECT_EQ(FormatTime(*TimeOfEpochMs(-62135596800000)), "0001-01-01T00:00:00.000000Z");
  EXPECT_FALSE(TimeOfEpochMs(-62135596800001));
  EXPECT_EQ(FormatTime(*TimeOfEpochMs(253402300799999)), "9999-12-31T23:59:59.999000Z");
  EXPECT_FALSE(TimeOfEpochMs(253402300800000));
  EXPECT_FALSE(TimeOfEpochMs(std::numeric_limits<int64_t>::max()));
  EXPECT_FALSE(TimeOfEpochMs(std::numeric_limits<int64_t>::min()));
}

TEST(ParseDuration, TakesOneWholeNumberAndOneUnit) {
  EXPECT_EQ(ParseDuration("72h"), 72 * kHourUs);
  EXPECT_EQ(ParseDuration("3d"), 3 * kDayUs);
  EXPECT_EQ(ParseDuration("90m"), 90 * kMinuteUs);
  EXPECT_EQ(ParseDuration("10s"), 10 * kSecondUs);
  EXPECT_EQ(ParseDuration("1500ms"), 1'500'000);
  EXPECT_EQ(ParseDuration("0s"), 0);
  EXPECT_EQ(ParseDuration("106751991d"), 106751991 * kDayUs) << "the longest that fits";
  for (const std::string_view text :
       {"", "d", "3", "-3d", "+3d", "1.5d", "3 d", "3D", "3us", "3w", "1h30m", "106751992d",
        "9223372036854775808ms", "99999999999999999999s"}) {
    EXPECT_FALSE(ParseDuration(text)) << text;
  }
}

TEST(FormatDuration, UsesTheLargestUnitThatDivides) {
  EXPECT_EQ(FormatDuration(3 * kDayUs), "3d");
  EXPECT_EQ(FormatDuration(36 * kHourUs), "36h");
  EXPECT_EQ(FormatDuration(90 * kMinuteUs), "90m");
  EXPECT_EQ(FormatDuration(1'500'000), "1500ms");
  EXPECT_EQ(FormatDuration(7), "7us");
  EXPECT_EQ(FormatDuration(0), "0s");
  EXPECT_EQ(FormatDuration(-2 * kHourUs), "-2h");
}

}  // namespace
}  // namespace vigla
