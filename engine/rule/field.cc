// The fields that expressions may name, and how a leg yields them. Hot (ReadField), else warm.
#include "engine/rule/field.h"

#include <array>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "engine/base/check.h"
#include "engine/rule/rule_set.h"

namespace vigla {
namespace {

// The fields beside the well-known ones of field.h, in the table's order.
enum LeafField : FieldId {
  kFirstLeaf = field::kTimeZone + 1,
  kId = kFirstLeaf,
  kTimePrecision,
  kStatusReason,
  kPurpose,
  kRemittance,
  kEndToEndId,
  kUetr,
  kInstructedAmount,
  kInstructedCurrency,
  kRate,
  kCharges,
  kOriginalId,
  kVersion,
  kReplaces,
  kBooked,
  kValueDate,
  kSourceSystem,
  kSourceBusinessDate,
  kSourceSequence,
  kDeviceId,
  kDeviceIp,
  kDeviceCountry,
  kMerchantId,
  kMerchantCategory,
  kCard,
  kLocationBranch,
  kLocationRegion,
  kLocationCountry,
  kLocationLatitude,
  kLocationLongitude,
  kInitiator,
  kApprovers,
  kApprovalLimit,
  kInvoiceNumber,
  kInvoiceDate,
  kInvoicePurchaseOrder,
  kBatch,
  kTenant,
  kFirstPartyField,
};

// The fields that each of the five parties has, in the table's order.
enum PartyField : FieldId {
  kPartyAccount,
  kPartyAccountType,
  kPartyId,
  kPartyType,
  kPartyName,
  kPartyCountry,
  kPartyAgent,
  kPartyLei,
  kPartyBirthDate,
  kPartyStreet,
  kPartyTown,
  kPartyAddressCountry,
  kPartyBalanceAfter,
  kPartyFieldCount,
};

enum PartyRole { kDebtor, kCreditor, kUltimateDebtor, kUltimateCreditor, kInitiatingParty };

constexpr FieldInfo kLeaves[] = {
    {"amount", ValueType::kMoney, false, true, "the amount in the base currency",
     "900.00 EUR", "base currency"},
    {"amount.original", ValueType::kDecimal, false, true, "the amount as received, without unit",
     "900.00", "the transaction's currency"},
    {"currency", ValueType::kCurrency, false, true, "the currency of the amount as received",
     "EUR", "ISO 4217"},
    {"time", ValueType::kTime, false, true, "event time", "2026-03-02T09:00:00Z", "UTC"},
    {"kind", ValueType::kKind, false, true, "what sort of transaction it is", "cash_deposit"},
    {"status", ValueType::kStatus, false, true, "how far the transaction has come", "settled"},
    {"channel", ValueType::kChannel, true, true, "how it was brought in: branch, atm, online, …",
     "branch"},
    {"direction", ValueType::kDirection, false, true, "debit or credit, seen from the subject",
     "debit"},
    {"account", ValueType::kAccount, false, true, "the account on the subject's own side",
     "DE02120300000000202051"},
    {"counterparty", ValueType::kAccount, true, true, "the account on the other side",
     "DE02500105170137075030"},
    {"country", ValueType::kCountry, true, true, "the country of the other side", "DE", "ISO 3166"},
    {"attributes.", ValueType::kString, true, false, "a field that is not in this table, by path",
     "VIP"},
    {"party", ValueType::kString, true, false, "the customer on the subject's own side", "C-4711"},
    {"counterparty_party", ValueType::kString, true, false, "the customer on the other side",
     "C-0815"},
    {"tz", ValueType::kString, true, false, "IANA time zone of the transaction",
     "Europe/Berlin", "IANA zone"},
    {"id", ValueType::kString, false, false, "the source's identifier", "tx-1"},
    {"time_precision", ValueType::kString, false, false, "us, second or day", "second"},
    {"status.reason", ValueType::kString, true, false, "why it has that status",
     "insufficient funds"},
    {"purpose", ValueType::kString, true, false, "purpose code", "SALA", "ISO 20022"},
    {"remittance", ValueType::kString, true, false, "what the payer wrote", "invoice 2026-17"},
    {"end_to_end_id", ValueType::kString, true, false, "the payer's reference, kept end to end",
     "E2E-17"},
    {"uetr", ValueType::kString, true, false, "unique end-to-end transaction reference",
     "eb6305c9-1f7f-49de-aed0-16487c27b42d", "RFC 4122"},
    {"instructed_amount", ValueType::kDecimal, true, false, "amount before conversion, no unit",
     "980.00", "instructed_currency"},
    {"instructed_currency", ValueType::kCurrency, true, false, "its currency", "USD", "ISO 4217"},
    {"rate", ValueType::kDecimal, true, false, "exchange rate the transaction states", "0.9184"},
    {"charges", ValueType::kDecimal, true, false, "charges, without unit",
     "1.50", "the transaction's currency"},
    {"original_id", ValueType::kString, true, false, "what it returns or reverses", "tx-0"},
    {"version", ValueType::kString, true, false, "version of a corrected transaction", "2"},
    {"replaces", ValueType::kString, true, false, "what it corrects", "tx-0"},
    {"booked", ValueType::kTime, true, false, "when it was booked", "2026-03-02T09:00:05Z", "UTC"},
    {"value_date", ValueType::kTime, true, false, "value date, as midnight UTC",
     "2026-03-03", "UTC"},
    {"source.system", ValueType::kString, true, false, "the system that sent it", "core-bank"},
    {"source.business_date", ValueType::kString, true, false, "that system's business date",
     "2026-03-02"},
    {"source.sequence", ValueType::kString, true, false, "that system's running number", "123456"},
    {"device.id", ValueType::kString, true, false, "the device used", "d-77"},
    {"device.ip", ValueType::kString, true, false, "its IP address", "192.0.2.10", "IP address"},
    {"device.country", ValueType::kCountry, true, false, "the country it was in", "DE", "ISO 3166"},
    {"merchant.id", ValueType::kString, true, false, "the merchant", "m-9"},
    {"merchant.category", ValueType::kString, true, false, "ISO 18245 category",
     "5411", "ISO 18245"},
    {"card", ValueType::kString, true, false, "token of the card", "tok_19"},
    {"location.branch", ValueType::kString, true, false, "branch", "0042"},
    {"location.region", ValueType::kString, true, false, "region", "north"},
    {"location.country", ValueType::kCountry, true, false, "country of the place",
     "DE", "ISO 3166"},
    {"location.lat", ValueType::kDecimal, true, false, "latitude in degrees", "52.52", "degrees"},
    {"location.lon", ValueType::kDecimal, true, false, "longitude in degrees", "13.41", "degrees"},
    {"initiator", ValueType::kString, true, false, "who entered it", "u-12"},
    {"approvers", ValueType::kList, true, false, "who approved it: a list of strings", "u-13"},
    {"approval_limit", ValueType::kDecimal, true, false, "the initiator's limit, without unit",
     "5000", "the transaction's currency"},
    {"invoice.number", ValueType::kString, true, false, "invoice number", "R-2026-17"},
    {"invoice.date", ValueType::kString, true, false, "invoice date, as received", "2026-02-27"},
    {"invoice.po", ValueType::kString, true, false, "purchase order", "PO-3"},
    {"batch", ValueType::kString, true, false, "the batch it came in", "b-5"},
    {"tenant", ValueType::kString, true, false, "part of every key where set", "bank-a"},
};
static_assert(std::size(kLeaves) == kFirstPartyField);

constexpr FieldInfo kPartyFields[] = {
    {"account", ValueType::kAccount, true, false, "account, normalised", "DE02120300000000202051"},
    {"account_type", ValueType::kString, true, false, "type of the account", "current"},
    {"party", ValueType::kString, true, false, "stable customer id", "C-4711"},
    {"type", ValueType::kString, true, false, "person, company, …", "person"},
    {"name", ValueType::kString, true, false, "name", "Dora Doe"},
    {"country", ValueType::kCountry, true, false, "country", "DE", "ISO 3166"},
    {"agent", ValueType::kString, true, false, "the institution that services the account",
     "DEUTDEFF", "BIC, ISO 9362"},
    {"lei", ValueType::kString, true, false, "legal entity identifier",
     "529900T8BM49AURSDO55", "ISO 17442"},
    {"birth_date", ValueType::kString, true, false, "date of birth, as received", "1980-05-17"},
    {"address.street", ValueType::kString, true, false, "street", "Main Street 1"},
    {"address.town", ValueType::kString, true, false, "town", "Berlin"},
    {"address.country", ValueType::kCountry, true, false, "country of the address",
     "DE", "ISO 3166"},
    {"balance_after", ValueType::kDecimal, true, false, "balance afterwards, without unit",
     "1200.00", "the transaction's currency"},
};
static_assert(std::size(kPartyFields) == kPartyFieldCount);

constexpr std::string_view kRoleNames[] = {"debtor", "creditor", "ultimate_debtor",
                                           "ultimate_creditor", "initiating_party"};
constexpr size_t kFieldCount =
    kFirstPartyField + std::size(kRoleNames) * static_cast<size_t>(kPartyFieldCount);

// The table with its names; built once, never freed.
struct Table {
  std::vector<std::string> names;  // of the parties' fields
  std::vector<FieldInfo> fields;
  absl::flat_hash_map<std::string_view, FieldId> by_name;

