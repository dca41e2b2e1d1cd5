// A small realistic mix (about 100 days, whatever the size) with bursts that rules look for. Warm.
// Integers only: floating point would make the bytes depend on the compiler.
#include "engine/lab/workload.h"

#include <array>
#include <cstdio>
#include <optional>
#include <queue>
#include <tuple>
#include <vector>

#include "engine/base/json_writer.h"
#include "engine/lab/zipf.h"
#include "engine/model/money.h"
#include "engine/model/time.h"

namespace vigla {
namespace {

constexpr int64_t kSpanUs = 100 * kDayUs;

// splitmix64: one state word, full period, and the same everywhere.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}
  uint64_t Next() {
    uint64_t z = (state_ += 0x9e3779b97f4a7c15ull);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return z ^ (z >> 31);
  }
  // 0 <= result < bound.
  int64_t Below(int64_t bound) {
    return static_cast<int64_t>((static_cast<unsigned __int128>(Next()) * bound) >> 64);
  }
  int64_t Between(int64_t low, int64_t high) { return low + Below(high - low + 1); }
  bool Chance(int64_t of_thousand) { return Below(1000) < of_thousand; }

 private:
  uint64_t state_;
};

struct Payment {
  int64_t time_us = 0;
  uint64_t order = 0;  // breaks ties, so that the queue is deterministic
  int64_t debtor = -1, creditor = -1;  // -1: none
  int64_t cents = 0;
  std::string_view currency = "EUR";
  std::string_view kind = "credit_transfer";
  std::string_view channel = "online";
  std::string_view debtor_country, creditor_country;
  std::string_view typology;  // "": ordinary
  int64_t subject = -1;       // the account the typology is about

  bool operator>(const Payment& other) const {
    return std::tie(time_us, order) > std::tie(other.time_us, other.order);
  }
};

constexpr std::array<std::string_view, 10> kCountries = {"DE", "FR", "NL", "ES", "IT",
                                                         "AT", "GB", "CH", "US", "SE"};
constexpr std::array<std::string_view, 3> kWatchedCountries = {"IR", "KP", "MM"};
constexpr std::array<std::string_view, 4> kOtherCurrencies = {"SEK", "PLN", "TRY", "AED"};
constexpr std::array<std::string_view, 5> kChannels = {"online", "mobile", "branch", "api", "pos"};

class Workload {
 public:
  explicit Workload(const WorkloadOptions& options)
      : random_(options.seed * 0x2545f4914f6cdd1dull + 1), options_(options) {
    if (options.skew_thousandths) zipf_.emplace(options.accounts, *options.skew_thousandths);
  }

  void Run(const std::function<void(std::string_view)>& transaction,
           const std::function<void(std::string_view)>& label) {
    const int64_t gap_us = std::max<int64_t>(1, kSpanUs / std::max<int64_t>(
                                                             1, options_.transactions));
    int64_t now_us = options_.start.us;
    for (int64_t number = 0; number < options_.transactions; ++number) {
      now_us += random_.Below(2 * gap_us);
      if (random_.Chance(3)) Inject(now_us);
      Payment payment;
      if (!scheduled_.empty() && scheduled_.top().time_us <= now_us) {
        payment = scheduled_.top();
        scheduled_.pop();
        payment.time_us = now_us = std::max(payment.time_us, last_us_);
      } else {
        payment = Ordinary(now_us);
      }
      last_us_ = payment.time_us;
      Emit(number, payment, transaction, label);
    }
  }

 private:
  // A few accounts do most of the business: the cube of a uniform number.
  int64_t PickAccount() {
    if (zipf_) return PickByRank();
    constexpr int64_t kUnit = int64_t{1} << 20;
    const int64_t u = random_.Below(kUnit);
    const auto cube = static_cast<unsigned __int128>(u) * u * u;
    return static_cast<int64_t>((cube * static_cast<uint64_t>(options_.accounts)) >> 60);
  }

  int64_t PickByRank() {
    const RankRange ranks = zipf_->RangeAt(random_.Next());
    return ranks.first - 1 + random_.Below(ranks.count);
  }

