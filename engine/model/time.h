// Event time: microseconds of UTC, what windows are made of, and its textual forms. Hot.
#pragma once

#include <compare>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace vigla {

using DurationUs = int64_t;
inline constexpr DurationUs kSecondUs = 1'000'000;
inline constexpr DurationUs kMinuteUs = 60 * kSecondUs;
inline constexpr DurationUs kHourUs = 60 * kMinuteUs;
inline constexpr DurationUs kDayUs = 24 * kHourUs;

// When something happened, as its payload says. Years 1 to 9999, so that differences fit.
struct EventTime {
  int64_t us = 0;  // since 1970-01-01T00:00:00Z
  auto operator<=>(const EventTime&) const = default;
  static constexpr EventTime Min() { return {std::numeric_limits<int64_t>::min() / 4}; }
  static constexpr EventTime Max() { return {std::numeric_limits<int64_t>::max() / 4}; }
};
inline EventTime operator-(EventTime time, DurationUs duration) { return {time.us - duration}; }
inline EventTime operator+(EventTime time, DurationUs duration) { return {time.us + duration}; }
inline DurationUs operator-(EventTime a, EventTime b) { return a.us - b.us; }

enum class TimePrecision : uint8_t { kMicrosecond = 0, kSecond = 1, kDay = 2 };

struct ParsedTime {
  EventTime time;
  TimePrecision precision = TimePrecision::kMicrosecond;
};

// RFC 3339 with at most 6 fraction digits, seconds <= 59 and an offset; or a bare date
// ("2026-03-02"), which is midnight UTC with day precision. Empty if `text` is neither.
std::optional<ParsedTime> ParseTime(std::string_view text);

// Milliseconds since 1970-01-01T00:00:00Z; empty outside the years 1 to 9999.
std::optional<EventTime> TimeOfEpochMs(int64_t epoch_ms);

// "2026-03-05T08:59:59.000000Z"; always six fraction digits, always Z. Times outside the years
// 1 to 9999 (Min, Max) read as the nearest one inside.
std::string FormatTime(EventTime time);
// The same at a cursor; returns its end.
inline constexpr size_t kTimeBytesMax = 27;
char* PutTime(EventTime time, char* at);
// As FormatTime without a fraction where it is zero.
std::string FormatTimeShort(EventTime time);

// Days since 1970-01-01 of the time's UTC date (floor).
int32_t UtcDay(EventTime time);
// Parses "YYYY-MM-DD" to days since 1970-01-01.
std::optional<int32_t> ParseDate(std::string_view text);
std::string FormatDate(int32_t utc_day);

// One non-negative whole number and ms, s, m, h or d ("72h"); empty otherwise or on overflow.
std::optional<DurationUs> ParseDuration(std::string_view text);
// The largest unit that divides it: "3d", "90m", "1500ms", "7us"; "0s" for zero.
std::string FormatDuration(DurationUs duration);

}  // namespace vigla
