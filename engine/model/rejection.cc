// What a refused record's sender reads. Cold.
#include <array>
#include <string>

#include "engine/base/check.h"
#include "engine/model/decoder.h"
#include "engine/model/native_field.h"

namespace vigla {
namespace {

struct Wording {
  RejectCode code;
  std::string_view name;
  std::string_view fault;   // continues "The field x …" or "The record …"
  std::string_view remedy;  // a sentence of its own
};

constexpr Wording kWordings[] = {
    {RejectCode::kNone, "none", "is accepted.", ""},
    {RejectCode::kEmpty, "empty", "is empty.",
     "Send one JSON object a record; tombstones have no meaning here."},
    {RejectCode::kTooLarge, "too_large", "is larger than 1 MiB.",
     "Leave out what surveillance doesn't need, or send a reference to it."},
    {RejectCode::kInvalidUtf8, "invalid_utf8", "is not valid UTF-8.",
     "Convert it to UTF-8 before sending; Latin-1 text is the usual cause."},
    {RejectCode::kSyntax, "syntax", "is not JSON by RFC 8259.",
     "Write it with a JSON library; a byte order mark, NaN, comments, half a surrogate pair and "
     "unescaped control characters are not allowed."},
    {RejectCode::kNotAnObject, "not_an_object", "is JSON but not an object.",
     "Send one object a record, not an array or a bare value."},
    {RejectCode::kTrailingBytes, "trailing_bytes", "goes on after its object.",
     "Send one object a record; several belong into several records or lines."},
    {RejectCode::kDepth, "depth", "is nested deeper than 64 levels.", "Flatten it."},
    {RejectCode::kDuplicateKey, "duplicate_key", "has a key twice in one object.",
     "Keep one of the two; which one counts would be a guess."},
    {RejectCode::kMissingField, "missing_field", "is required and missing, null or empty.",
     "Send id, time, amount, currency, and the account of debtor or creditor."},
    {RejectCode::kWrongType, "wrong_type", "has a JSON type that it may not have.",
     "Look the field up in the schema of transactions; identifiers are strings, also where they "
     "consist of digits."},
    {RejectCode::kTooLong, "too_long", "is too long.", "Shorten it at the source."},
    {RejectCode::kUnknownWord, "unknown_word", "is none of the words it may be.",
     "Use a word of the schema of transactions, in lower case."},
    {RejectCode::kInvalidTime, "invalid_time", "is not a time.",
     "Send RFC 3339 with an offset and at most six fraction digits, as "
     "2026-03-05T08:59:59.000000Z, a date, or milliseconds since 1970 as an integer; years 1 to "
     "9999."},
    {RejectCode::kInvalidDate, "invalid_date", "is not a date.",
     "Send it as 2026-03-05; years 1 to 9999."},
    {RejectCode::kInvalidAmount, "invalid_amount", "is not a plain decimal.",
     "Send it as \"1234.56\": digits, at most one point, a minus before it if need be; no "
     "exponent, plus sign or thousands separator."},
    {RejectCode::kAmountDigits, "amount_digits", "has too many digits.",
     "At most 14 digits before the point and 4 after it (12 for a rate) are exact here."},
    {RejectCode::kInvalidCurrency, "invalid_currency", "is not three capital letters.",
     "Send the ISO 4217 code, such as EUR."},
    {RejectCode::kInvalidCountry, "invalid_country", "is not two capital letters.",
     "Send the ISO 3166 code, such as DE, or leave it out."},
    {RejectCode::kAmountOutOfRange, "amount_out_of_range",
     "is beyond what can be held in the base currency.",
     "Check the amount and the currency's rate: it is above nine million millions."},
    {RejectCode::kTimeInFuture, "time_in_future",
     "is more than 24 hours after the record was received.",
     "Check the sender's clock and time zone."},
};

constexpr bool AreInOrder() {
  size_t i = 0;
  for (const Wording& wording : kWordings) {
    if (static_cast<size_t>(wording.code) != i++) return false;
  }
  return i == static_cast<size_t>(kRejectCodeCount);
}
static_assert(AreInOrder());

const Wording& WordingOf(RejectCode code) {
  CHECK(static_cast<size_t>(code) < std::size(kWordings));
  return kWordings[static_cast<size_t>(code)];
}

}  // namespace

std::string_view RejectCodeName(RejectCode code) { return WordingOf(code).name; }

std::string Rejection::Text() const {
  const Wording& wording = WordingOf(code);
  std::string text = "The record ";
  if (!field.empty()) text = "The field " + std::string(field) + " ";
  const int limit = NativeFieldLimit(field);
  if (code == RejectCode::kTooLong && limit > 0) {
    text += "is longer than " + std::to_string(limit) + " characters.";
  } else if (code == RejectCode::kDuplicateKey && !field.empty()) {
    text += "is given twice in one object.";
  } else {
    text += wording.fault;
  }
  if (!wording.remedy.empty()) text.append(" ").append(wording.remedy);
  return text;
}

}  // namespace vigla
