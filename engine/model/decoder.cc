// One walk over a record's tokens, each member read as the table of native fields says. Hot.
// A fault in the text itself outranks a fault in a field, wherever the two stand; of two faults
// in fields the first one counts. So a field's fault is noted and the walk goes on to the end.
#include "engine/model/decoder.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <vector>

#include "engine/base/check.h"
#include "engine/model/json_reader.h"
#include "engine/model/native_field.h"
#include "engine/model/subject.h"

namespace vigla {
namespace {

constexpr int kAmountIntegerDigits = 14;
constexpr int kAmountFractionDigits = 4;
constexpr int kRateFractionDigits = 12;
// Fields outside the table beyond these are read over: rules can't reach them. The two bound
// what a record of 1 MiB can make of an arena.
constexpr size_t kAttributePathBytesMax = 128;
constexpr size_t kAttributesMax = 1024;

// 0 is no limit.
bool IsWithin(std::string_view text, size_t code_points_max) {
  if (code_points_max == 0 || text.size() <= code_points_max) return true;
  const auto is_first_byte = [](char c) { return (static_cast<uint8_t>(c) & 0xC0) != 0x80; };
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), is_first_byte)) <=
         code_points_max;
}

// Escapes are undone where they stand.
bool HasEscapes(std::string_view record) { return record.find('\\') != std::string_view::npos; }

char* PaddedCopy(std::string_view record, Arena* arena) {
  static_assert(Decoder::kPaddingBytes >= JsonReader::kPaddingBytes);
  char* const copy =
      static_cast<char*>(arena->Allocate(record.size() + JsonReader::kPaddingBytes, 1));
  std::memcpy(copy, record.data(), record.size());
  return copy;
}

bool IsNormalised(std::string_view account) {
  return std::none_of(account.begin(), account.end(),
                      [](char c) { return c == ' ' || (c >= 'a' && c <= 'z'); });
}

RejectCode CodeOf(DecimalError error) {
  return error == DecimalError::kSyntax ? RejectCode::kInvalidAmount : RejectCode::kAmountDigits;
}

RejectCode CodeOf(JsonError error) {
  switch (error) {
    case JsonError::kEmpty:
      return RejectCode::kEmpty;
    case JsonError::kInvalidUtf8:
      return RejectCode::kInvalidUtf8;
    case JsonError::kDepth:
      return RejectCode::kDepth;
    case JsonError::kDuplicateKey:
      return RejectCode::kDuplicateKey;
    case JsonError::kNone:
    case JsonError::kSyntax:
      break;
  }
  return RejectCode::kSyntax;
}

bool IsDecimal(FieldType type) {
  return type == FieldType::kAmount || type == FieldType::kDecimal || type == FieldType::kRate;
}

// Whether a member may be a JSON number as well as a string.
bool TakesNumber(FieldType type) {
  return IsDecimal(type) || type == FieldType::kTime || type == FieldType::kMoment ||
         type == FieldType::kCoordinate;
}

std::optional<ParsedTime> ReadTime(std::string_view text, bool is_number) {
  if (!is_number) return ParseTime(text);
  int64_t epoch_ms = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), epoch_ms);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  const std::optional<EventTime> time = TimeOfEpochMs(epoch_ms);
  if (!time) return std::nullopt;
  return ParsedTime{*time, TimePrecision::kMicrosecond};
}

RejectCode SetPrecision(std::string_view word, Draft* draft) {
  if (word == "us") {
    draft->stated_precision = TimePrecision::kMicrosecond;
  } else if (word == "second") {
    draft->stated_precision = TimePrecision::kSecond;
  } else if (word == "day") {
    draft->stated_precision = TimePrecision::kDay;
  } else {
    return RejectCode::kUnknownWord;
  }
  return RejectCode::kNone;
}

