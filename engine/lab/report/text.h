// Figures and texts as reports write them: numbers for people, and what HTML and CSV need escaped.
// Cold.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vigla {

class JsonWriter;

// "1,234,567".
std::string GroupDigits(int64_t number);
// With that many fraction digits, digits grouped: (1234.5, 1) is "1,234.5". Half away from zero.
std::string FormatFigure(double number, int fraction_digits);
// As a JSON number: no grouping, fraction digits fixed, never "-0".
std::string FormatJsonNumber(double number, int fraction_digits);
inline constexpr int kShareDigits = 6;  // of a share in JSON and CSV
// A part of a whole; empty where the whole is nothing.
template <typename Count>
std::optional<double> ShareOf(Count part, Count whole) {
  if (whole == 0) return std::nullopt;
  return static_cast<double>(part) / static_cast<double>(whole);
}
// "93.4 %", or "–" where there is no figure.
std::string FormatShare(const std::optional<double>& share);

// As JSON, 6 digits; nothing where there is no figure.
void WriteShare(std::string_view key, const std::optional<double>& share, JsonWriter* json);

// Text for HTML's element content and quoted attributes; controls but line ends are dropped.
std::string EscapeHtml(std::string_view text);

// Enough of an id to recognise it by who knows it, not to name it: "DE…42"; short ones are "…".
std::string MaskId(std::string_view id);

// Rows as RFC 4180 has them, ended by CR LF. Text that a spreadsheet would take for a formula
// (from =, +, -, @, tab or CR, unless it is a number) gets an apostrophe in front.
class CsvWriter {
 public:
  explicit CsvWriter(std::string* out) : out_(out) {}
  void Row(const std::vector<std::string>& fields);

 private:
  std::string* out_;
};

}  // namespace vigla
