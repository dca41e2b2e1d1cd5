// Rate tables and the conversion to base amounts. Warm.
#include "engine/model/rates.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "engine/base/check.h"

namespace vigla {
namespace {

bool FitsInt64(Int128 value) {
  return value >= std::numeric_limits<int64_t>::min() &&
         value <= std::numeric_limits<int64_t>::max();
}

void AppendRate(std::string_view since, CurrencyCode currency, const ExchangeRate& rate,
                std::string* text) {
  text->append(since).append(" ").append(currency.Text()).append(" ");
  text->append(std::to_string(rate.numerator)).append("/");
  text->append(std::to_string(rate.denominator)).append("\n");
}

}  // namespace

std::optional<BaseAmount> Convert(OriginalAmount amount, const ExchangeRate& rate) {
  constexpr Int128 kMicrosPerTenThousandth = 100;
  const Int128 micros = amount.ten_thousandths * kMicrosPerTenThousandth;
  if (rate.numerator == rate.denominator) {  // base currency: most amounts, and nothing to divide
    if (!FitsInt64(micros)) return std::nullopt;
    return BaseAmount{static_cast<int64_t>(micros)};
  }
  // micros × numerator may leave 128 bits where the result doesn't: so whole multiples of the
  // denominator go first, and only the rest is rounded.
  const Int128 whole = micros / rate.denominator;
  const Int128 rest = micros % rate.denominator;
  Int128 base = 0;
  if (__builtin_mul_overflow(whole, static_cast<Int128>(rate.numerator), &base) ||
      !FitsInt64(base)) {
    return std::nullopt;  // the rest has the same sign and can't bring it back
  }
  base += DivideRounded(rest * rate.numerator, rate.denominator);
  if (!FitsInt64(base)) return std::nullopt;
  return BaseAmount{static_cast<int64_t>(base)};
}

void RateTable::AddFixed(CurrencyCode currency, ExchangeRate rate) {
  CHECK(rate.numerator > 0 && rate.denominator > 0);
  fixed_[currency] = rate;
}

void RateTable::AddDated(CurrencyCode currency, int32_t utc_day, ExchangeRate rate) {
  CHECK(rate.numerator > 0 && rate.denominator > 0);
  dated_[currency].push_back({utc_day, rate});
}

void RateTable::Seal() {
  for (auto& [currency, rates] : dated_) {
    std::stable_sort(rates.begin(), rates.end(),
                     [](const DatedRate& a, const DatedRate& b) { return a.utc_day < b.utc_day; });
  }
  fingerprint_ = Sha256::Of(CanonicalText());
}

bool RateTable::HasFixed(CurrencyCode currency) const {
  return currency == base_ || fixed_.contains(currency);
}

std::optional<ExchangeRate> RateTable::On(CurrencyCode currency, EventTime time) const {
  if (currency == base_) return ExchangeRate{1, 1};
  const auto fixed = fixed_.find(currency);
  if (fixed != fixed_.end()) return fixed->second;
  const auto dated = dated_.find(currency);
  if (dated == dated_.end()) return std::nullopt;
  const int32_t day = UtcDay(time);
  const auto after =
      std::upper_bound(dated->second.begin(), dated->second.end(), day,
                       [](int32_t wanted, const DatedRate& rate) { return wanted < rate.utc_day; });
  if (after == dated->second.begin()) return std::nullopt;
  const DatedRate& newest = *std::prev(after);
  if (day - newest.utc_day > kMaxAgeDays) return std::nullopt;
  return newest.rate;
}

std::string RateTable::CanonicalText() const {
  std::string text = "base " + base_.Text() + "\n";
  for (const auto& [currency, rate] : fixed_) AppendRate("always", currency, rate, &text);
  for (const auto& [currency, rates] : dated_) {
    for (const DatedRate& dated : rates) {
      AppendRate(FormatDate(dated.utc_day), currency, dated.rate, &text);
    }
  }
  return text;
}

}  // namespace vigla
