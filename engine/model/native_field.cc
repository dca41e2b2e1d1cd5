// The one table of members, types and limits of a native record. Hot.
#include "engine/model/native_field.h"

#include <map>
#include <string>

namespace vigla {
namespace {

// Limits in code points. Only the transaction's id and its channel have one by design: refusing a
// payment for a long name would hide it from surveillance. What bounds the rest is the record.
constexpr uint16_t kTransactionIdMax = 64;
constexpr uint16_t kChannelMax = 32;
constexpr uint16_t kTextMax = 0;  // no limit

template <auto kMember>
void* Own(Draft* draft) {
  return &(draft->transaction->*kMember);
}
template <auto kMember>
void* Detail(Draft* draft) {
  return &(draft->Details()->*kMember);
}
template <auto kMember>
void* OfParty(Draft* draft) {
  return &(draft->party->*kMember);
}
template <auto kMember>
void* PartyDetail(Draft* draft) {
  return &(draft->OfParty()->*kMember);
}
template <auto kMember>
void* AddressDetail(Draft* draft) {
  return &(draft->OfParty()->address.*kMember);
}
void* Nothing(Draft*) { return nullptr; }

// Tries multipliers until no two names share a slot.
constexpr NativeFieldTable MakeTable(std::span<const NativeField> fields) {
  NativeFieldTable table;
  table.fields = fields;
  for (uint32_t multiplier = 0x9E3779B1;; multiplier += 0x3C6EF372) {
    table.multiplier = multiplier;
    table.index_of_slot = {};
    bool is_free = true;
    for (size_t i = 0; i < fields.size() && is_free; ++i) {
      const uint32_t slot = NativeFieldTable::SlotOf(fields[i].name, multiplier);
      is_free = table.index_of_slot[slot] == 0;
      table.index_of_slot[slot] = static_cast<uint8_t>(i + 1);
    }
    if (is_free) return table;
  }
}

using T = FieldType;
using D = TransactionDetails;

constexpr NativeField kAddressList[] = {
    {"street", T::kText, AddressDetail<&Address::street>, kTextMax},
    {"town", T::kText, AddressDetail<&Address::town>, kTextMax},
    {"country", T::kCountry, AddressDetail<&Address::country>},
};
constexpr NativeFieldTable kAddress = MakeTable(kAddressList);

constexpr NativeField kPartyList[] = {
    {"account", T::kAccount, OfParty<&Party::account>, kTextMax},
    {"account_type", T::kText, PartyDetail<&PartyDetails::account_type>, kTextMax},
    {"party", T::kText, OfParty<&Party::party>, kTextMax},
    {"type", T::kText, PartyDetail<&PartyDetails::type>, kTextMax},
    {"name", T::kText, PartyDetail<&PartyDetails::name>, kTextMax},
    {"country", T::kCountry, OfParty<&Party::country>},
    {"agent", T::kText, PartyDetail<&PartyDetails::agent>, kTextMax},
    {"lei", T::kText, PartyDetail<&PartyDetails::lei>, kTextMax},
    {"birth_date", T::kText, PartyDetail<&PartyDetails::birth_date>, kTextMax},
    {"address", T::kObject, Nothing, 0, &kAddress},
    {"balance_after", T::kDecimal, PartyDetail<&PartyDetails::balance_after>},
};
constexpr NativeFieldTable kParty = MakeTable(kPartyList);

constexpr NativeField kStatusList[] = {
    {"code", T::kStatusCode, Own<&Transaction::status>},
    {"reason", T::kText, Detail<&D::status_reason>, kTextMax},
};
constexpr NativeFieldTable kStatus = MakeTable(kStatusList);

constexpr NativeField kSourceList[] = {
    {"system", T::kText, Detail<&D::source_system>, kTextMax},
    {"business_date", T::kText, Detail<&D::source_business_date>, kTextMax},
    {"sequence", T::kText, Detail<&D::source_sequence>, kTextMax},
};
constexpr NativeFieldTable kSource = MakeTable(kSourceList);

constexpr NativeField kDeviceList[] = {
    {"id", T::kText, Detail<&D::device>, kTextMax},
    {"ip", T::kText, Detail<&D::device_ip>, kTextMax},
    {"country", T::kCountry, Detail<&D::device_country>},
};
constexpr NativeFieldTable kDevice = MakeTable(kDeviceList);

constexpr NativeField kMerchantList[] = {
    {"id", T::kText, Detail<&D::merchant>, kTextMax},
    {"category", T::kText, Detail<&D::merchant_category>, kTextMax},
};
constexpr NativeFieldTable kMerchant = MakeTable(kMerchantList);

constexpr NativeField kLocationList[] = {
    {"branch", T::kText, Detail<&D::location_branch>, kTextMax},
    {"region", T::kText, Detail<&D::location_region>, kTextMax},
    {"country", T::kCountry, Detail<&D::location_country>},
    {"lat", T::kCoordinate, Detail<&D::location_latitude>, kTextMax},
    {"lon", T::kCoordinate, Detail<&D::location_longitude>, kTextMax},
};
constexpr NativeFieldTable kLocation = MakeTable(kLocationList);

constexpr NativeField kInvoiceList[] = {
    {"number", T::kText, Detail<&D::invoice_number>, kTextMax},
    {"date", T::kText, Detail<&D::invoice_date>, kTextMax},
    {"po", T::kText, Detail<&D::invoice_purchase_order>, kTextMax},
};
constexpr NativeFieldTable kInvoice = MakeTable(kInvoiceList);

constexpr NativeField kRecordList[] = {
    {"id", T::kText, Own<&Transaction::id>, kTransactionIdMax},
    {"time", T::kTime, Own<&Transaction::time>},
    {"time_precision", T::kPrecision, Nothing},
    {"kind", T::kKind, Own<&Transaction::kind>},
    {"status", T::kStatus, Own<&Transaction::status>, 0, &kStatus},
    {"channel", T::kText, Own<&Transaction::channel>, kChannelMax},
    {"amount", T::kAmount, Own<&Transaction::amount>},
    {"currency", T::kCurrency, Own<&Transaction::currency>},
    {"debtor", T::kParty, Own<&Transaction::debtor>, 0, &kParty},
    {"creditor", T::kParty, Own<&Transaction::creditor>, 0, &kParty},
    {"ultimate_debtor", T::kParty, Detail<&D::ultimate_debtor>, 0, &kParty},
    {"ultimate_creditor", T::kParty, Detail<&D::ultimate_creditor>, 0, &kParty},
    {"initiating_party", T::kParty, Detail<&D::initiating_party>, 0, &kParty},
    {"intermediaries", T::kPartyList, Detail<&D::intermediaries>, 0, &kParty},
    {"purpose", T::kText, Detail<&D::purpose>, kTextMax},
    {"remittance", T::kText, Detail<&D::remittance>, kTextMax},
    {"end_to_end_id", T::kText, Detail<&D::end_to_end_id>, kTextMax},
    {"uetr", T::kText, Detail<&D::uetr>, kTextMax},
    {"instructed_amount", T::kDecimal, Detail<&D::instructed_amount>},
    {"instructed_currency", T::kCurrency, Detail<&D::instructed_currency>},
    {"rate", T::kRate, Detail<&D::rate>},
    {"charges", T::kDecimal, Detail<&D::charges>},
    {"original_id", T::kText, Detail<&D::original_id>, kTextMax},
    {"version", T::kText, Detail<&D::version>, kTextMax},
    {"replaces", T::kText, Detail<&D::replaces>, kTextMax},
    {"booked", T::kMoment, Detail<&D::booked>},
    {"value_date", T::kDate, Detail<&D::value_date>},
    {"tz", T::kText, Detail<&D::tz>, kTextMax},
    {"source", T::kObject, Nothing, 0, &kSource},
    {"device", T::kObject, Nothing, 0, &kDevice},
    {"merchant", T::kObject, Nothing, 0, &kMerchant},
    {"card", T::kText, Detail<&D::card>, kTextMax},
    {"location", T::kObject, Nothing, 0, &kLocation},
    {"initiator", T::kText, Detail<&D::initiator>, kTextMax},
    {"approvers", T::kTextList, Detail<&D::approvers>, kTextMax},
    {"approval_limit", T::kDecimal, Detail<&D::approval_limit>},
    {"invoice", T::kObject, Nothing, 0, &kInvoice},
    {"batch", T::kText, Detail<&D::batch>, kTextMax},
    {"tenant", T::kText, Own<&Transaction::tenant>, kTextMax},
};
// The decoder marks the members that it has seen in a 64-bit word.
static_assert(std::size(kRecordList) <= 64);
constexpr NativeFieldTable kRecord = MakeTable(kRecordList);

// Limits by path.
using Paths = std::map<std::string, int, std::less<>>;

void AddPaths(const NativeFieldTable& table, const std::string& parent, Paths* paths) {
  for (const NativeField& field : table.fields) {
    const std::string path =
        parent.empty() ? std::string(field.name) : parent + "." + std::string(field.name);
    paths->emplace(path, field.code_points_max);
    if (field.members != nullptr) AddPaths(*field.members, path, paths);
  }
}

// Built once and never freed: rejections point into it.
const Paths& AllPaths() {
  static const Paths& paths = *[] {
    auto* made = new Paths;
    AddPaths(kRecord, "", made);
    return made;
  }();
  return paths;
}

}  // namespace

const NativeFieldTable& kRecordFields = kRecord;

std::string_view NativeFieldPath(std::string_view parent, std::string_view name) {
  std::string path(parent);
  if (!parent.empty()) path += '.';
  path += name;
  const auto found = AllPaths().find(path);
  return found == AllPaths().end() ? std::string_view() : std::string_view(found->first);
}

int NativeFieldLimit(std::string_view path) {
  const auto found = AllPaths().find(path);
  return found == AllPaths().end() ? 0 : found->second;
}

}  // namespace vigla
