// Figures over all time, from the totals that a subject's record keeps. Hot.
#pragma once

#include <array>

#include "engine/ledger/figure.h"
#include "engine/ledger/ledger.h"

namespace vigla {

// What an `ever` feature is read from.
struct EverInput {
  const Leg* leg = nullptr;
  bool is_late = false;
  // The record's totals with and without the judged leg, of the feature's status.
  const std::array<DirectionTotals, 2>* with_leg = nullptr;
  const std::array<DirectionTotals, 2>* without_leg = nullptr;
  EventTime cutoff;  // entries at or before it are out of retention
};

// On a late leg as of its own time: count and sum are the record's less the ledger's later
// entries; least, greatest, last and idle go over the entries that retention still shows, and
// are unknown if the record goes back further; first is the record's (rules.md, 9).
absl::StatusOr<Value> EverFigure(const FeaturePlan& plan, const EverInput& input,
                                 const LedgerSource& source, Ledger* ledger);

}  // namespace vigla
