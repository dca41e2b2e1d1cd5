// A pack's named lists, as the operator `in` looks them up. Hot (ListContains).
#include "engine/rule/named_list.h"

#include <algorithm>
#include <optional>
#include <string>

#include "absl/strings/numbers.h"
#include "engine/base/status.h"
#include "engine/model/decoder.h"
#include "engine/model/subject.h"
#include "engine/model/transaction.h"

namespace vigla {
namespace {

template <typename Enum>
std::optional<int64_t> Place(std::optional<Enum> word) {
  if (!word) return std::nullopt;
  return static_cast<int64_t>(*word);
}

// What Value::integer holds for an item of a type whose values are integers.
std::optional<int64_t> IntegerOf(ValueType type, const std::string& item) {
  switch (type) {
    case ValueType::kInt: {
      int64_t number = 0;
      if (!absl::SimpleAtoi(item, &number)) return std::nullopt;
      return number;
    }
    case ValueType::kBool:
      if (item == "true") return 1;
      if (item == "false") return 0;
      return std::nullopt;
    case ValueType::kCountry: {
      const auto code = CountryCode::Parse(item);
      return code ? std::optional<int64_t>(code->packed) : std::nullopt;
    }
    case ValueType::kCurrency: {
      const auto code = CurrencyCode::Parse(item);
      return code ? std::optional<int64_t>(code->packed) : std::nullopt;
    }
    case ValueType::kKind: return Place(ParseKind(item));
    case ValueType::kStatus: return Place(ParseStatus(item));
    case ValueType::kDirection:
      if (item == DirectionName(Direction::kDebit)) return Place(std::optional(Direction::kDebit));
      if (item == DirectionName(Direction::kCredit)) {
        return Place(std::optional(Direction::kCredit));
      }
      return std::nullopt;
    case ValueType::kTime: {
      const auto parsed = ParseTime(item);
      return parsed ? std::optional<int64_t>(parsed->time.us) : std::nullopt;
    }
    case ValueType::kDuration: return ParseDuration(item);
    default: return std::nullopt;
  }
}

bool SealItem(NamedList* list, const KeyedHasher& hasher, const std::string& item) {
  switch (list->of) {
    case ValueType::kString:
    case ValueType::kChannel: return true;
    case ValueType::kAccount:
      list->hashes.insert(
          IdentityHash(hasher, static_cast<uint8_t>(SubjectKind::kAccount), "", item));
      return true;
    case ValueType::kDecimal:
    case ValueType::kRatio: {
      const ParsedDecimal parsed = ParseDecimal(item, 26, 12);
      if (parsed.error != DecimalError::kNone) return false;
      list->numbers.push_back(Number::Scaled(parsed.value, 12));
      return true;
    }
    default: {
      const std::optional<int64_t> integer = IntegerOf(list->of, item);
      if (!integer) return false;
      list->integers.insert(*integer);
      return true;
    }
  }
}

}  // namespace

bool SealList(NamedList* list, const KeyedHasher& hasher, std::string* bad_item) {
  list->hashes.clear();
  list->integers.clear();
  list->numbers.clear();
  for (const std::string& item : list->items) {
    if (!SealItem(list, hasher, item)) {
      *bad_item = item;
      return false;
    }
  }
  return true;
}

bool ListContains(const NamedList& list, const Value& value) {
  switch (value.type) {
    case ValueType::kString:
    case ValueType::kChannel: return list.items.contains(ToAbsl(value.text));
    case ValueType::kAccount:
      if (!value.text.empty()) return list.items.contains(ToAbsl(value.text));
      return list.hashes.contains(value.hash);
    case ValueType::kDecimal:
    case ValueType::kRatio:
      for (const Number& number : list.numbers) {
        if (Compare(number, value.number) == std::strong_ordering::equal) return true;
      }
      return false;
    default: return list.integers.contains(value.integer);
  }
}

bool LiteralContains(const LiteralList& list, const Value& value) {
  switch (value.type) {
    case ValueType::kString:
    case ValueType::kChannel:
      return std::binary_search(list.texts.begin(), list.texts.end(), value.text);
    case ValueType::kAccount:
      for (const Value& other : list.others) {
        if (IsSameAccount(other, value)) return true;
      }
      return false;
    case ValueType::kDecimal:
    case ValueType::kRatio:
    case ValueType::kMoney:
      for (const Value& other : list.others) {
        if (Compare(other.number, value.number) == std::strong_ordering::equal) return true;
      }
      return false;
    default:
      return std::binary_search(list.integers.begin(), list.integers.end(), value.integer);
  }
}

bool ItemsContain(const Value& items, const Value& value) {
  const std::string_view* const end = items.items + items.integer;
  return std::find(items.items, end, value.text) != end;
}

}  // namespace vigla
