// A value as one 64-bit integer that keeps its order: what an index can sort and look up. Hot.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string_view>

#include "engine/rule/value.h"

namespace vigla {

// For two values of one manner with keys k and m: k < m means that the first value is the
// smaller one (for texts and accounts: that they differ); k == m means that they are equal only
// if both keys are exact. Texts and accounts are never exact.
struct OrderKey {
  int64_t key = 0;
  bool exact = false;
};

// Numbers at six digits, as money has; what has more is rounded half away from zero, always: two
// numbers rounded in two ways could change places. What is too large is cut.
inline constexpr int kOrderKeyDigits = 6;

// numerator / denominator, in units of the last digit; denominator > 0.
inline OrderKey KeyOfFraction(int64_t numerator, int64_t denominator) {
  int64_t key = numerator / denominator;
  const int64_t rest = numerator % denominator;
  const int64_t distance = rest < 0 ? -rest : rest;
  if (distance >= denominator - distance) key += numerator < 0 ? -1 : 1;
  return {key, rest == 0};
}

// The key of a number that is not as amounts and sums are.
inline std::optional<OrderKey> KeyOfUnusualNumber(const Number& number) {
  constexpr int64_t kPowers[] = {1, 10, 100, 1000, 10'000, 100'000, 1'000'000};
  constexpr Int128 kMax = std::numeric_limits<int64_t>::max();
  Int128 scaled = number.numerator;
  if (number.wide != 0 || number.denominator != 1 || number.scale > kOrderKeyDigits) {
    if (number.wide == 0 && number.scale == kOrderKeyDigits && scaled <= kMax &&
        scaled >= -kMax) {  // a mean
      return KeyOfFraction(static_cast<int64_t>(scaled), number.denominator);
    }
    const std::optional<Number> rounded = Round(number, kOrderKeyDigits);
    if (!rounded || rounded->wide != 0 || rounded->denominator != 1) return std::nullopt;
    const std::optional<OrderKey> key = KeyOfUnusualNumber(*rounded);
    return key ? std::optional(OrderKey{key->key, false}) : std::nullopt;
  }
  if (scaled <= kMax && scaled >= -kMax) scaled *= kPowers[kOrderKeyDigits - number.scale];
  if (scaled > kMax) return OrderKey{static_cast<int64_t>(kMax), false};
  if (scaled < -kMax) return OrderKey{static_cast<int64_t>(-kMax), false};
  return OrderKey{static_cast<int64_t>(scaled), true};
}

inline std::optional<OrderKey> KeyOfNumber(const Number& number) {
  const auto key = static_cast<int64_t>(number.numerator);
  if (number.scale == kOrderKeyDigits && number.denominator == 1 && number.wide == 0 &&
      key == number.numerator && key != std::numeric_limits<int64_t>::min()) {
    return OrderKey{key, true};
  }
  return KeyOfUnusualNumber(number);
}

inline OrderKey KeyOfText(std::string_view text) {
  return {static_cast<int64_t>(std::hash<std::string_view>()(text)), false};
}

// The key of a known value. `manner` as in CompareValues (truth.h). Empty where there is none:
// then only the comparison itself can tell.
inline std::optional<OrderKey> KeyOfValue(const Value& value, ValueType manner) {
  switch (manner) {
    case ValueType::kInt: return OrderKey{value.integer, true};
    case ValueType::kDecimal: return KeyOfNumber(value.number);
    case ValueType::kString: return KeyOfText(value.text);
    default:
      // Accounts are the same by text; a hash may tell tenants apart that the text does not.
      if (value.text.empty()) return std::nullopt;
      return KeyOfText(value.text);
  }
}

// How values of a type compare (truth.h).
constexpr ValueType MannerOf(ValueType type) {
  switch (type) {
    case ValueType::kDecimal:
    case ValueType::kRatio:
    case ValueType::kMoney:
      return ValueType::kDecimal;
    case ValueType::kString:
    case ValueType::kChannel:
      return ValueType::kString;
    case ValueType::kAccount: return ValueType::kAccount;
    default: return ValueType::kInt;
  }
}

// What is known of the key of a figure, which itself may be unknown.
enum class KeyState : uint8_t { kUnknown, kRounded, kExact, kWithoutKey };
struct FigureKey {
  int64_t key = 0;
  KeyState state = KeyState::kUnknown;
  bool has_key() const { return state == KeyState::kRounded || state == KeyState::kExact; }
  bool is_exact() const { return state == KeyState::kExact; }
};

inline FigureKey KeyOfFigureValue(const Value& value, ValueType manner) {
  if (!value.known) return {};
  const std::optional<OrderKey> key = KeyOfValue(value, manner);
  if (!key) return {0, KeyState::kWithoutKey};
  return {key->key, key->exact ? KeyState::kExact : KeyState::kRounded};
}

}  // namespace vigla
