// Whatever the bytes are, the decoder either refuses them with a reason or yields a transaction
// whose texts are whole and whose parts keep their bounds.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "engine/base/check.h"
#include "engine/model/decoder.h"

namespace vigla {
namespace {

uint64_t sum_of_bytes = 0;  // keeps the reading from being optimised away

void Touch(std::string_view text) {
  for (const char byte : text) sum_of_bytes += static_cast<uint8_t>(byte);
}

void Touch(const Party& party) {
  Touch(party.account);
  Touch(party.party);
  CHECK(party.account.empty() == party.account_hash.IsZero());
  CHECK(party.account.find(' ') == std::string_view::npos);
  if (party.details == nullptr) return;
  Touch(party.details->name);
  Touch(party.details->address.street);
}

void CheckTransaction(const Transaction& transaction) {
  CHECK(!transaction.id.empty() && transaction.id.size() <= 4 * 64);
  CHECK(transaction.currency.IsKnown());
  CHECK(!transaction.debtor.account.empty() || !transaction.creditor.account.empty());
  CHECK(transaction.amount_fraction_digits <= 4);
  CHECK(ParseTime(FormatTime(transaction.time))->time == transaction.time);
  Touch(transaction.id);
  Touch(transaction.channel);
  Touch(transaction.tenant);
  Touch(transaction.debtor);
  Touch(transaction.creditor);
  if (transaction.details == nullptr) return;
  Touch(transaction.details->purpose);
  Touch(transaction.details->remittance);
  Touch(transaction.details->ultimate_debtor);
  for (const Party& party : transaction.details->intermediaries) Touch(party);
  for (const std::string_view approver : transaction.details->approvers) Touch(approver);
  CHECK(transaction.details->attributes.size() <= 1024);
  for (const Attribute& attribute : transaction.details->attributes) {
    CHECK(attribute.path.size() <= 1024);
    Touch(attribute.path);
    Touch(attribute.text);
  }
}

void DecodeOnce(std::string_view record) {
  static const KeyedHasher& hasher = *new KeyedHasher("fuzz");
  static Decoder& decoder = *new Decoder(&hasher);
  // A copy of exactly that size, so that a sanitizer sees a read beyond it.
  const std::unique_ptr<char[]> bytes(new char[record.size()]);
  record.copy(bytes.get(), record.size());
  Arena arena;
  Transaction transaction;
  const Rejection rejection = decoder.Decode({bytes.get(), record.size()}, &arena, &transaction);
  if (rejection.code == RejectCode::kNone) {
    CheckTransaction(transaction);
  } else {
    CHECK(!rejection.Text().empty() && !RejectCodeName(rejection.code).empty());
  }
}

}  // namespace
}  // namespace vigla

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  vigla::DecodeOnce({reinterpret_cast<const char*>(data), size});
  return 0;
}
