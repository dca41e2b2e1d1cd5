// Fields of a ledger entry, and of the leg being judged, as a `where` reads them. Hot.
#include "engine/ledger/entry_reader.h"

#include "engine/ledger/stored_value.h"

namespace vigla {
namespace {

constexpr uint32_t kNoColumn = UINT32_MAX;

void SetAt(size_t index, uint32_t number, std::vector<uint32_t>* numbers) {
  if (numbers->size() <= index) numbers->resize(index + 1, kNoColumn);
  (*numbers)[index] = number;
}

}  // namespace

ColumnMap::ColumnMap(const RuleSet& rule_set, ColumnNames* names) {
  for (const std::vector<FieldRef>& columns : rule_set.extra_columns) {
    for (const FieldRef field : columns) {
      const uint32_t number = names->NumberOf(rule_set.FieldName(field));
      if (field.id == field::kAttribute) {
        SetAt(field.attribute, number, &by_attribute_);
      } else {
        SetAt(field.id, number, &by_field_);
      }
    }
  }
}

uint32_t ColumnMap::NumberOf(FieldRef field) const {
  const bool is_attribute = field.id == field::kAttribute;
  const std::vector<uint32_t>& numbers = is_attribute ? by_attribute_ : by_field_;
  const size_t index = is_attribute ? field.attribute : field.id;
  return index < numbers.size() ? numbers[index] : kNoColumn;
}

Value EntryReader::ReadColumn(FieldRef field) {
  return ReadStoredValue(FieldTable()[field.id].type,
                         chunk_->ColumnOf(offset_, context_.columns->NumberOf(field)), &items_);
}

}  // namespace vigla
