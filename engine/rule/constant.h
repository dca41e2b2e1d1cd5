// Typed constants from text: literals, parameters' values and lists' items. Cold.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/hash.h"
#include "engine/rule/diagnostic_codes.h"
#include "engine/rule/expression.h"

namespace vigla {

// Why a text is no constant of a type.
struct ConstantProblem {
  const DiagnosticCode* code = nullptr;
  std::string message;
  std::string advice;
  std::string mend = {};  // what was meant instead of the text, if that is beyond doubt
};

// A kConstant, or a kMoneyConstant for money. nullptr, and *problem, if `text` is none.
std::unique_ptr<Expression> MakeConstant(ValueType type, std::string_view text,
                                         const KeyedHasher& hasher, ConstantProblem* problem);

// A duration or an amount of money as people write them elsewhere ("3 days", "EUR 100"), in the
// form that is read here; "" if it is not clear what is meant.
std::string MeantDuration(std::string_view text);
std::string MeantMoney(std::string_view text);

// The words of a closed vocabulary: kind, status, direction. Empty for other types.
std::vector<std::string_view> Vocabulary(ValueType type);

std::optional<ValueType> ParseValueType(std::string_view name);

// Less, equal or greater, as MoneyConstant amounts of one currency, numbers, durations, times.
// Empty where the two can't be ordered without rates.
std::optional<int> CompareConstants(const Expression& a, const Expression& b);

}  // namespace vigla
