// Exact money: decimals from and to text, currencies, the one rounding there is. Hot.
#include "engine/model/money.h"

#include <algorithm>
#include <array>
#include <type_traits>

#include "engine/base/check.h"
#include "engine/model/digit_pairs.h"

namespace vigla {
namespace {

using UnsignedInt128 = unsigned __int128;

constexpr int kLetters = 26;
// 10^38 is the greatest power of ten below 2^127.
constexpr int kScaleMax = 38;

constexpr std::array<Int128, kScaleMax + 1> MakePowersOfTen() {
  std::array<Int128, kScaleMax + 1> powers{};
  powers[0] = 1;
  for (int i = 1; i <= kScaleMax; ++i) powers[i] = powers[i - 1] * 10;
  return powers;
}
constexpr std::array<Int128, kScaleMax + 1> kPowersOfTen = MakePowersOfTen();

// 0 where the text isn't `count` capitals. AAA is 1, so that 0 stays free for "none".
constexpr uint16_t PackCapitals(std::string_view text, size_t count) {
  if (text.size() != count) return 0;
  int packed = 0;
  for (const char letter : text) {
    if (letter < 'A' || letter > 'Z') return 0;
    packed = packed * kLetters + (letter - 'A');
  }
  return static_cast<uint16_t>(packed + 1);
}

constexpr size_t kCurrencyLetters = kCurrencyBytesMax;
constexpr size_t kCountryLetters = 2;

char* PutCapitals(uint16_t packed, size_t count, char* at) {
  if (packed == 0) return at;
  int rest = packed - 1;
  for (size_t i = count; i-- > 0; rest /= kLetters) {
    at[i] = static_cast<char>('A' + rest % kLetters);
  }
  return at + count;
}

// ISO 4217, table A.1 of 2024-06-25, and ZWG and XCG of the amendments since. Codes that were
// withdrawn since then stay: transactions of their time are still looked at.
constexpr std::string_view kListedCurrencies =
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BOV BRL "
    "BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CLF CLP CNY COP COU CRC CUC CUP CVE CZK DJF "
    "DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF "
    "IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR "
    "LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO "
    "NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK "
    "SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX "
    "USD USN UYI UYU UYW UZS VED VES VND VUV WST XAF XAG XAU XBA XBB XBC XBD XCD XCG XDR "
    "XOF XPD XPF XPT XSU XTS XUA XXX YER ZAR ZMW ZWG";
// Those whose minor units are not 2. Codes for which the standard gives none (gold, XXX) read
// as 2.
constexpr std::string_view kNoMinorUnits =
    "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF";
constexpr std::string_view kThreeMinorUnits = "BHD IQD JOD KWD LYD OMR TND";
constexpr std::string_view kFourMinorUnits = "CLF UYW";

constexpr int8_t kNotListed = -1;
constexpr int8_t kUsualMinorUnits = 2;
constexpr size_t kCurrencyCount = 1 + kLetters * kLetters * kLetters;

// Indexed by the packed code.
using MinorUnitsTable = std::array<int8_t, kCurrencyCount>;

constexpr void SetMinorUnits(std::string_view codes, int8_t minor_units, MinorUnitsTable* table) {
  for (size_t i = 0; i < codes.size(); i += kCurrencyLetters + 1) {
    (*table)[PackCapitals(codes.substr(i, kCurrencyLetters), kCurrencyLetters)] = minor_units;
  }
}

constexpr MinorUnitsTable MakeMinorUnits() {
  MinorUnitsTable table{};
  for (int8_t& minor_units : table) minor_units = kNotListed;
  SetMinorUnits(kListedCurrencies, kUsualMinorUnits, &table);
  SetMinorUnits(kNoMinorUnits, 0, &table);
  SetMinorUnits(kThreeMinorUnits, 3, &table);
  SetMinorUnits(kFourMinorUnits, 4, &table);
  return table;
}
constexpr MinorUnitsTable kMinorUnits = MakeMinorUnits();

// Moves the last digit, or the last two, from `magnitude` to before `begin`; returns the new begin.
template <typename Unsigned>
char* PutLastDigit(Unsigned* magnitude, char* begin) {
  *--begin = static_cast<char>('0' + static_cast<int>(*magnitude % 10));
  *magnitude /= 10;
  return begin;
}
template <typename Unsigned>
char* PutLastPair(Unsigned* magnitude, char* begin) {
  PutDigitPair(static_cast<uint32_t>(*magnitude % 100), begin - 2);
  *magnitude /= 100;
  return begin - 2;
}

// `value` / 10^scale, made from its last digit to its first. Signed is the narrowest type that
// holds it: dividing 128 bits takes twenty times as long.
template <typename Signed>
char* PutScaled(Signed value, int scale, int min_fraction_digits, char* at) {
  auto magnitude = static_cast<std::make_unsigned_t<Signed>>(value);
  if (value < 0) {
    *at++ = '-';
    magnitude = -magnitude;
  }
  char text[kDecimalBytesMax];
  char* const end = text + sizeof(text);
  char* begin = end;
  for (; scale > min_fraction_digits && magnitude % 10 == 0; --scale) magnitude /= 10;
  for (int i = scale; i < min_fraction_digits; ++i) *--begin = '0';
  for (; scale >= 2; scale -= 2) begin = PutLastPair(&magnitude, begin);
  if (scale == 1) begin = PutLastDigit(&magnitude, begin);
  if (begin != end) *--begin = '.';
  while (magnitude >= 100) begin = PutLastPair(&magnitude, begin);
  begin = magnitude >= 10 ? PutLastPair(&magnitude, begin) : PutLastDigit(&magnitude, begin);
  return std::copy(begin, end, at);
}

}  // namespace

std::optional<CurrencyCode> CurrencyCode::Parse(std::string_view text) {
  const CurrencyCode code{PackCapitals(text, kCurrencyLetters)};
  return code.IsKnown() ? std::optional(code) : std::nullopt;
}

std::string CurrencyCode::Text() const {
  char text[kCurrencyLetters];
  return std::string(text, Put(text));
}

char* CurrencyCode::Put(char* at) const { return PutCapitals(packed, kCurrencyLetters, at); }

std::optional<CountryCode> CountryCode::Parse(std::string_view text) {
  const CountryCode code{PackCapitals(text, kCountryLetters)};
  return code.IsKnown() ? std::optional(code) : std::nullopt;
}

std::string CountryCode::Text() const {
  char text[kCountryLetters];
  return std::string(text, PutCapitals(packed, kCountryLetters, text));
}

ParsedDecimal ParseDecimal(std::string_view text, int max_integer_digits, int max_fraction_digits) {
  CHECK(max_integer_digits + max_fraction_digits <= kScaleMax);
  ParsedDecimal parsed;
  const bool is_negative = !text.empty() && text[0] == '-';
  const size_t integer_start = is_negative ? 1 : 0;
  size_t at = integer_start;
  UnsignedInt128 value = 0;
  int integer_digits = 0;
  int fraction_digits = 0;
  for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) {
    // One digit too many tells as much as a million of them, and doesn't overflow.
    if (integer_digits > max_integer_digits) continue;
    if (integer_digits > 0 || text[at] != '0') ++integer_digits;
    if (integer_digits <= max_integer_digits) value = value * 10 + (text[at] - '0');
  }
  bool is_decimal = at > integer_start;
  if (is_decimal && at < text.size() && text[at] == '.') {
    for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) {
      if (fraction_digits > max_fraction_digits) continue;
      ++fraction_digits;
      if (fraction_digits <= max_fraction_digits) value = value * 10 + (text[at] - '0');
    }
    is_decimal = fraction_digits > 0;
  }
  if (!is_decimal || at != text.size()) {
    parsed.error = DecimalError::kSyntax;
  } else if (integer_digits > max_integer_digits) {
    parsed.error = DecimalError::kTooManyIntegerDigits;
  } else if (fraction_digits > max_fraction_digits) {
    parsed.error = DecimalError::kTooManyFractionDigits;
  } else {
    const auto magnitude =
        static_cast<Int128>(value) * kPowersOfTen[max_fraction_digits - fraction_digits];
    parsed.value = is_negative ? -magnitude : magnitude;
    parsed.fraction_digits = static_cast<uint8_t>(fraction_digits);
  }
  return parsed;
}

