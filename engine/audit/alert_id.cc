// Alert identities from length-prefixed fields, so that no two origins share bytes. Warm.
#include "engine/audit/alert_id.h"

#include <cstring>

#include "engine/base/json_writer.h"

namespace vigla {
namespace {

void AppendBigEndian(uint64_t value, int bytes, std::string* out) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
    out->push_back(static_cast<char>(value >> shift));
  }
}

void AppendText(std::string_view text, std::string* out) {
  AppendBigEndian(text.size(), 4, out);
  out->append(text);
}

char* PutPosition(int32_t partition, int64_t offset, char* at) {
  *at++ = '-';
  at = PutInteger(partition, at);
  *at++ = '@';
  return PutInteger(offset, at);
}

}  // namespace

AlertId MakeAlertId(const AlertOrigin& origin) {
  std::string bytes;
  bytes.reserve(96 + origin.topic.size() + origin.subject_id.size());
  bytes.append(origin.rule_set.View());
  AppendText(origin.topic, &bytes);
  AppendBigEndian(static_cast<uint32_t>(origin.partition), 4, &bytes);
  AppendBigEndian(static_cast<uint64_t>(origin.offset), 8, &bytes);
  AppendBigEndian(static_cast<uint8_t>(origin.kind), 1, &bytes);
  AppendText(origin.subject_id, &bytes);
  AppendText(origin.role, &bytes);
  const Digest digest = Sha256::Of(bytes);
  AlertId id;
  std::memcpy(id.data(), digest.bytes.data(), id.size());
  return id;
}

std::string AlertIdText(const AlertId& id) {
  return "al_" + Base32Of({reinterpret_cast<const char*>(id.data()), id.size()});
}

std::string_view RoleText(LegOrder order) {
  switch (order) {
    case LegOrder::kCreditorAccount:
    case LegOrder::kCreditorParty:
    case LegOrder::kMerchant:
      return "creditor";
    default:
      return "debtor";
  }
}

std::optional<LegOrder> ParseLegOrder(SubjectKind kind, std::string_view role) {
  const bool creditor = role == "creditor";
  if (!creditor && role != "debtor") return std::nullopt;
  switch (kind) {
    case SubjectKind::kAccount:
      return creditor ? LegOrder::kCreditorAccount : LegOrder::kDebtorAccount;
    case SubjectKind::kParty:
      return creditor ? LegOrder::kCreditorParty : LegOrder::kDebtorParty;
    case SubjectKind::kMerchant:
      if (creditor) return LegOrder::kMerchant;
      return std::nullopt;
    case SubjectKind::kDevice:
      if (!creditor) return LegOrder::kDevice;
      return std::nullopt;
    case SubjectKind::kCard:
      if (!creditor) return LegOrder::kCard;
      return std::nullopt;
  }
  return std::nullopt;
}

void AppendSourceText(std::string_view topic, int32_t partition, int64_t offset,
                      std::string* out) {
  char position[kPositionBytesMax];
  out->append(topic).append(position, PutPosition(partition, offset, position));
}

char* PutSourceJson(std::string_view topic, int32_t partition, int64_t offset, char* at) {
  *at++ = '"';
  at = PutPosition(partition, offset, PutJsonText(topic, at));
  *at++ = '"';
  return at;
}

}  // namespace vigla
