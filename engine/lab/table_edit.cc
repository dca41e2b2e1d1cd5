// Edits tables of transactions. Cold.
#include "engine/lab/table_edit.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "engine/base/status.h"
#include "engine/lab/expression_site.h"
#include "engine/model/money.h"
#include "engine/model/time.h"

namespace vigla {
namespace {

constexpr size_t kRowsMax = 200;

// The columns that give a leg its field.
std::vector<std::string> ColumnsOf(const std::string& field) {
  if (field == "account" || field == "counterparty") return {"debtor", "creditor"};
  if (field == "country") return {"debtor.country", "creditor.country"};
  if (field == "party" || field == "counterparty_party") return {"debtor.party", "creditor.party"};
  if (field == "debtor.account") return {"debtor"};
  if (field == "creditor.account") return {"creditor"};
  if (field == "amount" || field == "amount.original" || field == "time") return {};
  if (field == "currency" || field == "direction") return {};
  return {field};
}

bool IsField(const Expression& node) {
  return node.kind == ExpressionKind::kField || node.kind == ExpressionKind::kThisField;
}

class BoundaryFinder {
 public:
  explicit BoundaryFinder(const CheckedRules& checked) : checked_(checked) {}

  void Visit(const Expression& node) {
    if (IsField(node)) Fields(node);
    if (node.kind == ExpressionKind::kConstant && node.type == ValueType::kDuration) {
      durations_.insert(node.constant.integer);
    }
    const bool is_number = node.kind == ExpressionKind::kConstant &&
                           (node.type == ValueType::kDecimal || node.type == ValueType::kInt);
    if (node.kind == ExpressionKind::kMoneyConstant) {
      amounts_.insert(FormatDecimal(node.money_amount.ten_thousandths, 4, 2, 4));
    } else if (is_number && node.type == ValueType::kInt) {
      amounts_.insert(std::to_string(node.constant.integer));
    } else if (is_number) {
      const Number& number = node.constant.number;
      amounts_.insert(FormatDecimal(number.numerator, number.scale, 2, 4));
    }
    for (const auto& operand : node.operands) {
      if (!IsField(*operand)) continue;
      for (const auto& other : node.operands) {
        if (other != operand) Words(*operand, *other);
      }
    }
    for (const auto& operand : node.operands) Visit(*operand);
  }

  void Fields(const Expression& node) {
    for (const std::string& column : ColumnsOf(checked_.rule_set.FieldName(node.field))) {
      boundaries_.words[column];
    }
  }

  void Words(const Expression& field, const Expression& other) {
    std::set<std::string> words;
    constexpr size_t kItemsMax = 3;  // of a list: any will do
    if (other.kind == ExpressionKind::kConstant) words.insert(WordOf(other));
    if (other.kind == ExpressionKind::kListLiteral) {
      for (const auto& item : other.operands) words.insert(WordOf(*item));
    }
    if (other.kind == ExpressionKind::kList) {
      const NamedList& list = checked_.rule_set.lists[static_cast<size_t>(other.index)];
      const std::set<std::string> sorted(list.items.begin(), list.items.end());
      for (const std::string& item : sorted) {
        if (words.size() < kItemsMax) words.insert(item);
      }
    }
    words.erase("");
    for (const std::string& column : ColumnsOf(checked_.rule_set.FieldName(field.field))) {
      boundaries_.words[column].insert(words.begin(), words.end());
    }
  }

  std::string WordOf(const Expression& constant) const {
    if (!constant.text_storage.empty()) return constant.text_storage;
    return FormatValueBare(constant.constant, checked_.rule_set.rates.base());
  }

  void Duration(DurationUs duration) {
    if (duration > 0) durations_.insert(duration);
  }

  RuleBoundaries Take() {
    boundaries_.durations.assign(durations_.begin(), durations_.end());
    boundaries_.amounts.assign(amounts_.begin(), amounts_.end());
    return std::move(boundaries_);
  }

