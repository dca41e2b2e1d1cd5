// Exchange rates from files: plain CSV, and the European Central Bank's. Cold.
#include <array>
#include <limits>
#include <numeric>
#include <set>
#include <utility>

#include "engine/base/status.h"
#include "engine/model/rates.h"

namespace vigla {
namespace {

constexpr int kIntegerDigitsMax = 14;
constexpr int kFractionDigitsMax = 12;
constexpr Int128 kUnit = 1'000'000'000'000;  // 10^kFractionDigitsMax

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r";
  const size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

// Takes the text up to the next separator off the front of `rest`.
std::string_view TakeUntil(char separator, std::string_view* rest) {
  const size_t at = rest->find(separator);
  const std::string_view taken = rest->substr(0, at);
  *rest = at == std::string_view::npos ? std::string_view() : rest->substr(at + 1);
  return taken;
}

std::vector<std::string_view> SplitCells(std::string_view line) {
  std::vector<std::string_view> cells;
  while (!line.empty()) cells.push_back(Trim(TakeUntil(',', &line)));
  return cells;
}

absl::Status LineError(int line, std::string_view message) {
  return MakeError(absl::StatusCode::kInvalidArgument,
                   "line " + std::to_string(line) + ": " + std::string(message));
}

// A line of a file that isn't blank.
struct Line {
  int number;
  std::string_view text;
};

std::vector<Line> SplitLines(std::string_view text) {
  std::vector<Line> lines;
  for (int number = 1; !text.empty(); ++number) {
    const std::string_view line = Trim(TakeUntil('\n', &text));
    if (!line.empty()) lines.push_back({number, line});
  }
  return lines;
}

// A positive decimal as a value at kFractionDigitsMax fraction digits.
std::optional<Int128> ParsePositive(std::string_view text) {
  const ParsedDecimal decimal = ParseDecimal(text, kIntegerDigitsMax, kFractionDigitsMax);
  if (decimal.error != DecimalError::kNone || decimal.value <= 0) return std::nullopt;
  return decimal.value;
}

// numerator / denominator in lowest terms, if both then fit; both are positive.
std::optional<ExchangeRate> MakeRate(Int128 numerator, Int128 denominator) {
  Int128 a = numerator;
  Int128 b = denominator;
  while (b != 0) a = std::exchange(b, a % b);
  numerator /= a;
  denominator /= a;
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  if (numerator > kMax || denominator > kMax) return std::nullopt;
  return ExchangeRate{static_cast<int64_t>(numerator), static_cast<int64_t>(denominator)};
}

// "2026-04-13", or "13 April 2026" as in the ECB's file of one day.
std::optional<int32_t> ParseEcbDate(std::string_view text) {
  constexpr std::array<std::string_view, 12> kMonths = {
      "January", "February", "March",     "April",   "May",      "June",
      "July",    "August",   "September", "October", "November", "December"};
  if (const std::optional<int32_t> day = ParseDate(text)) return day;
  const std::string day(TakeUntil(' ', &text));
  const std::string_view month = TakeUntil(' ', &text);
  for (size_t i = 0; i < kMonths.size(); ++i) {
    if (kMonths[i] != month) continue;
    const std::string number = std::to_string(i + 1);
    return ParseDate(std::string(text) + (number.size() == 1 ? "-0" : "-") + number +
                     (day.size() == 1 ? "-0" : "-") + day);
  }
  return std::nullopt;
}

// The columns of an ECB file: their currencies, none for the one after the last comma.
absl::StatusOr<std::vector<CurrencyCode>> ReadEcbHeader(const Line& line) {
  std::vector<CurrencyCode> columns;
  std::set<CurrencyCode> seen;
  const std::vector<std::string_view> cells = SplitCells(line.text);
  for (size_t i = 1; i < cells.size(); ++i) {
    const std::optional<CurrencyCode> currency = CurrencyCode::Parse(cells[i]);
    if (!currency && !cells[i].empty()) {
      return LineError(line.number, "column " + std::to_string(i + 1) +
                                        " is no currency; it must be three capital letters");
    }
    if (currency && !seen.insert(*currency).second) {
      return LineError(line.number, "two columns for " + currency->Text() + "; keep one");
    }
    columns.push_back(currency.value_or(CurrencyCode()));
  }
  return columns;
}

// One day's units per euro, at kFractionDigitsMax fraction digits.
using Quotes = std::map<CurrencyCode, Int128>;

absl::StatusOr<Quotes> ReadEcbLine(const Line& line, const std::vector<std::string_view>& cells,
                                   const std::vector<CurrencyCode>& columns) {
  Quotes quotes;
  for (size_t i = 1; i < cells.size(); ++i) {
    if (cells[i].empty() || cells[i] == "N/A") continue;
    if (i > columns.size() || !columns[i - 1].IsKnown()) {
      return LineError(line.number, "more columns than the header line names");
    }
    const std::optional<Int128> quote = ParsePositive(cells[i]);
    if (!quote) {
      return LineError(line.number, "the rate of " + columns[i - 1].Text() +
                                        " is not a positive decimal; write N/A for none");
    }
    quotes[columns[i - 1]] = *quote;
  }
  return quotes;
}

}  // namespace

absl::StatusOr<RateTable> ReadRatesCsv(std::string_view text, CurrencyCode base) {
  RateTable table(base);
  std::set<std::pair<CurrencyCode, int32_t>> seen;
  const std::vector<Line> lines = SplitLines(text);
  if (lines.empty() ||
      SplitCells(lines[0].text) != std::vector<std::string_view>{"date", "currency", "rate"}) {
    return LineError(1, "the header is not 'date,currency,rate'");
  }
  for (size_t i = 1; i < lines.size(); ++i) {
    const std::vector<std::string_view> cells = SplitCells(lines[i].text);
    if (cells.size() != 3) return LineError(lines[i].number, "not three columns");
    const std::optional<int32_t> day = ParseDate(cells[0]);
    const std::optional<CurrencyCode> currency = CurrencyCode::Parse(cells[1]);
    const std::optional<Int128> value = ParsePositive(cells[2]);
    if (!day) return LineError(lines[i].number, "the date is not YYYY-MM-DD");
    if (!currency) return LineError(lines[i].number, "the currency is not three capital letters");
    if (!value) {
      return LineError(lines[i].number,
                       "the rate is not a positive decimal of at most 14 digits before the point "
                       "and 12 after it");
    }
    if (!seen.emplace(*currency, *day).second) {
      return LineError(lines[i].number, "a second rate for that currency and date; keep one");
    }
    if (*currency == base && *value != kUnit) {
      return LineError(lines[i].number, "the base currency's rate to itself is not 1");
    }
    const std::optional<ExchangeRate> rate = MakeRate(*value, kUnit);
    if (!rate) return LineError(lines[i].number, "the rate has too many digits in all; round it");
    table.AddDated(*currency, *day, *rate);
  }
  table.Seal();
  return table;
}

absl::StatusOr<RateTable> ReadEcbRates(std::string_view text, CurrencyCode base) {
  const CurrencyCode euro = *CurrencyCode::Parse("EUR");
  RateTable table(base);
  std::set<int32_t> seen;
  const std::vector<Line> lines = SplitLines(text);
  if (lines.empty() || !lines[0].text.starts_with("Date,")) {
    return LineError(1, "the header does not begin with 'Date,'");
  }
  ASSIGN_OR_RETURN(const std::vector<CurrencyCode> columns, ReadEcbHeader(lines[0]));
  for (size_t i = 1; i < lines.size(); ++i) {
    const std::vector<std::string_view> cells = SplitCells(lines[i].text);
    const std::optional<int32_t> day = ParseEcbDate(cells[0]);
    if (!day) return LineError(lines[i].number, "the date is not YYYY-MM-DD");
    if (!seen.insert(*day).second) return LineError(lines[i].number, "a second line for that date");
    ASSIGN_OR_RETURN(Quotes quotes, ReadEcbLine(lines[i], cells, columns));
    quotes[euro] = kUnit;
    const auto base_quote = quotes.find(base);
    if (base_quote == quotes.end()) continue;  // nothing can be crossed into the base that day
    for (const auto& [currency, quote] : quotes) {
      if (currency == base) continue;
      const std::optional<ExchangeRate> rate = MakeRate(base_quote->second, quote);
      if (!rate) {
        return LineError(lines[i].number, "the rate of " + currency.Text() + " to " + base.Text() +
                                              " has too many digits to be held exactly");
      }
      table.AddDated(currency, *day, *rate);
    }
  }
  table.Seal();
  return table;
}

absl::StatusOr<RateTable> ReadRates(std::string_view text, CurrencyCode base) {
  std::string_view rest = text;
  const std::string_view header = Trim(TakeUntil('\n', &rest));
  if (header.starts_with("Date,")) return ReadEcbRates(text, base);
  if (header.starts_with("date,")) return ReadRatesCsv(text, base);
  return LineError(1,
                   "neither a table of rates ('date,currency,rate') nor a file of the European "
                   "Central Bank ('Date,USD,…')");
}

}  // namespace vigla
