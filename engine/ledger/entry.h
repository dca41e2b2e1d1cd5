// One leg as a ledger keeps it: the base columns of design.md, 4. Hot.
#pragma once

#include <cstdint>

#include "engine/base/hash.h"
#include "engine/model/leg.h"

namespace vigla {

// Ordered by (time, sequence, direction), debit before credit: a self-transfer's two legs share
// time and sequence. `channel` indexes the text table of the chunk that holds the entry.
struct Entry {
  EventTime time;
  Sequence sequence;
  BaseAmount base_amount;  // 0 where has_base_amount is false
  OriginalAmount amount;
  Hash128 counterparty;    // zero: the other side has no account
  Hash128 own_account;     // zero in account ledgers, where it is the subject
  CurrencyCode currency;
  CountryCode country;     // the other side's
  Kind kind = Kind::kCreditTransfer;
  StatusCode status = StatusCode::kSettled;
  Direction direction = Direction::kDebit;
  bool has_base_amount = false;
  uint16_t channel = 0;    // 0: none
};
static_assert(sizeof(Entry) == 80, "ledger memory is planned with 80 bytes an entry");

}  // namespace vigla
