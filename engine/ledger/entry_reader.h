// Fields of a ledger entry, and of the leg being judged, as a `where` reads them. Hot.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/ledger/chunk.h"
#include "engine/rule/field.h"
#include "engine/rule/rule_set.h"

namespace vigla {

// The extra columns of a rule set by the numbers that chunks know them by. Immutable.
class ColumnMap {
 public:
  ColumnMap() = default;
  ColumnMap(const RuleSet& rule_set, ColumnNames* names);

  // Of a field that is an extra column of some subject kind.
  uint32_t NumberOf(FieldRef field) const;

 private:
  std::vector<uint32_t> by_field_;
  std::vector<uint32_t> by_attribute_;
};

// What all entries of one evaluation have in common.
struct ReadingContext {
  const RuleSet* rule_set = nullptr;
  const ColumnMap* columns = nullptr;
  SubjectKind subject_kind = SubjectKind::kAccount;
  Hash128 subject_hash;
  std::string_view subject_id;
  const Leg* leg = nullptr;  // null while running totals are kept: they don't read it
};

// A Reader in the sense of evaluator.h. Values are valid as long as the chunk is, those of lists
// until the next Field.
class EntryReader {
 public:
  explicit EntryReader(const ReadingContext& context) : context_(context) {}

  void Stand(const Chunk& chunk, size_t offset) {
    chunk_ = &chunk;
    offset_ = offset;
    entry_ = &chunk[offset];
  }
  const Entry& entry() const { return *entry_; }

  Value Field(FieldRef field);
  Value ThisField(FieldRef field) {
    return ReadField(*context_.leg, field, *context_.rule_set);
  }
  Value Feature(int index) {
    return Value::Unknown(context_.rule_set->features[static_cast<size_t>(index)].type);
  }
  EventTime MoneyTime() const { return entry_->time; }

 private:
  Value ReadColumn(FieldRef field);

  const ReadingContext& context_;
  const Chunk* chunk_ = nullptr;
  size_t offset_ = 0;
  const Entry* entry_ = nullptr;
  std::vector<std::string_view> items_;
};

inline Value EntryReader::Field(FieldRef field) {
  const Entry& entry = *entry_;
  switch (field.id) {
    case field::kAmount:
      if (!entry.has_base_amount) return Value::Unknown(ValueType::kMoney);
      return Value::Money(entry.base_amount);
    case field::kAmountOriginal:
      return Value::Numeric(ValueType::kDecimal, Number::Scaled(entry.amount.ten_thousandths, 4));
    case field::kCurrency: {
      Value value = Value::Integer(ValueType::kCurrency, entry.currency.packed);
      value.known = entry.currency.IsKnown();
      return value;
    }
    case field::kTime: return Value::Integer(ValueType::kTime, entry.time.us);
    case field::kKind:
      return Value::Integer(ValueType::kKind, static_cast<int64_t>(entry.kind));
    case field::kStatus:
      return Value::Integer(ValueType::kStatus, static_cast<int64_t>(entry.status));
    case field::kChannel: return Value::Text(ValueType::kChannel, chunk_->ChannelOf(entry));
    case field::kDirection:
      return Value::Integer(ValueType::kDirection, static_cast<int64_t>(entry.direction));
    case field::kAccount:
      if (context_.subject_kind == SubjectKind::kAccount) {
        return Value::Account(context_.subject_hash, context_.subject_id);
      }
      return Value::Account(chunk_->OwnAccountOf(offset_), {});
    case field::kCounterparty: return Value::Account(entry.counterparty, {});
    case field::kCountry: {
      Value value = Value::Integer(ValueType::kCountry, entry.country.packed);
      value.known = entry.country.IsKnown();
      return value;
    }
    default: return ReadColumn(field);
  }
}

}  // namespace vigla