  Table() {
    names.reserve(kFieldCount);
    fields.assign(std::begin(kLeaves), std::end(kLeaves));
    for (std::string_view role : kRoleNames) {
      for (const FieldInfo& leaf : kPartyFields) {
        names.push_back(std::string(role) + "." + std::string(leaf.name));
        FieldInfo info = leaf;
        info.name = names.back();
        fields.push_back(info);
      }
    }
    for (size_t i = 0; i < fields.size(); ++i) by_name[fields[i].name] = static_cast<FieldId>(i);
  }
};

const Table& TheTable() {
  static const Table* const table = new Table();
  return *table;
}

Value Country(CountryCode code) {
  Value value = Value::Integer(ValueType::kCountry, code.packed);
  value.known = code.IsKnown();
  return value;
}

Value Currency(CurrencyCode code) {
  Value value = Value::Integer(ValueType::kCurrency, code.packed);
  value.known = code.IsKnown();
  return value;
}

Value String(std::string_view text) { return Value::Text(ValueType::kString, text); }

Value Decimal(const std::optional<OriginalAmount>& amount) {
  if (!amount) return Value::Unknown(ValueType::kDecimal);
  return Value::Numeric(ValueType::kDecimal, Number::Scaled(amount->ten_thousandths, 4));
}

// A coordinate as received, to 12 fraction digits at most.
Value DecimalText(std::string_view text) {
  constexpr size_t kDigitsMax = 12;
  const size_t point = text.find('.');
  if (point != std::string_view::npos) text = text.substr(0, point + 1 + kDigitsMax);
  const ParsedDecimal parsed = ParseDecimal(text, 14, kDigitsMax);
  if (text.empty() || parsed.error != DecimalError::kNone) {
    return Value::Unknown(ValueType::kDecimal);
  }
  return Value::Numeric(ValueType::kDecimal, Number::Scaled(parsed.value, 12));
}

std::string_view PrecisionName(TimePrecision precision) {
  switch (precision) {
    case TimePrecision::kMicrosecond: return "us";
    case TimePrecision::kSecond: return "second";
    case TimePrecision::kDay: return "day";
  }
  return "us";
}

Value ReadPartyField(const Party& party, FieldId leaf) {
  static constexpr PartyDetails kNone{};
  const PartyDetails& details = party.details != nullptr ? *party.details : kNone;
  switch (leaf) {
    case kPartyAccount: return Value::Account(party.account_hash, party.account);
    case kPartyAccountType: return String(details.account_type);
    case kPartyId: return String(party.party);
    case kPartyType: return String(details.type);
    case kPartyName: return String(details.name);
    case kPartyCountry: return Country(party.country);
    case kPartyAgent: return String(details.agent);
    case kPartyLei: return String(details.lei);
    case kPartyBirthDate: return String(details.birth_date);
    case kPartyStreet: return String(details.address.street);
    case kPartyTown: return String(details.address.town);
    case kPartyAddressCountry: return Country(details.address.country);
    case kPartyBalanceAfter: return Decimal(details.balance_after);
    default: CHECK(false);
  }
}

Value ReadAttribute(const TransactionDetails& details, const std::string& path) {
  for (const Attribute& attribute : details.attributes) {
    if (attribute.path == path) return String(attribute.text);
  }
  return Value::Unknown(ValueType::kString);
}

// What few transactions carry: `details` is a blank one where the transaction has none.
Value ReadDetail(const TransactionDetails& details, FieldId id) {
  switch (id) {
    case field::kTimeZone: return String(details.tz);
    case kStatusReason: return String(details.status_reason);
    case kPurpose: return String(details.purpose);
    case kRemittance: return String(details.remittance);
    case kEndToEndId: return String(details.end_to_end_id);
    case kUetr: return String(details.uetr);
    case kInstructedAmount: return Decimal(details.instructed_amount);
    case kInstructedCurrency: return Currency(details.instructed_currency);
    case kRate:
      if (!details.rate) return Value::Unknown(ValueType::kDecimal);
      return Value::Numeric(ValueType::kDecimal, Number::Scaled(*details.rate, 12));
    case kCharges: return Decimal(details.charges);
    case kOriginalId: return String(details.original_id);
    case kVersion: return String(details.version);
    case kReplaces: return String(details.replaces);
    case kBooked:
      if (!details.booked) return Value::Unknown(ValueType::kTime);
      return Value::Integer(ValueType::kTime, details.booked->us);
    case kValueDate:
      if (!details.value_date) return Value::Unknown(ValueType::kTime);
      return Value::Integer(ValueType::kTime, *details.value_date * kDayUs);
    case kSourceSystem: return String(details.source_system);
    case kSourceBusinessDate: return String(details.source_business_date);
    case kSourceSequence: return String(details.source_sequence);
    case kDeviceId: return String(details.device);
    case kDeviceIp: return String(details.device_ip);
    case kDeviceCountry: return Country(details.device_country);
    case kMerchantId: return String(details.merchant);
    case kMerchantCategory: return String(details.merchant_category);
    case kCard: return String(details.card);
    case kLocationBranch: return String(details.location_branch);
    case kLocationRegion: return String(details.location_region);
    case kLocationCountry: return Country(details.location_country);
    case kLocationLatitude: return DecimalText(details.location_latitude);
    case kLocationLongitude: return DecimalText(details.location_longitude);
    case kInitiator: return String(details.initiator);
    case kApprovers: return Value::Items(details.approvers);
    case kApprovalLimit: return Decimal(details.approval_limit);
    case kInvoiceNumber: return String(details.invoice_number);
    case kInvoiceDate: return String(details.invoice_date);
    case kInvoicePurchaseOrder: return String(details.invoice_purchase_order);
    case kBatch: return String(details.batch);
    default: CHECK(false);
  }
}

const Party& PartyOf(const Transaction& transaction, const TransactionDetails& details,
                     int role) {
  switch (role) {
    case kDebtor: return transaction.debtor;
    case kCreditor: return transaction.creditor;
    case kUltimateDebtor: return details.ultimate_debtor;
    case kUltimateCreditor: return details.ultimate_creditor;
    default: return details.initiating_party;
  }
}

}  // namespace

std::span<const FieldInfo> FieldTable() { return TheTable().fields; }

std::optional<FieldId> FindField(std::string_view name) {
  const FieldInfo& attribute = kLeaves[field::kAttribute];
  if (name.size() > attribute.name.size() && name.starts_with(attribute.name)) {
    return field::kAttribute;
  }
  const auto found = TheTable().by_name.find(name);
  if (found == TheTable().by_name.end() || found->second == field::kAttribute) {
    return std::nullopt;
  }
  return found->second;
}

Value ReadAnyField(const Leg& leg, FieldRef field, const RuleSet& rule_set) {
  static constexpr TransactionDetails kNone{};
  const Transaction& transaction = *leg.transaction;
  switch (field.id) {
    case field::kAmount:
      if (!leg.has_base_amount) return Value::Unknown(ValueType::kMoney);
      return Value::Money(leg.base_amount);
    case field::kAmountOriginal:
      return Value::Numeric(ValueType::kDecimal,
                            Number::Scaled(transaction.amount.ten_thousandths, 4));
    case field::kCurrency: return Currency(transaction.currency);
    case field::kTime: return Value::Integer(ValueType::kTime, transaction.time.us);
    case field::kKind:
      return Value::Integer(ValueType::kKind, static_cast<int64_t>(transaction.kind));
    case field::kStatus:
      return Value::Integer(ValueType::kStatus, static_cast<int64_t>(transaction.status));
    case field::kChannel: return Value::Text(ValueType::kChannel, transaction.channel);
    case field::kDirection:
      return Value::Integer(ValueType::kDirection, static_cast<int64_t>(leg.direction));
    case field::kAccount: return Value::Account(leg.Own().account_hash, leg.Own().account);
    case field::kCounterparty:
      return Value::Account(leg.Other().account_hash, leg.Other().account);
    case field::kCountry: return Country(leg.Other().country);
    case field::kParty: return String(leg.Own().party);
    case field::kCounterpartyParty: return String(leg.Other().party);
    case kId: return String(transaction.id);
    case kTimePrecision: return String(PrecisionName(transaction.precision));
    case kTenant: return String(transaction.tenant);
    default: break;
  }
  const TransactionDetails& details =
      transaction.details != nullptr ? *transaction.details : kNone;
  if (field.id == field::kAttribute) {
    return ReadAttribute(details, rule_set.attribute_paths[field.attribute]);
  }
  if (field.id < kFirstPartyField) return ReadDetail(details, field.id);
  CHECK(field.id < kFieldCount);
  const int place = field.id - kFirstPartyField;
  return ReadPartyField(PartyOf(transaction, details, place / kPartyFieldCount),
                        static_cast<FieldId>(place % kPartyFieldCount));
}

}  // namespace vigla
