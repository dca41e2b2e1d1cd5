// Widths first, then lines. Cold.
#include "engine/lab/report/text_table.h"

#include <algorithm>

namespace vigla {
namespace {

size_t WidthOf(const std::string& text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

std::string Printable(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '?';
  }
  return text;
}

}  // namespace

std::string RenderTextTable(const TextTable& table) {
  std::vector<size_t> widths;
  for (const auto& column : table.columns) widths.push_back(WidthOf(column.name));
  for (const auto& row : table.rows) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], WidthOf(row[i]));
  }
  std::string text;
  auto line = [&](auto&& cell) {
    std::string out;
    for (size_t i = 0; i < table.columns.size(); ++i) {
      const std::string shown = Printable(cell(i));
      const std::string blanks(widths[i] - WidthOf(shown), ' ');
      out += (i == 0 ? "" : "  ") + (table.columns[i].is_figure ? blanks + shown : shown + blanks);
    }
    while (!out.empty() && out.back() == ' ') out.pop_back();
    text += out + "\n";
  };
  line([&](size_t i) { return table.columns[i].name; });
  for (const auto& row : table.rows) {
    line([&](size_t i) { return i < row.size() ? row[i] : std::string(); });
  }
  return text;
}

}  // namespace vigla
