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
};

std::span<const FieldInfo> FieldTable();
std::optional<FieldId> FindField(std::string_view name);

// Well-known fields that the ledger reads from its own columns; the names are in the comment.
namespace field {
extern const FieldId kAmount;               // amount: base money
extern const FieldId kAmountOriginal;       // amount.original: decimal
extern const FieldId kCurrency;             // currency
extern const FieldId kTime;                 // time
extern const FieldId kKind;                 // kind
extern const FieldId kStatus;               // status
extern const FieldId kChannel;              // channel
extern const FieldId kDirection;            // direction of the leg
extern const FieldId kAccount;              // account: the subject's own side's account
extern const FieldId kCounterparty;         // counterparty: the other side's account
extern const FieldId kCountry;              // country: the other side's
extern const FieldId kAttribute;            // attributes.<path>
}  // namespace field

// The value of a field on the leg being judged. Text points into the transaction's batch.
Value ReadField(const Leg& leg, FieldRef field, const RuleSet& rule_set);

}  // namespace vigla
