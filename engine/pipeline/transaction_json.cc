// Transactions back into JSON. Warm.
#include "engine/pipeline/transaction_json.h"

namespace vigla {
namespace {

void AppendParty(const Party& party, CurrencyCode currency, JsonWriter* json) {
  json->BeginObject().OptionalField("account", party.account);
  const PartyDetails* details = party.details;
  if (details != nullptr) json->OptionalField("account_type", details->account_type);
  json->OptionalField("party", party.party);
  if (details != nullptr) {
    json->OptionalField("type", details->type).OptionalField("name", details->name);
  }
  if (party.country.IsKnown()) json->Field("country", party.country.Text());
  if (details != nullptr) {
    json->OptionalField("agent", details->agent)
        .OptionalField("lei", details->lei)
        .OptionalField("birth_date", details->birth_date);
    const Address& address = details->address;
    if (!address.street.empty() || !address.town.empty() || address.country.IsKnown()) {
      json->Key("address")
          .BeginObject()
          .OptionalField("street", address.street)
          .OptionalField("town", address.town);
      if (address.country.IsKnown()) json->Field("country", address.country.Text());
      json->EndObject();
    }
    if (details->balance_after) {
      json->Field("balance_after", FormatOriginal(*details->balance_after, currency));
    }
  }
  json->EndObject();
}

bool IsGiven(const Party& party) {
  return !party.account.empty() || !party.party.empty() || party.country.IsKnown() ||
         party.details != nullptr;
}

void AppendParties(const Transaction& transaction, JsonWriter* json) {
  const CurrencyCode currency = transaction.currency;
  auto append = [&](std::string_view key, const Party& party) {
    if (IsGiven(party)) AppendParty(party, currency, &json->Key(key));
  };
  append("debtor", transaction.debtor);
  append("creditor", transaction.creditor);
  if (transaction.details == nullptr) return;
  append("ultimate_debtor", transaction.details->ultimate_debtor);
  append("ultimate_creditor", transaction.details->ultimate_creditor);
  append("initiating_party", transaction.details->initiating_party);
  if (transaction.details->intermediaries.empty()) return;
  json->Key("intermediaries").BeginArray();
  for (const Party& party : transaction.details->intermediaries) {
    AppendParty(party, currency, json);
  }
  json->EndArray();
}

void AppendObjects(const TransactionDetails& details, JsonWriter* json) {
  if (!details.source_system.empty() || !details.source_business_date.empty() ||
      !details.source_sequence.empty()) {
    json->Key("source")
        .BeginObject()
        .OptionalField("system", details.source_system)
        .OptionalField("business_date", details.source_business_date)
        .OptionalField("sequence", details.source_sequence)
        .EndObject();
  }
  if (!details.device.empty() || !details.device_ip.empty() || details.device_country.IsKnown()) {
    json->Key("device")
        .BeginObject()
        .OptionalField("id", details.device)
        .OptionalField("ip", details.device_ip);
    if (details.device_country.IsKnown()) json->Field("country", details.device_country.Text());
    json->EndObject();
  }
  if (!details.merchant.empty() || !details.merchant_category.empty()) {
    json->Key("merchant")
        .BeginObject()
        .OptionalField("id", details.merchant)
        .OptionalField("category", details.merchant_category)
        .EndObject();
  }
  json->OptionalField("card", details.card);
  if (!details.location_branch.empty() || !details.location_region.empty() ||
      details.location_country.IsKnown() || !details.location_latitude.empty() ||
      !details.location_longitude.empty()) {
    json->Key("location")
        .BeginObject()
        .OptionalField("branch", details.location_branch)
        .OptionalField("region", details.location_region);
    if (details.location_country.IsKnown()) {
      json->Field("country", details.location_country.Text());
    }
    json->OptionalField("lat", details.location_latitude)
        .OptionalField("lon", details.location_longitude)
        .EndObject();
  }
  if (!details.invoice_number.empty() || !details.invoice_date.empty() ||
      !details.invoice_purchase_order.empty()) {
    json->Key("invoice")
        .BeginObject()
        .OptionalField("number", details.invoice_number)
        .OptionalField("date", details.invoice_date)
        .OptionalField("po", details.invoice_purchase_order)
        .EndObject();
  }
}

void AppendDetails(const TransactionDetails& details, CurrencyCode currency, JsonWriter* json) {
  auto amount = [&](std::string_view key, const std::optional<OriginalAmount>& value,
                    CurrencyCode unit) {
    if (value) json->Field(key, FormatOriginal(*value, unit));
  };
  json->OptionalField("purpose", details.purpose)
      .OptionalField("remittance", details.remittance)
      .OptionalField("end_to_end_id", details.end_to_end_id)
      .OptionalField("uetr", details.uetr);
  amount("instructed_amount", details.instructed_amount,
         details.instructed_currency.IsKnown() ? details.instructed_currency : currency);
  if (details.instructed_currency.IsKnown()) {
    json->Field("instructed_currency", details.instructed_currency.Text());
  }
  if (details.rate) json->Field("rate", FormatDecimal(*details.rate, 12, 0, 12));
  amount("charges", details.charges, currency);
  json->OptionalField("original_id", details.original_id)
      .OptionalField("version", details.version)
      .OptionalField("replaces", details.replaces);
  if (details.booked) json->Field("booked", FormatTime(*details.booked));
  if (details.value_date) json->Field("value_date", FormatDate(*details.value_date));
  json->OptionalField("tz", details.tz);
  AppendObjects(details, json);
  json->OptionalField("initiator", details.initiator);
  if (!details.approvers.empty()) {
    json->Key("approvers").BeginArray();
    for (std::string_view approver : details.approvers) json->String(approver);
    json->EndArray();
  }
  amount("approval_limit", details.approval_limit, currency);
  json->OptionalField("batch", details.batch);
  if (!details.attributes.empty()) {
    json->Key("attributes").BeginObject();
    for (const Attribute& attribute : details.attributes) {
      json->Field(attribute.path, attribute.text);
    }
    json->EndObject();
  }
}

}  // namespace

void WriteTransaction(const Transaction& transaction, JsonWriter* json) {
  json->BeginObject().Field("id", transaction.id).Field("time", FormatTime(transaction.time));
  if (transaction.precision != TimePrecision::kMicrosecond) {
    json->Field("time_precision",
               transaction.precision == TimePrecision::kDay ? "day" : "second");
  }
  json->Field("kind", KindName(transaction.kind)).Key("status").BeginObject();
  json->Field("code", StatusName(transaction.status));
  if (transaction.details != nullptr) {
    json->OptionalField("reason", transaction.details->status_reason);
  }
  json->EndObject()
      .OptionalField("channel", transaction.channel)
      .Field("amount", FormatOriginal(transaction.amount, transaction.currency))
      .Field("currency", transaction.currency.Text());
  AppendParties(transaction, json);
  if (transaction.details != nullptr) {
    AppendDetails(*transaction.details, transaction.currency, json);
  }
  json->OptionalField("tenant", transaction.tenant).EndObject();
}

}  // namespace vigla
