// The functions of the rule language (rules.md, 2 and 9). Hot.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "engine/rule/expression.h"
#include "engine/rule/number.h"
#include "engine/rule/value.h"

namespace vigla {

class CompiledPattern;

// What an Evaluate keeps while it runs: wide numbers, and the text that functions make. Text
// lives on after the outermost scope, until the thread opens the next outermost one.
class FunctionScope {
 public:
  FunctionScope();
  ~FunctionScope();
  FunctionScope(const FunctionScope&) = delete;
  FunctionScope& operator=(const FunctionScope&) = delete;

 private:
  ExactScope exact_;
};

// `arguments` as the checker passed them; `pattern` for kMatches only. Time functions have the
// name of the time zone as a last argument. kKnown, kMin and kMax are operations of their own.
// Unknown wherever an argument is.
Value CallFunction(Function function, ValueType result, std::span<const Value> arguments,
                   const CompiledPattern* pattern);

// A string that lives as FunctionScope says; to be called within one.
std::string* NewFunctionText();
// What loops give back after each round: all texts made since there were `mark` of them.
size_t FunctionTextsInUse();
void ReleaseFunctionTexts(size_t mark);

// Each code point by its simple lower case mapping (UnicodeData.txt); bytes that are no UTF-8
// stay as they are.
void AppendLowerCase(std::string_view text, std::string* out);
uint32_t LowerCaseOf(uint32_t code_point);
// The code point at *at, which moves behind it; U+FFFD for a byte that is no UTF-8.
uint32_t NextCodePoint(std::string_view text, size_t* at);
// Code points of valid UTF-8.
int64_t CountCodePoints(std::string_view text);

// Whether an address lies in a network: "10.1.2.3", "10.0.0.0/8"; version 4 and 6, and version 4
// written as version 6. A network without a length is one address. Empty if either is neither.
std::optional<bool> IsAddressIn(std::string_view address, std::string_view network);

// ISO 13616 by the registry: country, length, structure, check digits 02 to 98 and modulo 97.
// Spaces are ignored, lower case is not valid.
bool IsIbanValid(std::string_view iban);
// The country that a valid IBAN begins with; 0 of none otherwise.
CountryCode CountryOfIban(std::string_view iban);
// ISO 9362: four letters, a country of ISO 3166 (or XK), two or five letters or digits.
bool IsBicValid(std::string_view bic);
// ISO 17442: eighteen letters or digits and two check digits, modulo 97.
bool IsLeiValid(std::string_view lei);

// In the named zone; an unknown name is UTC, and counted.
int64_t DayOfWeek(int64_t time_us, std::string_view zone);  // Monday is 1, Sunday 7
int64_t HourOfDay(int64_t time_us, std::string_view zone);
void AppendLocalDate(int64_t time_us, std::string_view zone, std::string* out);  // "2026-03-05"
// How often a zone's name was unknown, in this process; for metrics. Any thread.
uint64_t UnknownZoneCount();

}  // namespace vigla
