// Comparisons as sets of the orders under which they hold: kIfLess, kIfEqual, kIfGreater. Cold.
#pragma once

#include <cstdint>

#include "engine/rule/expression.h"
#include "engine/rule/program.h"

namespace vigla {

// 0 if the expression is no comparison.
inline uint8_t MaskOf(ExpressionKind kind) {
  switch (kind) {
    case ExpressionKind::kEqual: return kIfEqual;
    case ExpressionKind::kNotEqual: return kIfNotEqual;
    case ExpressionKind::kLess: return kIfLess;
    case ExpressionKind::kLessEqual: return kIfLessEqual;
    case ExpressionKind::kGreater: return kIfGreater;
    case ExpressionKind::kGreaterEqual: return kIfGreaterEqual;
    default: return 0;
  }
}

// That of the comparison read from right to left.
inline uint8_t Mirrored(uint8_t mask) {
  return static_cast<uint8_t>((mask & kIfEqual) | ((mask & kIfLess) != 0 ? kIfGreater : 0) |
                              ((mask & kIfGreater) != 0 ? kIfLess : 0));
}

}  // namespace vigla
