// One leg as a ledger keeps it: the base columns of design.md, 4. Hot.
#pragma once

#include <array>
#include <cstdint>

#include "engine/base/hash.h"
#include "engine/model/leg.h"

namespace vigla {

// Ordered by (time, sequence, direction), debit before credit: a self-transfer's two legs share
// time and sequence. Its own account, and what its ledger has beside the base columns, are kept by
// the chunk that holds it.
struct Entry {
  EventTime time;
  Sequence sequence;
  BaseAmount base_amount;  // 0 where has_base_amount is false
  OriginalAmount amount;
  Hash128 counterparty;    // zero: the other side has no account
  CurrencyCode currency;
  CountryCode country;     // the other side's
  Kind kind = Kind::kCreditTransfer;
  StatusCode status = StatusCode::kSettled;
  Direction direction = Direction::kDebit;
  bool has_base_amount = false;
  std::array<char, 8> channel{};  // read by Chunk::ChannelOf alone
};
static_assert(sizeof(Entry) == 64, "an entry fills one line of the cache");

}  // namespace vigla
