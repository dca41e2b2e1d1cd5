// Conditions on entries, each as text and as a function.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "engine/model/leg.h"

namespace vigla::testing {

struct WhereSpec {
  std::string text;
  std::function<bool(const Leg&, const Leg&)> holds;
  bool has_extra_column = false;
};

inline const std::vector<WhereSpec>& Wheres() {
  static const std::vector<WhereSpec> wheres = {
      {"amount >= money('100 EUR')",
       [](const Leg& e, const Leg&) {
         return e.has_base_amount && e.base_amount.micros >= 100'000'000;
       }},
      {"channel == 'atm' || kind == cash_deposit",
       [](const Leg& e, const Leg&) {
         return e.transaction->channel == "atm" || e.transaction->kind == Kind::kCashDeposit;
       }},
      {"amount > this.amount",
       [](const Leg& e, const Leg& leg) {
         return e.has_base_amount && leg.has_base_amount && e.base_amount > leg.base_amount;
       }},
      {"country != this.country",
       [](const Leg& e, const Leg& leg) {
         return e.Other().country.IsKnown() && leg.Other().country.IsKnown() &&
                e.Other().country != leg.Other().country;
       }},
      {"purpose == 'RENT'",
       [](const Leg& e, const Leg&) { return e.transaction->details->purpose == "RENT"; }, true},
      {"initiator != 'ann' && direction == debit",
       [](const Leg& e, const Leg&) {
         return e.direction == Direction::kDebit && e.transaction->details->initiator == "bob";
       },
       true},
      {"!known(amount)", [](const Leg& e, const Leg&) { return !e.has_base_amount; }},
      {"!(amount < money('60 EUR')) && amount < money('120 EUR')",
       [](const Leg& e, const Leg&) {
         return e.has_base_amount && e.base_amount.micros >= 60'000'000 &&
                e.base_amount.micros < 120'000'000;
       }},
      {"!(kind in [cash_deposit, salary]) && country in ['DE', 'IR']",
       [](const Leg& e, const Leg&) {
         const std::string country = e.Other().country.IsKnown() ? e.Other().country.Text() : "";
         return e.transaction->kind != Kind::kCashDeposit && (country == "DE" || country == "IR");
       }},
      {"channel != 'atm' && (currency == 'USD' || status == rejected)",
       [](const Leg& e, const Leg&) {
         const Transaction& t = *e.transaction;
         return !t.channel.empty() && t.channel != "atm" &&
                (t.currency.Text() == "USD" || t.status == StatusCode::kRejected);
       }},
      {"!(channel in ['atm', 'online'] && amount > this.amount)",
       [](const Leg& e, const Leg& leg) {
         const Transaction& t = *e.transaction;
         const bool is_other = t.channel == "branch";
         return is_other || (e.has_base_amount && leg.has_base_amount &&
                             e.base_amount <= leg.base_amount);
       }},
  };
  return wheres;
}

}  // namespace vigla::testing
