// Tuning files: what a site changes in packs without touching them. Cold.
//
//   tuning: retail                       # a name; it makes the file one of tuning
//   about: Calibrated in the March review.
//   packs:
//     structuring:                       # a pack that is loaded
//       parameters: {report_limit: 9000 EUR}             # within the pack's min and max
//       lists:
//         cash_businesses: {add: [BAKERY], remove: [KIOSK]}
//         watched_channels: {items: [branch]}            # in the place of the pack's items
//         high_risk_countries: {file: lists/countries.txt}   # beside this file
//       rules:
//         structuring.cash_pieces:
//           state: shadow                                # off | shadow | live
//           unless:                                      # added to the rule's own exceptions
//             - {id: fair, if: account in fairs, because: Yearly fair., approved: lead,
//                until: 2027-06-30}
//
// Never a condition: whatever else a pack has is its author's to change.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/diagnostic.h"
#include "engine/rule/pack.h"

namespace vigla {

bool IsTuning(const YamlDocument& document);

// Changes the packs' trees as if the packs had said it, so that the changes are checked, hashed
// and published like them; values keep the position at which the tuning file has them. What is
// unknown, not allowed, or set by two files is an error; a pack that is not loaded is passed over
// with kSomePacks.
enum class TuningScope : uint8_t { kAllPacks, kSomePacks };
void ApplyTuning(const std::vector<std::shared_ptr<const YamlDocument>>& files,
                 const std::vector<std::unique_ptr<Pack>>& packs, TuningScope scope,
                 Diagnostics* diagnostics);

}  // namespace vigla
