// Which group of a feature with `per` an entry or a leg belongs to. Hot.
#include "engine/ledger/entry_group.h"

#include "engine/ledger/entry_bits.h"

namespace vigla {

Hash128 IdentityOf(const Value& value, const KeyedHasher& hasher) {
  switch (value.type) {
    case ValueType::kAccount: return value.hash;
    case ValueType::kString:
    case ValueType::kChannel: return hasher.Hash(value.text);
    case ValueType::kDecimal:
    case ValueType::kRatio:
    case ValueType::kMoney:
      // A field's values all have one scale and no denominator.
      return {static_cast<uint64_t>(value.number.numerator >> 64),
              static_cast<uint64_t>(value.number.numerator)};
    case ValueType::kList: {
      std::string bytes;
      for (int64_t i = 0; i < value.integer; ++i) {
        const Hash128 item = hasher.Hash(value.items[i]);
        bytes.append(reinterpret_cast<const char*>(&item), sizeof(item));
      }
      return hasher.Hash(bytes);
    }
    default: return {0, static_cast<uint64_t>(value.integer)};
  }
}

bool IsSameValue(const Value& a, const Value& b) {
  if (!a.known || !b.known) return false;
  switch (a.type) {
    case ValueType::kAccount: return a.hash == b.hash;
    case ValueType::kString:
    case ValueType::kChannel: return a.text == b.text;
    case ValueType::kDecimal:
    case ValueType::kRatio:
    case ValueType::kMoney: return a.number.numerator == b.number.numerator;
    case ValueType::kList:
      return a.integer == b.integer && std::equal(a.items, a.items + a.integer, b.items);
    default: return a.integer == b.integer;
  }
}

LegGroup::LegGroup(const Leg& leg, const RuleSet& rule_set, std::span<const FieldRef> per)
    : per_(per) {
  values_.reserve(per.size());
  for (const FieldRef field : per) {
    values_.push_back(ReadField(leg, field, rule_set));
    is_known_ &= values_.back().known;
  }
}

bool LegGroup::Contains(EntryReader* reader) const {
  const Entry& entry = reader->entry();
  for (size_t i = 0; i < per_.size(); ++i) {
    const Value& value = values_[i];
    switch (per_[i].id) {
      case field::kCounterparty:
        if (entry.counterparty != value.hash) return false;
        break;
      case field::kAmountOriginal:
        if (entry.amount.ten_thousandths != static_cast<int64_t>(value.number.numerator)) {
          return false;
        }
        break;
      case field::kCurrency:
        if (entry.currency.packed != value.integer) return false;
        break;
      case field::kCountry:
        if (entry.country.packed != value.integer) return false;
        break;
      default:
        if (!IsSameValue(reader->Field(per_[i]), value)) return false;
    }
  }
  return true;
}

std::optional<uint64_t> EntriesOfGroup(const ReadingContext& context,
                                       std::span<const FieldRef> per, const Chunk& chunk,
                                       uint64_t entries) {
  if (per.size() == 1 && per[0].id == field::kCounterparty) {  // as most are
    const Hash128& counterparty = context.leg->Other().account_hash;
    if (counterparty.IsZero()) return std::nullopt;
    const Entry* const all = chunk.entries().data();
    return EntriesThat(entries, [&](size_t i) { return all[i].counterparty == counterparty; });
  }
  const LegGroup group(*context.leg, *context.rule_set, per);
  if (!group.is_known()) return std::nullopt;
  EntryReader reader(context);
  return EntriesThat(entries, [&](size_t i) {
    reader.Stand(chunk, i);
    return group.Contains(&reader);
  });
}

}  // namespace vigla