RejectCode SetDecimal(const NativeField& field, std::string_view text, Draft* draft) {
  const bool is_rate = field.type == FieldType::kRate;
  const ParsedDecimal decimal = ParseDecimal(text, kAmountIntegerDigits,
                                             is_rate ? kRateFractionDigits : kAmountFractionDigits);
  if (decimal.error != DecimalError::kNone) return CodeOf(decimal.error);
  if (is_rate) {
    *static_cast<std::optional<Int128>*>(field.slot(draft)) = decimal.value;
    return RejectCode::kNone;
  }
  const OriginalAmount amount{static_cast<int64_t>(decimal.value)};
  if (field.type == FieldType::kAmount) {
    *static_cast<OriginalAmount*>(field.slot(draft)) = amount;
    draft->transaction->amount_fraction_digits = decimal.fraction_digits;
    draft->has_amount = true;
  } else {
    *static_cast<std::optional<OriginalAmount>*>(field.slot(draft)) = amount;
  }
  return RejectCode::kNone;
}

RejectCode SetTime(const NativeField& field, std::string_view text, bool is_number, Draft* draft) {
  const std::optional<ParsedTime> parsed = ReadTime(text, is_number);
  if (!parsed) return RejectCode::kInvalidTime;
  if (field.type == FieldType::kMoment) {
    *static_cast<std::optional<EventTime>*>(field.slot(draft)) = parsed->time;
    return RejectCode::kNone;
  }
  *static_cast<EventTime*>(field.slot(draft)) = parsed->time;
  draft->is_bare_date = parsed->precision == TimePrecision::kDay;
  draft->has_time = true;
  return RejectCode::kNone;
}

// Puts a parsed value into the field's slot; `code` where there is none.
template <typename Slot, typename Value>
RejectCode Put(const std::optional<Value>& value, RejectCode code, const NativeField& field,
               Draft* draft) {
  if (!value) return code;
  *static_cast<Slot*>(field.slot(draft)) = *value;
  return RejectCode::kNone;
}

RejectCode SetText(const NativeField& field, std::string_view text, Draft* draft) {
  if (!IsWithin(text, field.code_points_max)) return RejectCode::kTooLong;
  if (field.type == FieldType::kAccount && !IsNormalised(text)) {
    text = NormaliseAccount(text, draft->arena);
  }
  *static_cast<std::string_view*>(field.slot(draft)) = text;
  return RejectCode::kNone;
}

// A string or number that a field holds; an empty string is an absent one, but not for decimals.
RejectCode SetScalar(const NativeField& field, std::string_view text, bool is_number,
                     Draft* draft) {
  if (text.empty() && !IsDecimal(field.type)) return RejectCode::kNone;
  switch (field.type) {
    case FieldType::kText:
    case FieldType::kAccount:
    case FieldType::kCoordinate:
      return SetText(field, text, draft);
    case FieldType::kAmount:
    case FieldType::kDecimal:
    case FieldType::kRate:
      return SetDecimal(field, text, draft);
    case FieldType::kTime:
    case FieldType::kMoment:
      return SetTime(field, text, is_number, draft);
    case FieldType::kPrecision:
      return SetPrecision(text, draft);
    case FieldType::kCurrency:
      return Put<CurrencyCode>(CurrencyCode::Parse(text), RejectCode::kInvalidCurrency, field,
                               draft);
    case FieldType::kCountry:
      return Put<CountryCode>(CountryCode::Parse(text), RejectCode::kInvalidCountry, field, draft);
    case FieldType::kKind:
      return Put<Kind>(ParseKind(text), RejectCode::kUnknownWord, field, draft);
    case FieldType::kStatusCode:
    case FieldType::kStatus:
      return Put<StatusCode>(ParseStatus(text), RejectCode::kUnknownWord, field, draft);
    case FieldType::kDate:
      return Put<std::optional<int32_t>>(ParseDate(text), RejectCode::kInvalidDate, field, draft);
    case FieldType::kObject:
    case FieldType::kParty:
    case FieldType::kPartyList:
    case FieldType::kTextList:
      break;
  }
  CHECK(false);
}

