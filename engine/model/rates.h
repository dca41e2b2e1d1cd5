// Exchange rates: base currency per unit, dated or fixed, and the one conversion there is. Warm.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/base/hash.h"
#include "engine/model/money.h"
#include "engine/model/time.h"

namespace vigla {

// Base units per unit of the currency, as an exact fraction (a file that quotes the inverse
// keeps its digits that way).
struct ExchangeRate {
  int64_t numerator = 1;
  int64_t denominator = 1;
};

// Rounded once, half away from zero; empty where it leaves int64.
std::optional<BaseAmount> Convert(OriginalAmount amount, const ExchangeRate& rate);

// Immutable once built, hence safe to share between threads.
class RateTable {
 public:
  static constexpr int kMaxAgeDays = 10;

  explicit RateTable(CurrencyCode base) : base_(base) {}

  CurrencyCode base() const { return base_; }
  // Valid at all times.
  void AddFixed(CurrencyCode currency, ExchangeRate rate);
  // Valid from that UTC date for at most kMaxAgeDays.
  void AddDated(CurrencyCode currency, int32_t utc_day, ExchangeRate rate);
  // After the last Add: sorts, and computes the fingerprint.
  void Seal();

  bool IsDated() const { return !dated_.empty(); }
  bool HasFixed(CurrencyCode currency) const;
  // The last rate on or before the time's UTC date, at most kMaxAgeDays old. The base
  // currency's is 1. Empty if there is none: never 1 by default.
  std::optional<ExchangeRate> On(CurrencyCode currency, EventTime time) const;
  const Digest& fingerprint() const { return fingerprint_; }
  // Every rate as canonical text, one a line; what the fingerprint is taken of.
  std::string CanonicalText() const;

 private:
  struct DatedRate {
    int32_t utc_day;
    ExchangeRate rate;
  };
  CurrencyCode base_;
  std::map<CurrencyCode, ExchangeRate> fixed_;
  std::map<CurrencyCode, std::vector<DatedRate>> dated_;
  Digest fingerprint_;
};

// `date,currency,rate` lines with that header: base units per unit of currency.
absl::StatusOr<RateTable> ReadRatesCsv(std::string_view text, CurrencyCode base);
// The European Central Bank's eurofxref files as published (units of currency per euro, one
// column a currency, "N/A" for none). With a base other than EUR, cross rates through the euro.
absl::StatusOr<RateTable> ReadEcbRates(std::string_view text, CurrencyCode base);
// Either of the two, told apart by the header line.
absl::StatusOr<RateTable> ReadRates(std::string_view text, CurrencyCode base);

}  // namespace vigla
