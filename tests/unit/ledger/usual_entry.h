// An entry as most are, for tests of how entries are stored.
#pragma once

#include "engine/ledger/entry.h"

namespace vigla {

inline Entry UsualEntry(int64_t time_us, uint64_t sequence) {
  Entry entry;
  entry.time = {time_us};
  entry.sequence = {sequence};
  entry.amount = {920'000};
  entry.base_amount = {92'000'000};
  entry.has_base_amount = true;
  entry.currency = *CurrencyCode::Parse("EUR");
  entry.country = *CountryCode::Parse("DE");
  entry.counterparty = {sequence * 7919, sequence};
  return entry;
}

}  // namespace vigla
