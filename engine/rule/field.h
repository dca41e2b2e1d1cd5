// The fields that expressions may name: one table for checker, evaluator, ledger and help. Warm.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "engine/model/leg.h"
#include "engine/rule/value.h"

namespace vigla {

struct RuleSet;

// Index into FieldTable(). Ids are not persisted; names are.
using FieldId = uint16_t;

// A field as an expression uses it. `attribute` indexes RuleSet::attribute_paths for the one
// field "attributes." and is 0 elsewhere.
struct FieldRef {
  FieldId id = 0;
  uint16_t attribute = 0;
  auto operator<=>(const FieldRef&) const = default;
};

struct FieldInfo {
  std::string_view name;  // "debtor.country", "amount.original", "counterparty"
  ValueType type;
  bool optional;          // may be unknown on a valid transaction
  // A base column of the ledger (design.md, 4): on hand for every entry, whenever it was written.
  bool base_column;
  std::string_view about;
  std::string_view example;  // as a table of transactions in a test has it
  std::string_view unit = "";
};

std::span<const FieldInfo> FieldTable();
// The field of that name; kAttribute for every "attributes.<path>".
std::optional<FieldId> FindField(std::string_view name);

// Well-known fields: the ledger reads the first eleven from its own columns. Constants, so that
// readers may switch on them; a test holds them to FieldTable().
namespace field {
inline constexpr FieldId kAmount = 0;              // amount: base money
inline constexpr FieldId kAmountOriginal = 1;      // amount.original: decimal
inline constexpr FieldId kCurrency = 2;            // currency
inline constexpr FieldId kTime = 3;                // time
inline constexpr FieldId kKind = 4;                // kind
inline constexpr FieldId kStatus = 5;              // status
inline constexpr FieldId kChannel = 6;             // channel
inline constexpr FieldId kDirection = 7;           // direction of the leg
inline constexpr FieldId kAccount = 8;             // account: the subject's own side's account
inline constexpr FieldId kCounterparty = 9;        // counterparty: the other side's account
inline constexpr FieldId kCountry = 10;            // country: the other side's
inline constexpr FieldId kAttribute = 11;          // attributes.<path>
inline constexpr FieldId kParty = 12;              // party: the own side's customer id
inline constexpr FieldId kCounterpartyParty = 13;  // counterparty_party: the other side's
inline constexpr FieldId kTimeZone = 14;           // tz
}  // namespace field

Value ReadAnyField(const Leg& leg, FieldRef field, const RuleSet& rule_set);

// The value of a field on the leg being judged. Text points into the transaction's batch. The
// amount, which most rules read, has a short way.
inline Value ReadField(const Leg& leg, FieldRef field, const RuleSet& rule_set) {
  if (field.id == field::kAmount && leg.has_base_amount) return Value::Money(leg.base_amount);
  return ReadAnyField(leg, field, rule_set);
}

}  // namespace vigla
