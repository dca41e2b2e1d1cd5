// Which group of a feature with `per` an entry or a leg belongs to. Hot.
#pragma once

#include <algorithm>
#include <optional>
#include <span>
#include <string_view>

#include "absl/container/inlined_vector.h"
#include "engine/ledger/entry_reader.h"

namespace vigla {

// A known value as 16 bytes; equal only for equal values of one field.
Hash128 IdentityOf(const Value& value, const KeyedHasher& hasher);
bool IsSameValue(const Value& a, const Value& b);

// The values of the `per` fields as 16 bytes; false if one of them is unknown.
template <typename ReadValue>
bool IdentifyGroup(std::span<const FieldRef> per, const KeyedHasher& hasher, ReadValue read,
                   Hash128* group) {
  if (per.size() == 1) {
    const Value value = read(per[0]);
    if (!value.known) return false;
    *group = IdentityOf(value, hasher);
    return true;
  }
  absl::InlinedVector<Hash128, 4> identities;
  for (const FieldRef field : per) {
    const Value value = read(field);
    if (!value.known) return false;
    identities.push_back(IdentityOf(value, hasher));
  }
  *group = hasher.Hash(std::string_view(reinterpret_cast<const char*>(identities.data()),
                                        identities.size() * sizeof(Hash128)));
  return true;
}

// The group of a judged leg, to which entries are held field by field.
class LegGroup {
 public:
  // Unknown if the leg lacks one of the fields.
  LegGroup(const Leg& leg, const RuleSet& rule_set, std::span<const FieldRef> per);

  bool is_known() const { return is_known_; }
  bool Contains(EntryReader* reader) const;

 private:
  std::span<const FieldRef> per_;
  absl::InlinedVector<Value, 4> values_;
  bool is_known_ = true;
};

// A bit for each of a chunk's first 64 entries: those of `entries` in the group of the judged leg.
// Empty if the leg lacks one of the fields.
std::optional<uint64_t> EntriesOfGroup(const ReadingContext& context,
                                       std::span<const FieldRef> per, const Chunk& chunk,
                                       uint64_t entries);

}  // namespace vigla
