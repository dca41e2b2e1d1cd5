// The closed vocabularies of a transaction. Hot.
#include "engine/model/transaction.h"

#include <array>

#include "engine/base/check.h"

namespace vigla {
namespace {

constexpr std::array<std::string_view, kKindCount> kKindNames = {"credit_transfer",
                                                                 "instant_transfer",
                                                                 "direct_debit",
                                                                 "card_payment",
                                                                 "cash_deposit",
                                                                 "cash_withdrawal",
                                                                 "cheque",
                                                                 "voucher",
                                                                 "currency_exchange",
                                                                 "fee",
                                                                 "interest",
                                                                 "salary",
                                                                 "return",
                                                                 "refund",
                                                                 "chargeback",
                                                                 "reversal",
                                                                 "correction",
                                                                 "adjustment"};

constexpr std::array<std::string_view, kStatusCount> kStatusNames = {
    "received", "authorised", "settled", "rejected", "cancelled"};

template <typename Enum, size_t kCount>
std::optional<Enum> Find(const std::array<std::string_view, kCount>& names, std::string_view name) {
  for (size_t i = 0; i < kCount; ++i) {
    if (names[i] == name) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

}  // namespace

std::string_view KindName(Kind kind) {
  CHECK(static_cast<size_t>(kind) < kKindNames.size());
  return kKindNames[static_cast<size_t>(kind)];
}

std::optional<Kind> ParseKind(std::string_view name) { return Find<Kind>(kKindNames, name); }

std::string_view StatusName(StatusCode status) {
  CHECK(static_cast<size_t>(status) < kStatusNames.size());
  return kStatusNames[static_cast<size_t>(status)];
}

std::optional<StatusCode> ParseStatus(std::string_view name) {
  return Find<StatusCode>(kStatusNames, name);
}

std::string_view DirectionName(Direction direction) {
  return direction == Direction::kDebit ? "debit" : "credit";
}

}  // namespace vigla