template <typename T>
std::span<const T> CopyOf(const std::vector<T>& list, Arena* arena) {
  if (list.empty()) return {};
  T* const copy = arena->NewArray<T>(list.size());
  std::copy(list.begin(), list.end(), copy);
  return {copy, list.size()};
}

}  // namespace

class Decoder::Impl {
 public:
  explicit Impl(const KeyedHasher* hasher) : hasher_(hasher), reader_(kRecordBytesMax, kDepthMax) {}

  Rejection Decode(std::string_view record, bool is_padded, Arena* arena,
                   Transaction* transaction);

 private:
  bool ReadMembers(const NativeFieldTable& table);
  bool ReadMember(const NativeField& field);
  bool ReadScalar(const NativeField& field);
  bool ReadParty(const NativeField& field, Party* party);
  bool ReadPartyList(const NativeField& field);
  bool ReadTextList(const NativeField& field);
  bool ReadUnknown(std::string_view key);
  bool ReadAttribute(std::string_view key);
  void AddAttribute(std::string_view key, std::string_view text);
  bool RefuseType(const NativeField& field);
  void Refuse(RejectCode code, std::string_view name);
  std::string_view PathOf(std::string_view name) const;
  Rejection FaultOfText() const { return {CodeOf(reader_.error()), duplicate_}; }
  void RefuseMissing();
  void Finish();
  void HashAccount(Party* party) const;

  const KeyedHasher* const hasher_;
  JsonReader reader_;
  Draft draft_;
  Rejection fault_of_field_;               // the first one
  std::string_view duplicate_;             // path of the known member that was given twice
  std::vector<std::string_view> parents_;  // names of the known objects that are open
  bool is_in_list_ = false;                // of parties: what they hold besides is unreachable
  std::string attribute_path_;
  std::vector<Attribute> attributes_;
  std::vector<std::string_view> texts_;
  std::vector<Party> parties_;  // the intermediaries
};

Rejection Decoder::Impl::Decode(std::string_view record, bool is_padded, Arena* arena,
                                Transaction* transaction) {
  if (record.empty()) return {RejectCode::kEmpty, ""};
  if (record.size() > kRecordBytesMax) return {RejectCode::kTooLarge, ""};
  *transaction = Transaction();
  draft_ = Draft();
  draft_.arena = arena;
  draft_.transaction = transaction;
  fault_of_field_ = Rejection();
  duplicate_ = {};
  parents_.clear();
  attributes_.clear();
  parties_.clear();
  // Most texts of the transaction are pieces of it.
  char* const text = is_padded && !HasEscapes(record) ? const_cast<char*>(record.data())
                                                      : PaddedCopy(record, arena);
  if (!reader_.Start(text, record.size())) return FaultOfText();
  if (reader_.Peek() != '{') {
    return reader_.SkipValue() ? Rejection{RejectCode::kNotAnObject, ""} : FaultOfText();
  }
  if (!ReadMembers(kRecordFields)) return FaultOfText();
  if (!reader_.IsAtEnd()) return {RejectCode::kTrailingBytes, ""};
  if (fault_of_field_.code == RejectCode::kNone) RefuseMissing();
  if (fault_of_field_.code == RejectCode::kNone) Finish();
  return fault_of_field_;
}

bool Decoder::Impl::ReadMembers(const NativeFieldTable& table) {
  uint64_t seen = 0;
  return reader_.ReadObject([this, &table, &seen](std::string_view key) {
    const int index = table.Find(key);
    if (index < 0) {
      reader_.RememberKey(key);
      return ReadUnknown(key);
    }
    const uint64_t bit = uint64_t{1} << index;
    if ((seen & bit) != 0) {
      duplicate_ = PathOf(key);
      return reader_.FailDuplicateKey();
    }
    seen |= bit;
    return ReadMember(table.fields[static_cast<size_t>(index)]);
  });
}

