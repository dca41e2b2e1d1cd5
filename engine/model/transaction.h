// A payment or booking as received: immutable, decoded once, shared by all who judge it. Hot.
// All text points into the arena of the batch that the transaction belongs to. An absent text
// is an empty one: design.md, 3 makes the two the same.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "engine/base/hash.h"
#include "engine/model/money.h"
#include "engine/model/time.h"

namespace vigla {

// Persisted in ledgers: do not renumber.
enum class Kind : uint8_t {
  kCreditTransfer = 0,
  kInstantTransfer = 1,
  kDirectDebit = 2,
  kCardPayment = 3,
  kCashDeposit = 4,
  kCashWithdrawal = 5,
  kCheque = 6,
  kVoucher = 7,
  kCurrencyExchange = 8,
  kFee = 9,
  kInterest = 10,
  kSalary = 11,
  kReturn = 12,
  kRefund = 13,
  kChargeback = 14,
  kReversal = 15,
  kCorrection = 16,
  kAdjustment = 17,
};
inline constexpr int kKindCount = 18;

// Persisted in ledgers: do not renumber.
enum class StatusCode : uint8_t {
  kReceived = 0,
  kAuthorised = 1,
  kSettled = 2,
  kRejected = 3,
  kCancelled = 4,
};
inline constexpr int kStatusCount = 5;

// Which side of the transaction a leg is. Persisted in ledgers: do not renumber.
enum class Direction : uint8_t { kDebit = 0, kCredit = 1 };

std::string_view KindName(Kind kind);
std::optional<Kind> ParseKind(std::string_view name);
std::string_view StatusName(StatusCode status);
std::optional<StatusCode> ParseStatus(std::string_view name);
std::string_view DirectionName(Direction direction);  // "debit", "credit"

struct Address {
  std::string_view street;
  std::string_view town;
  CountryCode country;
};

struct PartyDetails {
  std::string_view account_type, type, name, agent, lei, birth_date;
  Address address;
  std::optional<OriginalAmount> balance_after;
};

// One side of a transaction.
struct Party {
  std::string_view account;  // normalised: upper case, no spaces
  std::string_view party;    // the stable customer id, as given
  Hash128 account_hash;      // keyed, of (kind account, tenant, account); zero if absent
  CountryCode country;
  const PartyDetails* details = nullptr;  // nullptr: none was given
};

// A field of the input that the table of design.md, 3 doesn't name. `path` joins members by dots.
struct Attribute {
  std::string_view path;
  std::string_view text;  // a string's value, or a number's text
};

// What few transactions carry; apart, so that the others stay small.
struct TransactionDetails {
  Party ultimate_debtor, ultimate_creditor, initiating_party;
  std::span<const Party> intermediaries;
  std::string_view purpose, remittance, end_to_end_id, uetr;
  std::optional<OriginalAmount> instructed_amount, charges, approval_limit;
  CurrencyCode instructed_currency;
  std::optional<Int128> rate;  // at 12 fraction digits
  std::string_view original_id, version, replaces;
  std::optional<EventTime> booked;
  std::optional<int32_t> value_date;  // UTC days
  std::string_view tz;
  std::string_view source_system, source_business_date, source_sequence;
  std::string_view device, device_ip;
  CountryCode device_country;
  std::string_view merchant, merchant_category, card;
  std::string_view location_branch, location_region;
  CountryCode location_country;
  std::string_view location_latitude, location_longitude;  // decimal texts
  std::string_view initiator;
  std::span<const std::string_view> approvers;
  std::string_view invoice_number, invoice_date, invoice_purchase_order, batch;
  std::string_view status_reason;
  std::span<const Attribute> attributes;
};

struct Transaction {
  EventTime time;
  OriginalAmount amount;
  Party debtor, creditor;
  CurrencyCode currency;
  Kind kind = Kind::kCreditTransfer;
  StatusCode status = StatusCode::kSettled;
  TimePrecision precision = TimePrecision::kMicrosecond;
  uint8_t amount_fraction_digits = 0;  // as written
  std::string_view id;
  std::string_view channel;
  std::string_view tenant;
  const TransactionDetails* details = nullptr;  // nullptr: none was given

  // The side that a leg of `direction` belongs to, and the other one.
  const Party& Side(Direction direction) const {
    return direction == Direction::kDebit ? debtor : creditor;
  }
  const Party& OtherSide(Direction direction) const {
    return direction == Direction::kDebit ? creditor : debtor;
  }
};

}  // namespace vigla
