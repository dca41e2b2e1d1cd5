// Exact money: original amounts, base amounts, currencies. No floating point touches it. Hot.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace vigla {

using Int128 = __int128;

// An amount as received: units of 10^-4 of its currency. At most 14 digits before the point.
struct OriginalAmount {
  int64_t ten_thousandths = 0;
  auto operator<=>(const OriginalAmount&) const = default;
};

// An amount in the base currency: micro-units (10^-6).
struct BaseAmount {
  int64_t micros = 0;
  auto operator<=>(const BaseAmount&) const = default;
};

// Three capitals packed in base 26; 0 means "no currency". The code need not be in ISO 4217.
struct CurrencyCode {
  uint16_t packed = 0;
  auto operator<=>(const CurrencyCode&) const = default;
  bool IsKnown() const { return packed != 0; }
  static std::optional<CurrencyCode> Parse(std::string_view text);
  std::string Text() const;
  // Text at a cursor; returns its end.
  char* Put(char* at) const;
};

// Two capitals packed in base 26; 0 means "no country".
struct CountryCode {
  uint16_t packed = 0;
  auto operator<=>(const CountryCode&) const = default;
  bool IsKnown() const { return packed != 0; }
  static std::optional<CountryCode> Parse(std::string_view text);
  std::string Text() const;
};

enum class DecimalError : uint8_t { kNone, kSyntax, kTooManyIntegerDigits, kTooManyFractionDigits };

struct ParsedDecimal {
  Int128 value = 0;  // scaled by 10^max_fraction_digits
  uint8_t fraction_digits = 0;  // as written, trailing zeros included
  DecimalError error = DecimalError::kNone;
};

// `-?[0-9]+(\.[0-9]+)?` and nothing else; leading zeros don't count as digits. Trailing zeros
// beyond max_fraction_digits are an error as any other digit is.
ParsedDecimal ParseDecimal(std::string_view text, int max_integer_digits, int max_fraction_digits);

// Minor units of a currency by ISO 4217 (EUR 2, JPY 0, BHD 3, CLF 4); 2 for codes it lacks.
int MinorUnits(CurrencyCode currency);
// Whether ISO 4217's list of active codes has it.
bool IsListedCurrency(CurrencyCode currency);

// `value` / 10^scale without trailing zeros but with at least `min_fraction_digits`, at most
// `max_fraction_digits` rounded half away from zero: (279000000, 4, 2, 6) -> "27900.00".
std::string FormatDecimal(Int128 value, int scale, int min_fraction_digits,
                          int max_fraction_digits);
// With at least the currency's minor units: "27900.00".
std::string FormatOriginal(OriginalAmount amount, CurrencyCode currency);
std::string FormatBase(BaseAmount amount, CurrencyCode base);

// The same at a cursor; each returns its end.
inline constexpr size_t kCurrencyBytesMax = 3;
inline constexpr size_t kDecimalBytesMax = 80;
char* PutDecimal(Int128 value, int scale, int min_fraction_digits, int max_fraction_digits,
                 char* at);
char* PutOriginal(OriginalAmount amount, CurrencyCode currency, char* at);
char* PutBase(BaseAmount amount, CurrencyCode base, char* at);

// numerator / denominator rounded half away from zero; denominator > 0.
Int128 DivideRounded(Int128 numerator, Int128 denominator);

}  // namespace vigla