bool Decoder::Impl::ReadMember(const NativeField& field) {
  const char first = reader_.Peek();
  if (first == 'n') return reader_.ReadLiteral();  // null is as good as absent
  bool is_read = true;
  switch (field.type) {
    case FieldType::kPartyList:
      return first == '[' ? ReadPartyList(field) : RefuseType(field);
    case FieldType::kTextList:
      return first == '[' ? ReadTextList(field) : RefuseType(field);
    case FieldType::kParty:
      if (first != '{') return RefuseType(field);
      return ReadParty(field, static_cast<Party*>(field.slot(&draft_)));
    case FieldType::kObject:
    case FieldType::kStatus:
      if (field.type == FieldType::kStatus && first == '"') return ReadScalar(field);
      if (first != '{') return RefuseType(field);
      parents_.push_back(field.name);
      is_read = ReadMembers(*field.members);
      parents_.pop_back();
      return is_read;
    default:
      return ReadScalar(field);
  }
}

bool Decoder::Impl::ReadScalar(const NativeField& field) {
  std::string_view text;
  const bool is_number = reader_.IsNumberNext();
  if (is_number && TakesNumber(field.type)) {
    if (!reader_.ReadNumber(&text)) return false;
  } else if (reader_.Peek() == '"') {
    if (!reader_.ReadString(&text)) return false;
  } else {
    return RefuseType(field);
  }
  const RejectCode code = SetScalar(field, text, is_number, &draft_);
  if (code != RejectCode::kNone) Refuse(code, field.name);
  return true;
}

bool Decoder::Impl::ReadParty(const NativeField& field, Party* party) {
  draft_.party = party;
  draft_.party_details = nullptr;
  parents_.push_back(field.name);
  const bool is_read = ReadMembers(*field.members);
  parents_.pop_back();
  party->details = draft_.party_details;
  return is_read;
}

bool Decoder::Impl::ReadPartyList(const NativeField& field) {
  is_in_list_ = true;
  const bool is_read = reader_.ReadArray([this, &field] {
    const char first = reader_.Peek();
    if (first == 'n') return reader_.ReadLiteral();
    if (first != '{') return RefuseType(field);
    parties_.emplace_back();
    return ReadParty(field, &parties_.back());
  });
  is_in_list_ = false;
  return is_read;
}

bool Decoder::Impl::ReadTextList(const NativeField& field) {
  texts_.clear();
  const bool is_read = reader_.ReadArray([this, &field] {
    const char first = reader_.Peek();
    if (first == 'n') return reader_.ReadLiteral();
    if (first != '"') return RefuseType(field);
    std::string_view text;
    if (!reader_.ReadString(&text)) return false;
    if (!IsWithin(text, field.code_points_max)) Refuse(RejectCode::kTooLong, field.name);
    if (!text.empty()) texts_.push_back(text);
    return true;
  });
  if (is_read && !texts_.empty()) {
    *static_cast<std::span<const std::string_view>*>(field.slot(&draft_)) =
        CopyOf(texts_, draft_.arena);
  }
  return is_read;
}

bool Decoder::Impl::ReadUnknown(std::string_view key) {
  if (is_in_list_) return reader_.SkipValue();
  attribute_path_.clear();
  for (const std::string_view parent : parents_) attribute_path_.append(parent).append(".");
  return ReadAttribute(key);
}

// Strings and numbers are kept under the names of the objects around them, joined by dots; what
// else there is, is only checked.
bool Decoder::Impl::ReadAttribute(std::string_view key) {
  const size_t parent_bytes = attribute_path_.size();
  if (parent_bytes + key.size() > kAttributePathBytesMax) return reader_.SkipValue();
  std::string_view text;
  if (reader_.Peek() == '{') {
    attribute_path_.append(key).append(".");
    const bool is_read = reader_.ReadObject([this](std::string_view member) {
      reader_.RememberKey(member);
      return ReadAttribute(member);
    });
    attribute_path_.resize(parent_bytes);
    return is_read;
  }
  if (reader_.Peek() == '"') {
    if (!reader_.ReadString(&text)) return false;
  } else if (reader_.IsNumberNext()) {
    if (!reader_.ReadNumber(&text)) return false;
  } else {
    return reader_.SkipValue();
  }
  if (!text.empty()) AddAttribute(key, text);
  return true;
}

