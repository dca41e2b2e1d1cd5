// Writes rule tests. Cold.
#include "engine/lab/test_text.h"

#include <algorithm>
#include <map>

namespace vigla {
namespace {

// Code points: what columns are aligned by.
size_t WidthOf(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

std::string TableText(const TransactionTable& table) {
  std::vector<std::string> columns;
  for (const std::string& column : table.columns) {
    const auto has = [&](const TableRow& row) { return row.cells.contains(column); };
    if (std::any_of(table.rows.begin(), table.rows.end(), has)) columns.push_back(column);
  }
  // What was added to rows stands before the amount, which ends a table.
  for (const TableRow& row : table.rows) {
    for (const auto& [column, cell] : row.cells) {
      if (std::find(columns.begin(), columns.end(), column) != columns.end()) continue;
      columns.insert(columns.begin() + std::min<std::ptrdiff_t>(2, std::ssize(columns)), column);
    }
  }
  std::vector<std::vector<std::string>> lines{columns};
  for (const TableRow& row : table.rows) {
    std::vector<std::string>& line = lines.emplace_back();
    for (const std::string& column : columns) {
      const auto cell = row.cells.find(column);
      line.push_back(cell == row.cells.end() ? "" : cell->second);
    }
  }
  std::vector<size_t> widths(columns.size());
  for (const auto& line : lines) {
    for (size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], WidthOf(line[i]));
  }
  std::string text;
  for (const auto& line : lines) {
    std::string row;
    for (size_t i = 0; i < line.size(); ++i) {
      if (i > 0) row += " | ";
      row += line[i] + std::string(widths[i] - WidthOf(line[i]), ' ');
    }
    text += "      " + row.substr(0, row.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

}  // namespace

std::string YamlScalar(std::string_view text) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("._-+/ ").find(c) != std::string_view::npos;
  };
  const bool is_plain = !text.empty() && std::all_of(text.begin(), text.end(), plain) &&
                        text.front() != ' ' && text.back() != ' ' &&
                        (text.front() != '-' || (text.size() > 1 && text[1] != ' '));
  if (is_plain) return std::string(text);
  std::string quoted = "'";
  for (char c : text) quoted += c == '\'' ? std::string("''") : std::string(1, c);
  return quoted + "'";
}

std::string RenderExpectation(const std::string& at, const Observation& observation,
                              const std::vector<std::pair<std::string, std::string>>& values) {
  std::string text = "{at: " + YamlScalar(at) + ", ";
  switch (observation.outcome) {
    case TestOutcome::kShadow: text += "shadow: " + YamlScalar(observation.rule); break;
    case TestOutcome::kFlagged: text += "flagged: " + YamlScalar(observation.rule); break;
    case TestOutcome::kRejected: text += "rejected: " + YamlScalar(observation.rule); break;
    default: text += "rule: " + YamlScalar(observation.rule);
  }
  if (observation.outcome == TestOutcome::kFolded) {
    text += ", folded_into: " + YamlScalar(observation.into);
  } else if (observation.outcome == TestOutcome::kExcepted) {
    text += ", excepted: " + YamlScalar(observation.exception);
  }
  for (size_t i = 0; i < values.size(); ++i) {
    text += (i == 0 ? ", values: {" : ", ") + YamlScalar(values[i].first) + ": " +
            YamlScalar(values[i].second);
  }
  return text + (values.empty() ? "}" : "}}");
}

std::string RenderRuleTest(const RuleTest& test, const std::vector<Observation>& observations,
                           const std::set<size_t>& with_values) {
  std::string text = "  - name: " + YamlScalar(test.name) + "\n    transactions: |\n" +
                     TableText(test.table);
  if (!test.list_items.empty()) {
    text += "    list_items: {";
    for (const auto& [list, items] : test.list_items) {
      if (text.back() != '{') text += ", ";
      text += list + ": [";
      for (size_t i = 0; i < items.size(); ++i) text += (i == 0 ? "" : ", ") + YamlScalar(items[i]);
      text += "]";
    }
    text += "}\n";
  }
  if (observations.empty()) return text + "    expect: []\n";
  text += "    expect:\n";
  std::set<std::string> written;  // both legs of one transaction may fare alike
  for (size_t i = 0; i < observations.size(); ++i) {
    const Observation& observation = observations[i];
    std::vector<std::pair<std::string, std::string>> values;
    if (with_values.contains(i)) {
      values.assign(observation.values.begin(), observation.values.end());
    }
    const std::string& at = test.table.rows[observation.row].id;
    const std::string line = RenderExpectation(at, observation, values);
    if (written.insert(line).second) text += "      - " + line + "\n";
  }
  return text;
}

}  // namespace vigla