  // Most are small; the tail reaches some hundreds of thousands.
  int64_t PickCents() {
    static constexpr int64_t kMagnitudes[] = {2'000, 5'000, 12'000, 40'000, 150'000, 600'000};
    int64_t cents = random_.Between(50, kMagnitudes[random_.Below(6)]);
    if (random_.Chance(12)) cents *= random_.Between(5, 60);
    if (random_.Chance(40)) cents = (cents / 100'000 + 1) * 100'000;  // whole thousands
    return cents;
  }

  Payment Ordinary(int64_t time_us) {
    Payment payment;
    payment.time_us = time_us;
    payment.debtor = PickAccount();
    payment.creditor = PickAccount();
    if (payment.creditor == payment.debtor && !random_.Chance(20)) {
      payment.creditor = (payment.creditor + 1) % options_.accounts;
    }
    payment.cents = PickCents();
    payment.channel = kChannels[random_.Below(kChannels.size())];
    payment.debtor_country = kCountries[payment.debtor % 10];
    if (!random_.Chance(50)) payment.creditor_country = kCountries[payment.creditor % 10];
    const int64_t currency = random_.Below(1000);
    if (currency < 60) payment.currency = "USD";
    if (currency >= 60 && currency < 90) payment.currency = "GBP";
    if (currency >= 90 && currency < 110) payment.currency = "CHF";
    if (currency >= 110 && currency < 120) {
      payment.currency = "JPY";
      payment.cents = (payment.cents / 100 + 1) * 100 * 100;  // whole yen
    }
    if (currency >= 120 && currency < 124) {
      payment.currency = kOtherCurrencies[random_.Below(kOtherCurrencies.size())];
    }
    const int64_t kind = random_.Below(1000);
    if (kind < 90) {
      payment.kind = "card_payment";
      payment.channel = "card";
    } else if (kind < 130) {
      payment.kind = "cash_deposit";
      payment.channel = "cash";
      payment.debtor = -1;
    } else if (kind < 160) {
      payment.kind = "cash_withdrawal";
      payment.channel = "cash";
      payment.creditor = -1;
    } else if (kind < 220) {
      payment.kind = "instant_transfer";
    }
    if (random_.Chance(1)) payment.creditor_country = kWatchedCountries[random_.Below(3)];
    if (random_.Chance(1)) payment.cents = -random_.Below(2) * 1000;  // nothing, or less
    return payment;
  }

  void Schedule(Payment payment, std::string_view typology, int64_t subject) {
    payment.typology = typology;
    payment.subject = subject;
    payment.order = next_order_++;
    scheduled_.push(payment);
  }

  Payment Transfer(int64_t time_us, int64_t debtor, int64_t creditor, int64_t cents) {
    Payment payment;
    payment.time_us = time_us;
    payment.debtor = debtor;
    payment.creditor = creditor;
    payment.cents = cents;
    payment.debtor_country = kCountries[debtor % 10];
    payment.creditor_country = kCountries[creditor % 10];
    return payment;
  }

  void Inject(int64_t now_us) {
    const int64_t subject = random_.Below(options_.accounts);
    switch (random_.Below(7)) {
      case 0:  // many small payments within minutes
        for (int64_t i = 0, n = random_.Between(18, 30); i < n; ++i) {
          Schedule(Transfer(now_us + i * random_.Between(5, 28) * kSecondUs, subject,
                            PickAccount(), random_.Between(100, 9'000)),
                   "velocity", subject);
        }
        break;
      case 1:  // one to many
        for (int64_t i = 0, n = random_.Between(9, 14); i < n; ++i) {
          Schedule(Transfer(now_us + i * 4 * kMinuteUs, subject,
                            random_.Below(options_.accounts), random_.Between(10'000, 400'000)),
                   "fan_out", subject);
        }
        break;
      case 2:  // many to one
        for (int64_t i = 0, n = random_.Between(9, 14); i < n; ++i) {
          Schedule(Transfer(now_us + i * 4 * kMinuteUs, random_.Below(options_.accounts),
                            subject, random_.Between(10'000, 400'000)),
                   "fan_in", subject);
        }
        break;
      case 3:  // kept under 10,000
        for (int64_t i = 0, n = random_.Between(3, 6); i < n; ++i) {
          Schedule(Transfer(now_us + i * random_.Between(1, 5) * kHourUs, subject,
                            PickAccount(), random_.Between(790'000, 1'000'000)),
                   "structuring", subject);
        }
        break;
      case 4: {  // in, and out again
        const int64_t cents = random_.Between(5'000'000, 12'000'000);
        Schedule(Transfer(now_us, PickAccount(), subject, cents), "pass_through", subject);
        Schedule(Transfer(now_us + random_.Between(1, 20) * kHourUs, subject, PickAccount(),
                          cents / 100 * random_.Between(86, 99)),
                 "pass_through", subject);
        break;
      }
      case 5: {  // the same payment again within minutes
        const Payment payment =
            Transfer(now_us, subject, PickAccount(), random_.Between(1'000, 90'000));
        Schedule(payment, "repeat", subject);
        Payment again = payment;
        again.time_us += random_.Between(1, 6) * kMinuteUs;
        Schedule(again, "repeat", subject);
        break;
      }
      case 6: {  // far above what the account usually pays
        for (int64_t i = 0; i < 6; ++i) {
          Schedule(Transfer(now_us + i * 7 * kHourUs, subject, PickAccount(),
                            random_.Between(2'000, 9'000)),
                   "unusual_amount", subject);
        }
        Schedule(Transfer(now_us + 50 * kHourUs, subject, PickAccount(),
                          random_.Between(2'000'000, 6'000'000)),
                 "unusual_amount", subject);
        break;
      }
    }
  }

  std::string Account(int64_t number) const {
    char text[32];
    std::snprintf(text, sizeof(text), "%s%02d%012lld",
                  std::string(kCountries[number % 10]).c_str(),
                  static_cast<int>(number * 7 % 90 + 10), static_cast<long long>(number));
    return text;
  }

  void AppendParty(std::string_view key, int64_t number, std::string_view country,
                   JsonWriter* json) const {
    if (number < 0) return;
    const std::string name = "Customer " + std::to_string(number / 2);
    json->Key(key)
        .BeginObject()
        .Field("account", Account(number))
        .Field("party", "P" + std::to_string(number / 2))
        .Field("name", name)
        .OptionalField("country", country)
        .EndObject();
  }

  void Emit(int64_t number, const Payment& payment,
            const std::function<void(std::string_view)>& transaction,
            const std::function<void(std::string_view)>& label) {
    const std::string id = "t" + std::to_string(number);
    line_.clear();
    JsonWriter json(&line_);
    json.BeginObject()
        .Field("id", id)
        .Field("time", FormatTime({payment.time_us}))
        .Field("kind", payment.kind)
        .Field("channel", payment.channel)
        .Field("amount", FormatDecimal(payment.cents, 2, payment.currency == "JPY" ? 0 : 2, 2))
        .Field("currency", payment.currency);
    AppendParty("debtor", payment.debtor, payment.debtor_country, &json);
    AppendParty("creditor", payment.creditor, payment.creditor_country, &json);
    if (random_.Chance(300)) {
      json.Field("remittance", "Invoice " + std::to_string(random_.Between(1000, 99999)));
    }
    json.EndObject();
    transaction(line_);
    if (payment.typology.empty()) return;
    line_.clear();
    JsonWriter labels(&line_);
    labels.BeginObject()
        .Field("id", id)
        .Field("typology", payment.typology)
        .Field("account", Account(payment.subject))
        .EndObject();
    label(line_);
  }

  Random random_;
  const WorkloadOptions options_;
  std::optional<Zipf> zipf_;
  std::priority_queue<Payment, std::vector<Payment>, std::greater<>> scheduled_;
  uint64_t next_order_ = 0;
  int64_t last_us_ = options_.start.us;
  std::string line_;
};

}  // namespace

void GenerateReferenceWorkload(const WorkloadOptions& options,
                               const std::function<void(std::string_view)>& transaction,
                               const std::function<void(std::string_view)>& label) {
  Workload(options).Run(transaction, label);
}

}  // namespace vigla
