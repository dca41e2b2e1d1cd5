// The table of transactions in a rule test. Cold.
#include "engine/lab/transaction_table.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "engine/base/json_writer.h"
#include "engine/lab/row_series.h"
#include "engine/lab/test_code.h"
#include "engine/rule/field.h"

namespace vigla {
namespace {

// Names that stand for one of their members.
constexpr std::pair<std::string_view, std::string_view> kShortNames[] = {
    {"debtor", "debtor.account"},
    {"creditor", "creditor.account"},
    {"ultimate_debtor", "ultimate_debtor.account"},
    {"ultimate_creditor", "ultimate_creditor.account"},
    {"initiating_party", "initiating_party.account"},
    {"device", "device.id"},
    {"merchant", "merchant.id"},
    {"status", "status.code"},
};

// Fields that a leg has but a transaction hasn't, and what to write instead.
constexpr std::pair<std::string_view, std::string_view> kLegFields[] = {
    {"amount.original", "amount"},  {"direction", "debtor or creditor"},
    {"account", "debtor or creditor"}, {"counterparty", "debtor or creditor"},
    {"country", "debtor.country or creditor.country"},
    {"party", "debtor.party or creditor.party"},
    {"counterparty_party", "debtor.party or creditor.party"},
};

std::string_view PathOf(std::string_view column) {
  for (const auto& [name, path] : kShortNames) {
    if (column == name) return path;
  }
  constexpr std::string_view kAttributes = "attributes.";
  if (column.starts_with(kAttributes)) return column.substr(kAttributes.size());
  return column;
}

std::string_view Trim(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::vector<std::string_view> SplitCells(std::string_view line) {
  std::vector<std::string_view> cells;
  while (true) {
    const size_t bar = line.find('|');
    cells.push_back(Trim(line.substr(0, bar)));
    if (bar == std::string_view::npos) return cells;
    line.remove_prefix(bar + 1);
  }
}

constexpr size_t kTableRowsMax = 20'000;

// A ruler such as --- | --- beneath the names.
bool IsRuler(std::string_view line) {
  return line.find('-') != std::string_view::npos &&
         line.find_first_not_of("-|:+ \t\r") == std::string_view::npos;
}

class TableReader {
 public:
  TableReader(const YamlDocument& document, const YamlNode& text, TransactionTable* table,
              Diagnostics* diagnostics)
      : document_(document),
        text_(text),
        positions_(document.PositionsIn(text)),
        table_(table),
        diagnostics_(diagnostics) {}

  bool Read() {
    const int before = diagnostics_->errors();
    std::string_view rest = text_.text;
    while (!rest.empty()) {
      const size_t end = std::min(rest.find('\n'), rest.size());
      ReadLine(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    if (table_->columns.empty()) {
      Error(text_.text, diagnostic::kTestTable, "the table has no line of column names",
            "begin with: id | time | debtor | creditor | amount");
    }
    return diagnostics_->errors() == before;
  }

 private:
  SourcePosition At(std::string_view part) const {
    const auto offset = static_cast<size_t>(part.data() - text_.text.data());
    SourcePosition at = document_.At(text_);
    if (offset < positions_.size()) std::tie(at.line, at.column) = positions_[offset];
    return at;
  }
  void Error(std::string_view part, const DiagnosticCode& code, std::string message,
             std::string advice = "") {
    diagnostics_->Error(code.code, At(part), std::move(message), std::move(advice));
  }

  void ReadLine(std::string_view line) {
    line = Trim(line);
    if (line.empty() || IsRuler(line)) return;
    if (line.size() > 1 && line.front() == '|' && line.back() == '|') {
      line = line.substr(1, line.size() - 2);
    }
    const std::vector<std::string_view> cells = SplitCells(line);
    if (table_->columns.empty()) {
      ReadHeader(cells);
    } else if (has_header_) {
      ReadRow(line, cells);
    }
  }

  void ReadHeader(const std::vector<std::string_view>& cells) {
    const auto is_named = [&cells](std::string_view column) {
      return std::find(cells.begin(), cells.end(), column) != cells.end();
    };
    has_header_ = is_named("id") || is_named("time") || is_named("amount");
    if (!has_header_) {
      table_->columns.emplace_back();
      Error(cells[0], diagnostic::kTestTable, "the table's first line does not name its columns",
            "begin with: id | time | debtor | creditor | amount");
      return;
    }
    for (std::string_view column : cells) {
      std::string advice;
      if (!IsTableColumn(column, &advice)) {
        Error(column, diagnostic::kTestColumn,
              "transactions have no field `" + std::string(column) + "`", advice);
      }
      if (std::find(table_->columns.begin(), table_->columns.end(), column) !=
          table_->columns.end()) {
        Error(column, diagnostic::kTestTwice, "the column `" + std::string(column) + "` is twice");
      }
      table_->columns.emplace_back(column);
    }
    id_column_ = static_cast<size_t>(std::find(cells.begin(), cells.end(), "id") - cells.begin());
    for (std::string_view required : {"id", "time", "amount"}) {
      if (!is_named(required)) {
        Error(cells[0], diagnostic::kTestTable,
              "the table has no column `" + std::string(required) + "`");
      }
    }
  }

  void ReadRow(std::string_view line, const std::vector<std::string_view>& cells) {
    if (cells.size() > table_->columns.size()) {
      Error(cells[table_->columns.size()], diagnostic::kTestTable,
            "the row has " + std::to_string(cells.size()) + " cells for " +
                std::to_string(table_->columns.size()) + " columns",
            line.front() == '|' || line.back() == '|'
                ? "a line either begins and ends with `|`, or does neither"
                : "one cell for each column; a blank one says that there is nothing");
      return;
    }
    if (cells.size() > id_column_ && IsSeries(cells[id_column_])) {
      ReadSeries(line, cells);
      return;
    }
    TableRow row;
    row.at = At(line);
    for (size_t i = 0; i < cells.size(); ++i) {
      if (cells[i].empty()) continue;
      row.cells[table_->columns[i]] = cells[i];
      if (!HasStep(table_->columns[i], cells[i])) continue;
      Error(cells[i], diagnostic::kTestTable,
            "the column `" + table_->columns[i] + "` has a step, but the row is one transaction",
            "a series has an id such as a1..a12");
    }
    CheckAmount(line, row);
    AddRow(line, std::move(row));
  }

  void ReadSeries(std::string_view line, const std::vector<std::string_view>& cells) {
    SeriesProblem problem;
    const auto ids = SeriesIds(cells[id_column_], &problem);
    if (!ids) {
      Error(cells[id_column_], diagnostic::kTestTable, problem.message, problem.advice);
      return;
    }
    std::vector<TableRow> rows(ids->size());
    for (size_t i = 0; i < cells.size(); ++i) {
      if (cells[i].empty()) continue;
      const std::string& column = table_->columns[i];
      auto texts = i == id_column_ ? ids : SeriesCells(column, cells[i], rows.size(), &problem);
      if (!texts) {
        Error(cells[i], diagnostic::kTestTable, "the column `" + column + "`: " + problem.message,
              problem.advice);
        return;
      }
      for (size_t member = 0; member < rows.size(); ++member) {
        if (!(*texts)[member].empty()) rows[member].cells[column] = std::move((*texts)[member]);
      }
    }
    CheckAmount(line, rows.front());
    for (TableRow& row : rows) {
      row.at = At(line);
      if (!AddRow(line, std::move(row))) return;
    }
  }

  void CheckAmount(std::string_view line, const TableRow& row) {
    const auto amount = row.cells.find("amount");
    if (amount == row.cells.end()) return;
    const bool has_currency = row.cells.contains("currency");
    const bool carries = amount->second.find(' ') != std::string::npos;
    if (carries != has_currency) return;
    Error(line, diagnostic::kTestTable,
          has_currency ? "the amount's currency is given twice" : "the amount has no currency",
          "write it as in 9200.00 EUR");
  }

  // False, and an error, if its id is missing or is another row's.
  bool AddRow(std::string_view line, TableRow row) {
    row.id = row.cells["id"];
    if (row.id.empty()) Error(line, diagnostic::kTestTable, "the row has no id");
    const bool is_new = ids_.insert(row.id).second;
    if (!is_new) Error(line, diagnostic::kTestTwice, "two rows have the id `" + row.id + "`");
    const bool fits = table_->rows.size() < kTableRowsMax;
    if (!fits) {
      Error(line, diagnostic::kTestTable,
            "the table has more than " + std::to_string(kTableRowsMax) + " transactions");
    }
    table_->rows.push_back(std::move(row));
    return is_new && fits;
  }

  const YamlDocument& document_;
  const YamlNode& text_;
  const TextPositions positions_;
  TransactionTable* table_;
  Diagnostics* diagnostics_;
  bool has_header_ = false;
  size_t id_column_ = 0;
  std::set<std::string> ids_;
};

// A JSON object under construction, or a value that is rendered already.
struct Member {
  std::map<std::string, Member, std::less<>> members;
  std::string json;

  Member& At(std::string_view path) {
    Member* member = this;
    while (!path.empty()) {
      const size_t dot = std::min(path.find('.'), path.size());
      member = &member->members[std::string(path.substr(0, dot))];
      path.remove_prefix(std::min(dot + 1, path.size()));
    }
    return *member;
  }

  void AppendTo(std::string* out) const {
    if (members.empty()) {
      *out += json;
      return;
    }
    out->push_back('{');
    for (const auto& [name, member] : members) {
      if (out->back() != '{') out->push_back(',');
      AppendJsonString(name, out);
      out->push_back(':');
      member.AppendTo(out);
    }
    out->push_back('}');
  }
};

std::string JsonText(std::string_view text) {
  std::string json;
  AppendJsonString(text, &json);
  return json;
}

std::string JsonList(std::string_view text) {
  std::string json = "[";
  while (!text.empty()) {
    const size_t comma = std::min(text.find(','), text.size());
    if (json.size() > 1) json.push_back(',');
    AppendJsonString(Trim(text.substr(0, comma)), &json);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return json + "]";
}

bool IsWholeNumber(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

bool IsTableColumn(std::string_view column, std::string* advice) {
  for (const auto& [name, instead] : kLegFields) {
    if (column == name) {
      *advice = "that is a leg's view; write " + std::string(instead);
      return false;
    }
  }
  if (PathOf(column) != column) return true;
  const std::optional<FieldId> field = FindField(column);
  if (field && *field != field::kAttribute) return true;
  std::vector<std::string_view> names;
  for (const FieldInfo& info : FieldTable()) names.push_back(info.name);
  for (const auto& [name, path] : kShortNames) names.push_back(name);
  *advice = DidYouMean(
      column, names,
      "a field that the engine doesn't name is written attributes." + std::string(column));
  return false;
}

bool ReadTransactionTable(const YamlDocument& document, const YamlNode& text,
                          TransactionTable* table, Diagnostics* diagnostics) {
  return TableReader(document, text, table, diagnostics).Read();
}

SourcePosition CellAt(const YamlDocument& document, const TransactionTable& table,
                      const TableRow& row, std::string_view field) {
  const std::string line = document.Line(row.at.line);
  std::string_view cells = Trim(line);
  if (cells.size() > 1 && cells.front() == '|' && cells.back() == '|') cells.remove_prefix(1);
  for (const std::string& column : table.columns) {
    const std::string_view cell = Trim(cells.substr(0, cells.find('|')));
    const bool holds_it = PathOf(column) == field || (column == "amount" && field == "currency");
    if (holds_it && !cell.empty()) {
      const std::string_view before(line.data(), static_cast<size_t>(cell.data() - line.data()));
      const auto starts = std::count_if(before.begin(), before.end(), [](char c) {
        return (static_cast<uint8_t>(c) & 0xC0) != 0x80;
      });
      return {row.at.file, row.at.line, static_cast<int>(starts) + 1};
    }
    const size_t bar = cells.find('|');
    if (bar == std::string_view::npos) break;
    cells.remove_prefix(bar + 1);
  }
  return row.at;
}

std::string RenderTransaction(const TableRow& row) {
  Member record;
  for (const auto& [column, text] : row.cells) {
    if (column == "amount") {
      const size_t space = text.find(' ');
      record.At("amount").json = JsonText(text.substr(0, space));
      if (space == std::string::npos) continue;
      record.At("currency").json = JsonText(Trim(std::string_view(text).substr(space)));
    } else if (column == "approvers") {
      record.At(column).json = JsonList(text);
    } else if (column == "time" && IsWholeNumber(text)) {
      record.At(column).json = text;  // epoch milliseconds
    } else {
      record.At(PathOf(column)).json = JsonText(text);
    }
  }
  std::string json;
  record.AppendTo(&json);
  return json;
}

}  // namespace vigla
