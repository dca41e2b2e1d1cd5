// Rows of texts as an aligned table, as Markdown, or as JSON objects. Cold.
#pragma once

#include <string>
#include <vector>

namespace vigla {

struct CellTable {
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;  // each as long as `columns`
};

// Columns as wide as their widest cell; two spaces between.
std::string AlignedTable(const CellTable& table);
std::string MarkdownTable(const CellTable& table);
// `{"schema": …, "<name>": [{column: cell, …}]}`; blank cells are left out.
std::string JsonTable(const CellTable& table, const std::string& schema, const std::string& name);

}  // namespace vigla
