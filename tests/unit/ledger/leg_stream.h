// A random but reproducible stream of legs over few subjects, with equal, late and too late times.
#pragma once

#include <deque>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "engine/model/decoder.h"
#include "engine/model/leg.h"

namespace vigla::testing {

inline constexpr EventTime kStart{1'767'225'600 * kSecondUs};  // 2026-01-01

// Owns transactions; legs point into it.
class LegStream {
 public:
  struct Options {
    DurationUs lateness_max_us = 6 * kHourUs;
    DurationUs retention_us = 48 * kHourUs;
    DurationUs step_us = 10 * kMinuteUs;  // times mostly grow by less than this
    bool may_be_late = true;
    bool may_jump = true;  // over days, so that windows and retention run empty
    int accounts = 3;
  };

  LegStream(uint64_t seed, const Options& options, const KeyedHasher* hasher)
      : random_(seed), options_(options), hasher_(*hasher) {}

  int Pick(int count) { return static_cast<int>(random_() % static_cast<uint64_t>(count)); }
  bool OneIn(int count) { return Pick(count) == 0; }

  // The legs of the next transaction: debtor's and creditor's account, then their parties.
  std::vector<Leg> Next() {
    Transaction& t = transactions_.emplace_back();
    TransactionDetails& details = details_.emplace_back();
    t.details = &details;
    t.time = NextTime();
    t.amount.ten_thousandths = OneIn(20) ? -10'000 * Pick(500) : 10'000 * (50 + Pick(100));
    t.currency = *CurrencyCode::Parse(Among({"EUR", "EUR", "USD", "XTS"}));
    t.kind = OneIn(3) ? Kind::kCashDeposit : Kind::kCreditTransfer;
    t.status = OneIn(5) ? static_cast<StatusCode>(Pick(kStatusCount)) : StatusCode::kSettled;
    t.channel = Among({"", "atm", "online", "branch"});
    if (OneIn(15)) t.precision = TimePrecision::kDay;
    details.purpose = Among({"", "RENT", "GIFT"});
    details.initiator = Among({"", "ann", "bob"});
    t.debtor = Side();
    t.creditor = Side();
    const Sequence sequence{transactions_.size()};
    std::vector<Leg> legs;
    for (const SubjectKind kind : {SubjectKind::kAccount, SubjectKind::kParty}) {
      for (const Direction direction : {Direction::kDebit, Direction::kCredit}) {
        const Party& own = t.Side(direction);
        const bool is_party = kind == SubjectKind::kParty;
        const std::string_view id = is_party ? own.party : own.account;
        if (id.empty()) continue;
        Leg leg;
        leg.transaction = &t;
        leg.sequence = sequence;
        leg.subject_kind = kind;
        leg.subject_id = id;
        leg.subject_hash = is_party ? Hash(kind, own.party) : own.account_hash;
        leg.direction = direction;
        leg.order = static_cast<LegOrder>((is_party ? 2 : 0) + static_cast<int>(direction));
        leg.has_base_amount = t.currency.Text() != "XTS";
        const int64_t cents = t.currency.Text() == "USD" ? 92 : 100;
        leg.base_amount.micros = leg.has_base_amount ? t.amount.ten_thousandths * cents : 0;
        legs.push_back(leg);
      }
    }
    return legs;
  }

  // Multiples of this are where windows of the tests begin and end.
  static constexpr DurationUs kGrid = 10 * kMinuteUs;

 private:
  std::string_view Among(std::initializer_list<std::string_view> words) {
    return *(words.begin() + Pick(static_cast<int>(words.size())));
  }

  EventTime NextTime() {
    EventTime time = newest_;
    const int what = Pick(12);
    if (what < 3) {
      // The same time again.
    } else if (what == 3 && options_.may_be_late) {
      const int how = Pick(12);
      if (how < 8) {
        time = time - kGrid * Pick(static_cast<int>(options_.lateness_max_us / kGrid));
      } else if (how == 8) {
        time = time - options_.lateness_max_us;
      } else if (how == 9) {
        time = time - options_.lateness_max_us - 1;
      } else if (how == 10) {
        time = time - options_.retention_us + Pick(3) - 1;
      } else {
        time = time - options_.retention_us * 3;
      }
      return time;
    } else if (what < 7) {
      // On the grid, where half-open windows show their ends.
      time.us = (time.us / kGrid + 1) * kGrid;
    } else if (options_.may_jump && OneIn(60)) {
      time = time + kDayUs * (1 + Pick(4));
    } else {
      time.us += static_cast<int64_t>(random_() % static_cast<uint64_t>(options_.step_us));
    }
    newest_ = time;
    return time;
  }

  Party Side() {
    Party side;
    if (!OneIn(10)) {
      // The first account is the busy one.
      const int account = OneIn(2) ? 0 : Pick(options_.accounts);
      side.account = Keep("ACCOUNT" + std::to_string(account));
    }
    if (!OneIn(4)) side.party = Keep("party" + std::to_string(Pick(2)));
    if (!OneIn(4)) side.country = *CountryCode::Parse(Among({"DE", "FR", "IR"}));
    side.account_hash = Hash(SubjectKind::kAccount, side.account);
    return side;
  }

  Hash128 Hash(SubjectKind kind, std::string_view id) {
    if (id.empty()) return {};
    return IdentityHash(hasher_, static_cast<uint8_t>(kind), "", id);
  }

  std::string_view Keep(std::string text) { return texts_.emplace_back(std::move(text)); }

  std::mt19937_64 random_;
  const Options options_;
  const KeyedHasher& hasher_;
  EventTime newest_ = kStart;
  std::deque<Transaction> transactions_;
  std::deque<TransactionDetails> details_;
  std::deque<std::string> texts_;
};

}  // namespace vigla::testing
