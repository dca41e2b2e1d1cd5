// Expands series of a test's table. Cold.
#include "engine/lab/row_series.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "engine/base/status.h"
#include "engine/model/money.h"
#include "engine/model/time.h"
#include "engine/rule/field.h"

namespace vigla {
namespace {

constexpr int kIntegerDigitsMax = 18;
constexpr int kFractionDigitsMax = 12;
constexpr int kNumberDigitsMax = 15;  // of ids and ranges

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

std::string_view Trim(std::string_view text) {
  const size_t first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

// "a07" is "a" and 7, two digits wide.
struct NumberedName {
  std::string_view prefix;
  int64_t number = 0;
  size_t width = 0;
};

std::optional<NumberedName> ParseNumberedName(std::string_view text) {
  size_t begin = text.size();
  while (begin > 0 && IsDigit(text[begin - 1])) --begin;
  NumberedName name{text.substr(0, begin), 0, text.size() - begin};
  if (name.width == 0 || name.width > kNumberDigitsMax) return std::nullopt;
  if (!absl::SimpleAtoi(ToAbsl(text.substr(begin)), &name.number)) return std::nullopt;
  return name;
}

std::string Padded(int64_t number, size_t width) {
  std::string text = std::to_string(number);
  return text.size() < width ? std::string(width - text.size(), '0') + text : text;
}

// Leading zeros of either end say how wide all are.
size_t WidthOf(const NumberedName& from, const NumberedName& to) {
  const auto has_zeros = [](const NumberedName& name) {
    return name.width > std::to_string(name.number).size();
  };
  return has_zeros(from) || has_zeros(to) ? std::max(from.width, to.width) : 0;
}

// From one end to the other, upwards or downwards.
std::optional<std::vector<std::string>> Range(const NumberedName& from, const NumberedName& to) {
  const int64_t count = std::abs(to.number - from.number) + 1;
  if (count > kSeriesMembersMax) return std::nullopt;
  const int64_t step = to.number < from.number ? -1 : 1;
  std::vector<std::string> names;
  for (int64_t i = 0; i < count; ++i) {
    names.push_back(std::string(from.prefix) +
                    Padded(from.number + i * step, WidthOf(from, to)));
  }
  return names;
}

enum class Steps : uint8_t { kNone, kTime, kNumber };

Steps StepsOf(std::string_view column) {
  const std::optional<FieldId> field = FindField(column);
  if (!field || *field == field::kAttribute) return Steps::kNone;
  switch (FieldTable()[*field].type) {
    case ValueType::kTime: return Steps::kTime;
    case ValueType::kInt:
    case ValueType::kDecimal:
    case ValueType::kRatio:
    case ValueType::kMoney: return Steps::kNumber;
    default: return Steps::kNone;
  }
}

// "900.00 EUR +10 EUR" is "900.00 EUR", "+10" and "EUR".
struct Stepped {
  std::string_view value;
  std::string_view step;      // with its sign; empty: none
  std::string_view currency;  // after the step
};

Stepped SplitStep(std::string_view cell) {
  for (size_t at = cell.size(); at-- > 1;) {
    const bool is_sign = (cell[at] == '+' || cell[at] == '-') && cell[at - 1] == ' ';
    if (!is_sign) continue;
    const std::string_view rest = cell.substr(at);
    const size_t space = std::min(rest.find(' '), rest.size());
    return {Trim(cell.substr(0, at)), rest.substr(0, space), Trim(rest.substr(space))};
  }
  return {cell, {}, {}};
}

std::optional<DurationUs> ParseStepDuration(std::string_view text) {
  if (const std::optional<DurationUs> duration = ParseDuration(text)) return duration;
  int64_t us = 0;
  if (!text.ends_with("us")) return std::nullopt;
  if (!absl::SimpleAtoi(ToAbsl(text.substr(0, text.size() - 2)), &us)) return std::nullopt;
  return us;
}

using Cells = std::optional<std::vector<std::string>>;

Cells Refuse(std::string message, std::string advice, SeriesProblem* problem) {
  *problem = {std::move(message), std::move(advice)};
  return std::nullopt;
}

std::string SteppedTime(const ParsedTime& start, DurationUs offset) {
  const EventTime time = start.time + offset;
  if (start.precision == TimePrecision::kDay) return FormatDate(UtcDay(time));
  return FormatTimeShort(time);
}

Cells TimeCells(const Stepped& stepped, size_t count, SeriesProblem* problem) {
  std::optional<ParsedTime> start = ParseTime(stepped.value);
  int64_t epoch_ms = 0;
  if (!start && absl::SimpleAtoi(ToAbsl(stepped.value), &epoch_ms)) {
    if (const auto time = TimeOfEpochMs(epoch_ms)) start = ParsedTime{*time};
  }
  if (!start) {
    return Refuse("a time was expected before the step", "2026-03-02T09:00:00Z +5m", problem);
  }
  const std::optional<DurationUs> length = ParseStepDuration(stepped.step.substr(1));
  if (!length || !stepped.currency.empty()) {
    return Refuse("`" + std::string(stepped.step) + "` is no step of time",
                  "write it as in +5m: a number and us, ms, s, m, h or d", problem);
  }
  if (start->precision == TimePrecision::kDay && *length % kDayUs != 0) {
    return Refuse("a bare date goes on by whole days", "write it as in 2026-03-02 +1d", problem);
  }
  if (*length > 400 * 366 * kDayUs / static_cast<int64_t>(count)) {
    return Refuse("the series leaves the calendar", "make the step shorter", problem);
  }
  const DurationUs step = stepped.step[0] == '-' ? -*length : *length;
  std::vector<std::string> cells;
  for (size_t i = 0; i < count; ++i) {
    cells.push_back(SteppedTime(*start, step * static_cast<int64_t>(i)));
  }
  return cells;
}

// Scaled by 10^kFractionDigitsMax.
std::optional<ParsedDecimal> ParseStepDecimal(std::string_view text) {
  const ParsedDecimal parsed = ParseDecimal(text, kIntegerDigitsMax, kFractionDigitsMax);
  return parsed.error == DecimalError::kNone ? std::optional(parsed) : std::nullopt;
}

Cells NumberCells(const Stepped& stepped, size_t count, SeriesProblem* problem) {
  const size_t space = std::min(stepped.value.find(' '), stepped.value.size());
  const std::string_view currency = Trim(stepped.value.substr(space));
  const std::optional<ParsedDecimal> start = ParseStepDecimal(stepped.value.substr(0, space));
  if (!start) return Refuse("a number was expected before the step", "900.00 EUR +10", problem);
  const std::optional<ParsedDecimal> length = ParseStepDecimal(stepped.step.substr(1));
  if (!length) {
    return Refuse("`" + std::string(stepped.step) + "` is no step of a number",
                  "write it as in +10 or -0.01", problem);
  }
  if (!stepped.currency.empty() && stepped.currency != currency) {
    return Refuse("the step is in another currency than the amount",
                  "a step is in the amount's own: 900.00 EUR +10", problem);
  }
  const int digits = std::max<int>(start->fraction_digits, length->fraction_digits);
  const Int128 step = stepped.step[0] == '-' ? -length->value : length->value;
  std::vector<std::string> cells;
  for (size_t i = 0; i < count; ++i) {
    std::string text = FormatDecimal(start->value + step * static_cast<Int128>(i),
                                     kFractionDigitsMax, digits, digits);
    if (!currency.empty()) text += " " + std::string(currency);
    cells.push_back(std::move(text));
  }
  return cells;
}

// The alternatives within braces: 1..4, or a,b,c. Empty: plain text.
std::vector<std::string> Alternatives(std::string_view inside) {
  const size_t dots = inside.find("..");
  if (dots != std::string_view::npos) {
    const auto from = ParseNumberedName(inside.substr(0, dots));
    const auto to = ParseNumberedName(inside.substr(dots + 2));
    if (!from || !to || from->prefix != to->prefix) return {};
    return Range(*from, *to).value_or(std::vector<std::string>());
  }
  std::vector<std::string> words;
  if (inside.find(',') == std::string_view::npos) return words;
  while (true) {
    const size_t comma = std::min(inside.find(','), inside.size());
    words.emplace_back(Trim(inside.substr(0, comma)));
    if (comma == inside.size()) return words;
    inside.remove_prefix(comma + 1);
  }
}

// The cell as its member number `index` has it: braces give the alternative whose turn it is.
std::string WithTurns(std::string_view cell, size_t index) {
  std::string text;
  while (!cell.empty()) {
    const size_t open = cell.find('{');
    const size_t close = open == std::string_view::npos ? open : cell.find('}', open);
    if (close == std::string_view::npos) break;
    const std::vector<std::string> turns = Alternatives(cell.substr(open + 1, close - open - 1));
    text += cell.substr(0, turns.empty() ? close + 1 : open);
    if (!turns.empty()) text += turns[index % turns.size()];
    cell.remove_prefix(close + 1);
  }
  return text + std::string(cell);
}

}  // namespace

bool IsSeries(std::string_view id) { return id.find("..") != std::string_view::npos; }

std::optional<std::vector<std::string>> SeriesIds(std::string_view id, SeriesProblem* problem) {
  const size_t dots = id.find("..");
  const auto from = ParseNumberedName(id.substr(0, dots));
  const auto to = ParseNumberedName(id.substr(std::min(dots, id.size() - 2) + 2));
  if (!from || !to || from->prefix != to->prefix || to->number < from->number) {
    return Refuse("`" + std::string(id) + "` is no series of ids",
                  "write both ends with one beginning and rising numbers: a1..a12", problem);
  }
  Cells ids = Range(*from, *to);
  if (!ids) {
    return Refuse("`" + std::string(id) + "` has more than " +
                      std::to_string(kSeriesMembersMax) + " members",
                  "a test needs fewer", problem);
  }
  return ids;
}

std::optional<std::vector<std::string>> SeriesCells(std::string_view column, std::string_view cell,
                                                    size_t count, SeriesProblem* problem) {
  if (HasStep(column, cell)) {
    const Stepped stepped = SplitStep(cell);
    return StepsOf(column) == Steps::kTime ? TimeCells(stepped, count, problem)
                                           : NumberCells(stepped, count, problem);
  }
  std::vector<std::string> cells;
  for (size_t i = 0; i < count; ++i) cells.push_back(WithTurns(cell, i));
  return cells;
}

bool HasStep(std::string_view column, std::string_view cell) {
  return StepsOf(column) != Steps::kNone && !SplitStep(cell).step.empty();
}

}  // namespace vigla
