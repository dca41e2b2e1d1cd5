// Event time from and to text, by civil arithmetic of its own: no locale, no table. Hot.
#include "engine/model/time.h"

#include <algorithm>

#include "engine/model/digit_pairs.h"

namespace vigla {
namespace {

constexpr int32_t kFirstDay = -719162;  // 0001-01-01
constexpr int32_t kLastDay = 2932896;   // 9999-12-31
constexpr EventTime kFirstTime{kFirstDay * kDayUs};
constexpr EventTime kLastTime{kLastDay * kDayUs + (kDayUs - 1)};

struct CivilDate {
  int year;
  int month;
  int day;
};

// Days since 1970-01-01 of a date of the proleptic Gregorian calendar. Years begin in March, so
// that the leap day is the last one (Howard Hinnant, chrono-Compatible Low-Level Date Algorithms).
constexpr int32_t DaysOf(CivilDate date) {
  const int year = date.year - (date.month <= 2 ? 1 : 0);
  const int era = (year >= 0 ? year : year - 399) / 400;
  const int year_of_era = year - era * 400;
  const int day_of_year = (153 * (date.month + (date.month > 2 ? -3 : 9)) + 2) / 5 + date.day - 1;
  const int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}
static_assert(DaysOf({1970, 1, 1}) == 0);
static_assert(DaysOf({1, 1, 1}) == kFirstDay && DaysOf({9999, 12, 31}) == kLastDay);

constexpr CivilDate CivilOf(int32_t days) {
  const int shifted = days + 719468;
  const int era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
  const int day_of_era = shifted - era * 146097;
  const int year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int month_from_march = (5 * day_of_year + 2) / 153;
  const int month = month_from_march + (month_from_march < 10 ? 3 : -9);
  return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month,
          day_of_year - (153 * month_from_march + 2) / 5 + 1};
}

constexpr int DaysInMonth(int year, int month) {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return month == 2 && is_leap ? 29 : kDays[month - 1];
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// The number in the `count` characters at `at`; -1 if one isn't a digit.
int DigitsAt(std::string_view text, size_t at, size_t count) {
  int value = 0;
  for (size_t i = at; i < at + count; ++i) {
    if (!IsDigit(text[i])) return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

// The date in the ten characters at the start of `text`.
std::optional<int32_t> DateAtStart(std::string_view text) {
  if (text[4] != '-' || text[7] != '-') return std::nullopt;
  const int year = DigitsAt(text, 0, 4);
  const int month = DigitsAt(text, 5, 2);
  const int day = DigitsAt(text, 8, 2);
  if (year < 1 || month < 1 || month > 12 || day < 1) return std::nullopt;
  if (day > DaysInMonth(year, month)) return std::nullopt;
  return DaysOf({year, month, day});
}

// "Z" or "+hh:mm", and nothing after it: how far local time is ahead of UTC.
std::optional<DurationUs> ParseOffset(std::string_view text) {
  if (text.size() == 1) {
    return text[0] == 'Z' || text[0] == 'z' ? std::optional<DurationUs>(0) : std::nullopt;
  }
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') {
    return std::nullopt;
  }
  const int hours = DigitsAt(text, 1, 2);
  const int minutes = DigitsAt(text, 4, 2);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return std::nullopt;
  const DurationUs offset = hours * kHourUs + minutes * kMinuteUs;
  return text[0] == '+' ? offset : -offset;
}

// A number of two digits, and the character behind it where there is one.
char* PutPair(uint32_t number, char* at) {
  PutDigitPair(number, at);
  return at + 2;
}
char* PutPair(uint32_t number, char after, char* at) {
  at = PutPair(number, at);
  *at = after;
  return at + 1;
}

char* PutDate(int32_t utc_day, char* at) {
  const CivilDate date = CivilOf(utc_day);
  const auto year = static_cast<uint32_t>(date.year);
  at = PutPair(year / 100, at);
  at = PutPair(year % 100, '-', at);
  at = PutPair(static_cast<uint32_t>(date.month), '-', at);
  return PutPair(static_cast<uint32_t>(date.day), at);
}

char* PutTime(EventTime time, bool drop_zero_fraction, char* at) {
  time = std::clamp(time, kFirstTime, kLastTime);  // Min and Max have no text of their own
  const int32_t day = UtcDay(time);
  const DurationUs of_day = time.us - day * kDayUs;
  const auto seconds = static_cast<uint32_t>(of_day / kSecondUs);
  const auto fraction = static_cast<uint32_t>(of_day % kSecondUs);
  at = PutDate(day, at);
  *at++ = 'T';
  at = PutPair(seconds / 3600, ':', at);
  at = PutPair(seconds / 60 % 60, ':', at);
  at = PutPair(seconds % 60, at);
  if (fraction != 0 || !drop_zero_fraction) {
    *at++ = '.';
    at = PutPair(fraction / 10'000, at);
    at = PutPair(fraction / 100 % 100, at);
    at = PutPair(fraction % 100, at);
  }
  *at++ = 'Z';
  return at;
}

struct Unit {
  std::string_view name;
  DurationUs us;
};
constexpr Unit kUnits[] = {{"d", kDayUs},    {"h", kHourUs}, {"m", kMinuteUs},
                           {"s", kSecondUs}, {"ms", 1'000},  {"us", 1}};
constexpr size_t kWritableUnits = 5;  // people write all but the last

}  // namespace

std::optional<ParsedTime> ParseTime(std::string_view text) {
  if (text.size() < 10) return std::nullopt;
  const std::optional<int32_t> day = DateAtStart(text);
  if (!day) return std::nullopt;
  const EventTime midnight{*day * kDayUs};
  if (text.size() == 10) return ParsedTime{midnight, TimePrecision::kDay};
  if (text.size() < 20 || (text[10] != 'T' && text[10] != 't') || text[13] != ':' ||
      text[16] != ':') {
    return std::nullopt;
  }
  const int hours = DigitsAt(text, 11, 2);
  const int minutes = DigitsAt(text, 14, 2);
  const int seconds = DigitsAt(text, 17, 2);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59 || seconds < 0 || seconds > 59) {
    return std::nullopt;
  }
  size_t at = 19;
  DurationUs fraction = 0;
  if (text[at] == '.') {
    DurationUs digit_us = kSecondUs;
    for (++at; at < text.size() && IsDigit(text[at]); ++at) {
      digit_us /= 10;
      if (digit_us == 0) return std::nullopt;
      fraction += (text[at] - '0') * digit_us;
    }
    if (digit_us == kSecondUs) return std::nullopt;
  }
  const std::optional<DurationUs> offset = ParseOffset(text.substr(at));
  if (!offset) return std::nullopt;
  const EventTime time =
      midnight + (hours * kHourUs + minutes * kMinuteUs + seconds * kSecondUs + fraction - *offset);
  if (time < kFirstTime || time > kLastTime) return std::nullopt;
  return ParsedTime{time, TimePrecision::kMicrosecond};
}

std::optional<EventTime> TimeOfEpochMs(int64_t epoch_ms) {
  if (epoch_ms < kFirstTime.us / 1000 || epoch_ms > kLastTime.us / 1000) return std::nullopt;
  return EventTime{epoch_ms * 1000};
}

std::string FormatTime(EventTime time) {
  char text[kTimeBytesMax];
  return std::string(text, PutTime(time, text));
}

char* PutTime(EventTime time, char* at) { return PutTime(time, false, at); }

std::string FormatTimeShort(EventTime time) {
  char text[kTimeBytesMax];
  return std::string(text, PutTime(time, true, text));
}

int32_t UtcDay(EventTime time) {
  const int64_t day = time.us / kDayUs;
  return static_cast<int32_t>(day - (time.us % kDayUs < 0 ? 1 : 0));
}

std::optional<int32_t> ParseDate(std::string_view text) {
  return text.size() == 10 ? DateAtStart(text) : std::nullopt;
}

std::string FormatDate(int32_t utc_day) {
  char text[10];
  PutDate(std::clamp(utc_day, kFirstDay, kLastDay), text);
  return std::string(text, sizeof(text));
}

std::optional<DurationUs> ParseDuration(std::string_view text) {
  size_t at = 0;
  int64_t number = 0;
  for (; at < text.size() && IsDigit(text[at]); ++at) {
    if (__builtin_mul_overflow(number, 10, &number) ||
        __builtin_add_overflow(number, text[at] - '0', &number)) {
      return std::nullopt;
    }
  }
  if (at == 0) return std::nullopt;
  for (size_t i = 0; i < kWritableUnits; ++i) {
    DurationUs duration = 0;
    if (text.substr(at) != kUnits[i].name) continue;
    if (__builtin_mul_overflow(number, kUnits[i].us, &duration)) return std::nullopt;
    return duration;
  }
  return std::nullopt;
}

std::string FormatDuration(DurationUs duration) {
  if (duration == 0) return "0s";
  for (const Unit& unit : kUnits) {
    if (duration % unit.us == 0) return std::to_string(duration / unit.us).append(unit.name);
  }
  return "";  // not reached: one microsecond divides everything
}

}  // namespace vigla
