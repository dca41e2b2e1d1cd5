// The table of the native form: which members a record may have, of what type, how long. Hot.
// A transaction of design.md, 3; the decoder walks a record along this table.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "engine/base/arena.h"
#include "engine/model/transaction.h"

namespace vigla {

// What a transaction is built from while its record is read. Details are made when the first
// of them is given: few transactions have any.
struct Draft {
  Arena* arena = nullptr;
  Transaction* transaction = nullptr;
  TransactionDetails* details = nullptr;
  Party* party = nullptr;  // the one being read
  PartyDetails* party_details = nullptr;
  bool has_time = false;
  bool has_amount = false;
  bool is_bare_date = false;
  TimePrecision stated_precision = TimePrecision::kMicrosecond;

  TransactionDetails* Details() {
    if (details == nullptr) details = arena->New<TransactionDetails>();
    return details;
  }
  PartyDetails* OfParty() {
    if (party_details == nullptr) party_details = arena->New<PartyDetails>();
    return party_details;
  }
};

// How a member is read, and in brackets what its slot points at.
enum class FieldType : uint8_t {
  kText,        // a string [std::string_view]
  kAccount,     // a string that is normalised [std::string_view]
  kCoordinate,  // a string, or a number's text [std::string_view]
  kAmount,      // the transaction's own, required [OriginalAmount]
  kDecimal,     // 4 fraction digits [std::optional<OriginalAmount>]
  kRate,        // 12 fraction digits [std::optional<Int128>]
  kCurrency,    // [CurrencyCode]
  kCountry,     // [CountryCode]
  kKind,        // [Kind]
  kStatusCode,  // [StatusCode]
  kStatus,      // an object of `members`, or a string that is its code [StatusCode]
  kTime,        // the transaction's own, required [EventTime]
  kPrecision,   // [TimePrecision]
  kMoment,      // a time [std::optional<EventTime>]
  kDate,        // [std::optional<int32_t>]
  kObject,      // its `members` have slots of the same draft
  kParty,       // an object of `members` [Party]
  kPartyList,   // an array of such objects [std::span<const Party>]
  kTextList,    // an array of strings [std::span<const std::string_view>]
};

struct NativeFieldTable;

struct NativeField {
  std::string_view name;
  FieldType type;
  // Where the value goes. Makes details if it goes there, so is called for given values only.
  void* (*slot)(Draft*);
  uint16_t code_points_max = 0;               // of a string; 0: no limit of its own
  const NativeFieldTable* members = nullptr;  // of an object
};

// Finds a member by its name with one comparison: the slots are picked by a hash of the name's
// length, first and last byte that is without collisions for these names.
struct NativeFieldTable {
  static constexpr size_t kSlots = 256;

  std::span<const NativeField> fields;
  std::array<uint8_t, kSlots> index_of_slot{};  // 1 + index in fields; 0: none
  uint32_t multiplier = 0;

  static constexpr uint32_t SlotOf(std::string_view name, uint32_t multiplier) {
    const uint32_t mixed = (static_cast<uint32_t>(name.size()) << 16) ^
                           (static_cast<uint32_t>(static_cast<uint8_t>(name.front())) << 8) ^
                           static_cast<uint32_t>(static_cast<uint8_t>(name.back()));
    return mixed * multiplier >> 24;
  }

  // The index in `fields` of the member of that name; -1 if there is none.
  int Find(std::string_view name) const {
    if (name.empty()) return -1;
    const int index = index_of_slot[SlotOf(name, multiplier)] - 1;
    return index >= 0 && fields[static_cast<size_t>(index)].name == name ? index : -1;
  }
};

// The members of a record itself.
extern const NativeFieldTable& kRecordFields;

// `parent` and `name` joined by a dot, as the path of a member of the table: text that lives as
// long as the program. "" for members that the table doesn't know. Cold.
std::string_view NativeFieldPath(std::string_view parent, std::string_view name);
// How many code points the member of that path may have; 0: no limit of its own. Cold.
int NativeFieldLimit(std::string_view path);

}  // namespace vigla
