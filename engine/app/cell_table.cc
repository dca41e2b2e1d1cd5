// Tables for people and for programs. Cold.
#include "engine/app/cell_table.h"

#include <algorithm>

#include "engine/base/json_writer.h"

namespace vigla {
namespace {

size_t WidthOf(const std::string& text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

std::string EscapedCell(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '|') escaped += '\\';
    escaped += c == '\n' ? ' ' : c;
  }
  return escaped;
}

}  // namespace

std::string AlignedTable(const CellTable& table) {
  std::vector<size_t> widths;
  for (const std::string& column : table.columns) widths.push_back(WidthOf(column));
  for (const auto& row : table.rows) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], WidthOf(row[i]));
  }
  std::string text;
  const auto add = [&](const std::vector<std::string>& cells) {
    std::string line;
    for (size_t i = 0; i < cells.size(); ++i) {
      line += cells[i] + std::string(widths[i] - WidthOf(cells[i]) + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  };
  add(table.columns);
  for (const auto& row : table.rows) add(row);
  return text;
}

std::string MarkdownTable(const CellTable& table) {
  std::string text = "|";
  for (const std::string& column : table.columns) text += " " + column + " |";
  text += "\n|";
  for (size_t i = 0; i < table.columns.size(); ++i) text += "---|";
  text += "\n";
  for (const auto& row : table.rows) {
    text += "|";
    for (const std::string& cell : row) text += " " + EscapedCell(cell) + " |";
    text += "\n";
  }
  return text;
}

std::string JsonTable(const CellTable& table, const std::string& schema,
                      const std::string& name) {
  std::string out;
  JsonWriter json(&out);
  json.BeginObject().Field("schema", schema).Key(name).BeginArray();
  for (const auto& row : table.rows) {
    json.BeginObject();
    for (size_t i = 0; i < row.size(); ++i) json.OptionalField(table.columns[i], row[i]);
    json.EndObject();
  }
  json.EndArray().EndObject();
  return out + "\n";
}

}  // namespace vigla
