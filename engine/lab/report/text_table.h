// A table for a terminal: columns as wide as their widest cell, figures to the right. Cold.
#pragma once

#include <string>
#include <vector>

namespace vigla {

struct TextTable {
  struct Column {
    std::string name;
    bool is_figure = false;
  };
  std::vector<Column> columns;
  std::vector<std::vector<std::string>> rows;
};

// Lines without trailing blanks. Control characters in cells become '?', so that no data can move
// the terminal's cursor; widths count characters (code points).
std::string RenderTextTable(const TextTable& table);

}  // namespace vigla
