// The table of transactions in a rule test: columns are field paths, blanks are absent. Cold.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/diagnostic.h"
#include "engine/rule/yaml_tree.h"

namespace vigla {

struct TableRow {
  std::string id;
  std::map<std::string, std::string> cells;  // by column; a blank has none
  SourcePosition at;
};

// Rows in the order in which they are sequenced; ids are distinct.
struct TransactionTable {
  std::vector<std::string> columns;
  std::vector<TableRow> rows;
};

// Reads `id | time | debtor.country | amount` and the rows under it. A party's, device's or
// merchant's bare name is its account or id; an amount carries its currency ("9200.00 EUR")
// unless there is a column for it. A line may stand for many (row_series.h). Everything wrong is
// reported; false if anything is.
bool ReadTransactionTable(const YamlDocument& document, const YamlNode& text,
                          TransactionTable* table, Diagnostics* diagnostics);

// Whether a table may have the column; *advice says what to write instead.
bool IsTableColumn(std::string_view column, std::string* advice);

// Where the row says what the field is; the row's place if it doesn't.
SourcePosition CellAt(const YamlDocument& document, const TransactionTable& table,
                      const TableRow& row, std::string_view field);

// The row as a record of the native form (design.md, 3).
std::string RenderTransaction(const TableRow& row);

}  // namespace vigla
