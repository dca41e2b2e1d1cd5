// The place of an entry in its ledger: by time, then by sequence, debit before credit. Hot.
#pragma once

#include <compare>
#include <cstdint>

#include "engine/ledger/entry.h"

namespace vigla {

// Unique within a ledger: only a transfer to oneself has two legs of one sequence on a subject.
struct EntryKey {
  EventTime time;
  Sequence sequence;
  Direction direction = Direction::kDebit;

  auto operator<=>(const EntryKey&) const = default;

  // Not before any entry of that time, and before every later one.
  static EntryKey EndOf(EventTime time) {
    return {time, Sequence{UINT64_MAX}, Direction::kCredit};
  }
};

inline EntryKey KeyOf(const Entry& entry) {
  return {entry.time, entry.sequence, entry.direction};
}
inline EntryKey KeyOf(const Leg& leg) { return {leg.time(), leg.sequence, leg.direction}; }

}  // namespace vigla
