// Formatting and escaping. Cold.
#include "engine/lab/report/text.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "absl/strings/numbers.h"
#include "engine/base/json_writer.h"
#include "engine/base/status.h"

namespace vigla {
namespace {

std::string Fixed(double number, int fraction_digits) {
  double scale = 1;
  for (int i = 0; i < fraction_digits; ++i) scale *= 10;
  const double rounded = std::round(number * scale) / scale;
  char text[64];
  std::snprintf(text, sizeof(text), "%.*f", fraction_digits, rounded == 0 ? 0.0 : rounded);
  return text;
}

// Groups the digits before the point.
std::string Grouped(std::string text) {
  const size_t start = text.starts_with("-") ? 1 : 0;
  size_t end = std::min(text.find('.'), text.size());
  while (end > start + 3) {
    end -= 3;
    text.insert(end, ",");
  }
  return text;
}

bool LooksLikeFormula(std::string_view field) {
  if (field.empty() || std::string_view("=+-@\t\r").find(field[0]) == std::string_view::npos) {
    return false;
  }
  double number = 0;
  return !absl::SimpleAtod(ToAbsl(field), &number);
}

}  // namespace

std::string GroupDigits(int64_t number) { return Grouped(std::to_string(number)); }

std::string FormatFigure(double number, int fraction_digits) {
  return Grouped(Fixed(number, fraction_digits));
}

std::string FormatJsonNumber(double number, int fraction_digits) {
  return Fixed(number, fraction_digits);
}

std::string FormatShare(const std::optional<double>& share) {
  return share ? Fixed(*share * 100, 1) + " %" : "–";
}

void WriteShare(std::string_view key, const std::optional<double>& share, JsonWriter* json) {
  if (share) json->Key(key).Raw(FormatJsonNumber(*share, kShareDigits));
}

std::string EscapeHtml(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&': escaped += "&amp;"; break;
      case '<': escaped += "&lt;"; break;
      case '>': escaped += "&gt;"; break;
      case '"': escaped += "&quot;"; break;
      case '\'': escaped += "&#39;"; break;
      default:
        if (static_cast<unsigned char>(c) >= 0x20 || c == '\n') escaped += c;
    }
  }
  return escaped;
}

std::string MaskId(std::string_view id) {
  // Cutting inside a character would leave bytes that are no text.
  const bool ascii = std::all_of(id.begin(), id.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x80;
  });
  if (!ascii || id.size() < 8) return "…";
  return std::string(id.substr(0, 2)) + "…" + std::string(id.substr(id.size() - 2));
}

void CsvWriter::Row(const std::vector<std::string>& fields) {
  for (size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) out_->push_back(',');
    const std::string field = LooksLikeFormula(fields[i]) ? "'" + fields[i] : fields[i];
    if (field.find_first_of(",\"\r\n") == std::string::npos) {
      out_->append(field);
      continue;
    }
    out_->push_back('"');
    for (const char c : field) {
      if (c == '"') out_->push_back('"');
      out_->push_back(c);
    }
    out_->push_back('"');
  }
  out_->append("\r\n");
}

}  // namespace vigla