int MinorUnits(CurrencyCode currency) {
  return IsListedCurrency(currency) ? kMinorUnits[currency.packed] : kUsualMinorUnits;
}

bool IsListedCurrency(CurrencyCode currency) {
  return currency.packed < kCurrencyCount && kMinorUnits[currency.packed] != kNotListed;
}

char* PutDecimal(Int128 value, int scale, int min_fraction_digits, int max_fraction_digits,
                 char* at) {
  CHECK(scale >= 0 && scale <= kScaleMax && min_fraction_digits <= max_fraction_digits &&
        min_fraction_digits <= kScaleMax);
  if (scale > max_fraction_digits) {
    value = DivideRounded(value, kPowersOfTen[scale - max_fraction_digits]);
    scale = max_fraction_digits;
  }
  const auto narrow = static_cast<int64_t>(value);
  return narrow == value ? PutScaled(narrow, scale, min_fraction_digits, at)
                         : PutScaled(value, scale, min_fraction_digits, at);
}

char* PutOriginal(OriginalAmount amount, CurrencyCode currency, char* at) {
  return PutScaled(amount.ten_thousandths, 4, MinorUnits(currency), at);
}

char* PutBase(BaseAmount amount, CurrencyCode base, char* at) {
  return PutScaled(amount.micros, 6, MinorUnits(base), at);
}

std::string FormatDecimal(Int128 value, int scale, int min_fraction_digits,
                          int max_fraction_digits) {
  char text[kDecimalBytesMax];
  return std::string(
      text, PutDecimal(value, scale, min_fraction_digits, max_fraction_digits, text));
}

std::string FormatOriginal(OriginalAmount amount, CurrencyCode currency) {
  char text[kDecimalBytesMax];
  return std::string(text, PutOriginal(amount, currency, text));
}

std::string FormatBase(BaseAmount amount, CurrencyCode base) {
  char text[kDecimalBytesMax];
  return std::string(text, PutBase(amount, base, text));
}

Int128 DivideRounded(Int128 numerator, Int128 denominator) {
  CHECK(denominator > 0);
  const Int128 quotient = numerator / denominator;
  const Int128 remainder = numerator % denominator;
  // Not 2 * remainder, which may overflow.
  if (remainder >= 0) return quotient + (remainder >= denominator - remainder ? 1 : 0);
  return quotient - (-remainder >= denominator + remainder ? 1 : 0);
}

}  // namespace vigla
