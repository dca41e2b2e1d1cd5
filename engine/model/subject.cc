// Subject kinds by name, and the hash by which a subject is found. Hot.
#include "engine/model/subject.h"

#include "engine/base/check.h"
#include "engine/model/decoder.h"

namespace vigla {
namespace {

struct NamedKind {
  SubjectKind kind;
  std::string_view name;
};
constexpr NamedKind kNames[] = {{SubjectKind::kAccount, "account"},
                                {SubjectKind::kParty, "party"},
                                {SubjectKind::kDevice, "device"},
                                {SubjectKind::kCard, "card"},
                                {SubjectKind::kMerchant, "merchant"}};

}  // namespace

std::string_view SubjectKindName(SubjectKind kind) {
  for (const NamedKind& named : kNames) {
    if (named.kind == kind) return named.name;
  }
  CHECK(false);
}

std::optional<SubjectKind> ParseSubjectKind(std::string_view name) {
  for (const NamedKind& named : kNames) {
    if (named.name == name) return named.kind;
  }
  return std::nullopt;
}

Hash128 IdentityHash(const KeyedHasher& hasher, uint8_t subject_kind, std::string_view tenant,
                     std::string_view id) {
  return tenant.empty() ? hasher.Hash(subject_kind, id) : hasher.Hash(subject_kind, tenant, id);
}

}  // namespace vigla