 private:
  const CheckedRules& checked_;
  RuleBoundaries boundaries_;
  std::set<DurationUs> durations_;
  std::set<std::string> amounts_;
};

std::optional<int64_t> TimeOf(const TableRow& row) {
  const auto cell = row.cells.find("time");
  if (cell == row.cells.end()) return std::nullopt;
  const auto parsed = ParseTime(cell->second);
  return parsed ? std::optional(parsed->time.us) : std::nullopt;
}

void SortByTime(TransactionTable* table) {
  std::stable_sort(table->rows.begin(), table->rows.end(),
                   [](const TableRow& a, const TableRow& b) {
                     return TimeOf(a).value_or(0) < TimeOf(b).value_or(0);
                   });
}

}  // namespace

RuleBoundaries FindBoundaries(const CheckedRules& checked, const std::vector<std::string>& rules) {
  BoundaryFinder finder(checked);
  std::set<int> features;
  for (const RuleDraft& draft : checked.rules) {
    if (!std::binary_search(rules.begin(), rules.end(), draft.rule.id)) continue;
    finder.Visit(*draft.when);
    for (const auto& exception : draft.exceptions) finder.Visit(*exception);
    if (draft.rule.once_per) finder.Duration(draft.rule.once_per->for_us);
    for (const auto& [feature, name] : draft.features) features.insert(feature);
  }
  for (int feature : features) {
    const FeatureDraft& draft = checked.features[static_cast<size_t>(feature)];
    finder.Duration(draft.feature.over_us);
    finder.Duration(draft.feature.skip_us);
    if (draft.where != nullptr) finder.Visit(*draft.where);
  }
  return finder.Take();
}

void TableEditor::Edit(const std::vector<ConditionNote>& notes, TransactionTable* table) {
  if (table->rows.empty()) return;
  switch (Below(12)) {
    case 0:
    case 1:
    case 2:
    case 3: MoveTime(table); break;
    case 4:
    case 5:
    case 6: MoveAmount(notes, table); break;
    case 7:
    case 8: ChangeWord(table); break;
    case 9: DoubleRow(table); break;
    case 10: TurnRound(table); break;
    default:
      if (table->rows.size() > 1) {
        table->rows.erase(table->rows.begin() +
                          static_cast<std::ptrdiff_t>(Below(table->rows.size())));
      }
  }
  SortByTime(table);
}

void TableEditor::MoveTime(TransactionTable* table) {
  TableRow& row = table->rows[Below(table->rows.size())];
  const TableRow& other = table->rows[Below(table->rows.size())];
  const auto time = TimeOf(other);
  if (!time || &row == &other) return;
  const DurationUs window = boundaries_.durations.empty() || Below(8) == 0
                                ? kSecondUs
                                : boundaries_.durations[Below(boundaries_.durations.size())];
  const int64_t beside = static_cast<int64_t>(Below(3)) - 1;
  const int64_t sign = Below(3) == 0 ? -1 : 1;
  row.cells["time"] = FormatTimeShort({*time + sign * window + beside});
}

void TableEditor::MoveAmount(const std::vector<ConditionNote>& notes, TransactionTable* table) {
  TableRow& row = table->rows[Below(table->rows.size())];
  const std::string old = row.cells["amount"];
  const size_t space = std::min(old.find(' '), old.size());
  const auto parsed = ParseDecimal(std::string_view(old).substr(0, space), 14, 4);
  if (parsed.error != DecimalError::kNone) return;
  Int128 units = parsed.value;  // 10^-4
  const ConditionNote* note = notes.empty() ? nullptr : &notes[Below(notes.size())];
  if (note != nullptr && note->distance_micros && Below(4) != 0) {
    units -= *note->distance_micros / 100;
  } else if (!boundaries_.amounts.empty()) {
    const std::string& amount = boundaries_.amounts[Below(boundaries_.amounts.size())];
    const auto wanted = ParseDecimal(amount, 14, 4);
    if (wanted.error == DecimalError::kNone) units = wanted.value;
  }
  units += (static_cast<Int128>(Below(3)) - 1) * 100;
  row.cells["amount"] = FormatDecimal(units, 4, 2, 4) + old.substr(space);
}

void TableEditor::ChangeWord(TransactionTable* table) {
  if (boundaries_.words.empty()) return;
  auto column = boundaries_.words.begin();
  std::advance(column, static_cast<std::ptrdiff_t>(Below(boundaries_.words.size())));
  TableRow& row = table->rows[Below(table->rows.size())];
  std::vector<std::string> words(column->second.begin(), column->second.end());
  for (const TableRow& other : table->rows) {
    const auto cell = other.cells.find(column->first);
    if (cell != other.cells.end()) words.push_back(cell->second);
  }
  words.emplace_back();  // absent
  if (column->first == "kind") words.emplace_back("credit_transfer");
  const std::string& word = words[Below(words.size())];
  if (word.empty()) {
    row.cells.erase(column->first);
  } else {
    row.cells[column->first] = word;
  }
}

void TableEditor::DoubleRow(TransactionTable* table) {
  if (table->rows.size() >= kRowsMax) return;
  const size_t index = Below(table->rows.size());
  TableRow row = table->rows[index];
  std::set<std::string> ids;
  for (const TableRow& other : table->rows) ids.insert(other.id);
  for (int i = 1; ids.contains(row.id); ++i) row.id = "x" + std::to_string(i);
  row.cells["id"] = row.id;
  if (const auto time = TimeOf(row)) row.cells["time"] = FormatTimeShort({*time + kSecondUs});
  table->rows.insert(table->rows.begin() + static_cast<std::ptrdiff_t>(index) + 1, std::move(row));
}

void TableEditor::TurnRound(TransactionTable* table) {
  TableRow& row = table->rows[Below(table->rows.size())];
  std::map<std::string, std::string> turned;
  for (auto& [column, cell] : row.cells) {
    std::string name = column;
    if (column.starts_with("debtor")) name = "creditor" + column.substr(6);
    if (column.starts_with("creditor")) name = "debtor" + column.substr(8);
    turned[name] = cell;
  }
  row.cells = std::move(turned);
}

}  // namespace vigla