void Decoder::Impl::AddAttribute(std::string_view key, std::string_view text) {
  if (attributes_.size() == kAttributesMax) return;
  std::string_view path = key;
  if (!attribute_path_.empty()) {
    const size_t parent_bytes = attribute_path_.size();
    path = draft_.arena->Copy(attribute_path_.append(key));
    attribute_path_.resize(parent_bytes);
  }
  attributes_.push_back({path, text});
}

bool Decoder::Impl::RefuseType(const NativeField& field) {
  Refuse(RejectCode::kWrongType, field.name);
  return reader_.SkipValue();
}

void Decoder::Impl::Refuse(RejectCode code, std::string_view name) {
  if (fault_of_field_.code == RejectCode::kNone) fault_of_field_ = {code, PathOf(name)};
}

std::string_view Decoder::Impl::PathOf(std::string_view name) const {
  std::string_view path;
  for (const std::string_view parent : parents_) path = NativeFieldPath(path, parent);
  return NativeFieldPath(path, name);
}

void Decoder::Impl::RefuseMissing() {
  const Transaction& transaction = *draft_.transaction;
  if (transaction.id.empty()) return Refuse(RejectCode::kMissingField, "id");
  if (!draft_.has_time) return Refuse(RejectCode::kMissingField, "time");
  if (!draft_.has_amount) return Refuse(RejectCode::kMissingField, "amount");
  if (!transaction.currency.IsKnown()) return Refuse(RejectCode::kMissingField, "currency");
  if (transaction.debtor.account.empty() && transaction.creditor.account.empty()) {
    fault_of_field_ = {RejectCode::kMissingField, NativeFieldPath("debtor", "account")};
  }
}

void Decoder::Impl::Finish() {
  Transaction* const transaction = draft_.transaction;
  transaction->precision = draft_.is_bare_date ? TimePrecision::kDay : draft_.stated_precision;
  if (!attributes_.empty()) draft_.Details()->attributes = CopyOf(attributes_, draft_.arena);
  if (!parties_.empty()) {
    for (Party& party : parties_) HashAccount(&party);
    draft_.Details()->intermediaries = CopyOf(parties_, draft_.arena);
  }
  HashAccount(&transaction->debtor);
  HashAccount(&transaction->creditor);
  if (draft_.details != nullptr) {
    HashAccount(&draft_.details->ultimate_debtor);
    HashAccount(&draft_.details->ultimate_creditor);
    HashAccount(&draft_.details->initiating_party);
  }
  transaction->details = draft_.details;
}

void Decoder::Impl::HashAccount(Party* party) const {
  if (party->account.empty()) return;
  party->account_hash = IdentityHash(*hasher_, static_cast<uint8_t>(SubjectKind::kAccount),
                                     draft_.transaction->tenant, party->account);
}

Decoder::Decoder(const KeyedHasher* hasher) : impl_(std::make_unique<Impl>(hasher)) {}
Decoder::~Decoder() = default;

Rejection Decoder::Decode(std::string_view record, Arena* arena, Transaction* transaction) {
  return impl_->Decode(record, /*is_padded=*/false, arena, transaction);
}

Rejection Decoder::DecodeInPlace(std::string_view record, Arena* arena,
                                 Transaction* transaction) {
  return impl_->Decode(record, /*is_padded=*/true, arena, transaction);
}

std::string_view NormaliseAccount(std::string_view account, Arena* arena) {
  char* const begin = static_cast<char*>(arena->Allocate(std::max<size_t>(account.size(), 1), 1));
  char* end = begin;
  for (const char c : account) {
    if (c == ' ') continue;
    *end++ = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return {begin, static_cast<size_t>(end - begin)};
}

}  // namespace vigla
