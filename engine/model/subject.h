// What a ledger hangs on: an account, a customer, a device, a card, a merchant. Hot.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/hash.h"

namespace vigla {

// Persisted in state keys and hashed into alert ids: do not renumber.
enum class SubjectKind : uint8_t {
  kAccount = 1,
  kParty = 2,
  kDevice = 3,
  kCard = 4,
  kMerchant = 5,
};
std::string_view SubjectKindName(SubjectKind kind);  // "account"
std::optional<SubjectKind> ParseSubjectKind(std::string_view name);

// The place of a leg among those of its transaction; the order in which alerts leave.
// Persisted in audit frames as its role: do not renumber.
enum class LegOrder : uint8_t {
  kDebtorAccount = 0,
  kCreditorAccount = 1,
  kDebtorParty = 2,
  kCreditorParty = 3,
  kDevice = 4,
  kCard = 5,
  kMerchant = 6,
};

// A position in the instance's total order; the first transaction is 1.
struct Sequence {
  uint64_t value = 0;
  auto operator<=>(const Sequence&) const = default;
};

// Where a record came from. `topic` indexes the instance's list of topics (or files).
struct RecordPosition {
  uint16_t topic = 0;
  int32_t partition = 0;
  int64_t offset = 0;
  auto operator<=>(const RecordPosition&) const = default;
};

}  // namespace vigla
