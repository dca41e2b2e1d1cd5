// A lane's subjects after a start: the store's images, and the log's legs applied to them. Warm.
#include <algorithm>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "engine/base/status.h"
#include "engine/ledger/lane_state_impl.h"
#include "engine/ledger/store_key.h"
#include "engine/model/decoder.h"

namespace vigla {
namespace {

// Records asked for at once, in the order of their keys: neighbours share a block of the store.
constexpr size_t kRecordsAtOnce = 1024;

absl::StatusOr<Hash128> HashOf(const KeyedHasher& hasher, std::string_view record_key) {
  const std::optional<SubjectIdentity> identity = ParseRecordKey(record_key);
  if (!identity) return absl::DataLossError("state store: a logged leg of no subject");
  return IdentityHash(hasher, static_cast<uint8_t>(identity->kind), identity->tenant,
                      identity->id);
}

// Calls visit(const LoggedLeg&, const Hash128& subject_hash) on the legs of one lane.
template <typename Visit>
absl::Status ForEachLeg(const LegLogPart& part, const KeyedHasher& hasher,
                        const std::function<bool(const Hash128&)>& is_mine, Visit visit) {
  ASSIGN_OR_RETURN(LegLogReader reader, LegLogReader::Open(part.value));
  LoggedLeg leg;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, reader.Next(&leg));
    if (!more) return absl::OkStatus();
    ASSIGN_OR_RETURN(const Hash128 hash, HashOf(hasher, leg.record_key));
    if (!is_mine || is_mine(hash)) RETURN_IF_ERROR(visit(leg, hash));
  }
}

}  // namespace

absl::Status LaneState::Impl::LoadLogged(const LegLogPart& part,
                                         const std::function<bool(const Hash128&)>& is_mine) {
  absl::flat_hash_set<std::string_view> wanted;
  std::vector<std::pair<std::string_view, Hash128>> missing;
  RETURN_IF_ERROR(ForEachLeg(part, hasher_, is_mine, [&](const LoggedLeg& leg, Hash128 hash) {
    if (table_.Find(hash, leg.record_key) == nullptr && wanted.insert(leg.record_key).second) {
      missing.emplace_back(leg.record_key, hash);
    }
    return absl::OkStatus();
  }));
  std::sort(missing.begin(), missing.end());
  std::vector<std::string_view> keys;
  std::vector<std::optional<std::string>> values;
  for (size_t begin = 0; begin < missing.size(); begin += kRecordsAtOnce) {
    const size_t end = std::min(missing.size(), begin + kRecordsAtOnce);
    keys.clear();
    for (size_t i = begin; i < end; ++i) keys.push_back(missing[i].first);
    RETURN_IF_ERROR(store_->MultiGet(keys, &values));
    for (size_t i = begin; i < end; ++i) {
      RETURN_IF_ERROR(Load(missing[i].second, missing[i].first, values[i - begin]).status());
    }
  }
  return absl::OkStatus();
}

absl::Status LaneState::Impl::RecordLogged(const LoggedLeg& leg, Subject* subject) {
  // An image may hold it: the log stays until the subjects of all its legs have one.
  if (leg.entry.sequence <= subject->loaded_sequence) return absl::OkStatus();
  table_.MarkDirty(subject, leg.entry.sequence);
  column_texts_.clear();
  for (const auto& [name, text] : leg.columns) {
    column_texts_.push_back({names_.NumberOf(name), text});
  }
  RETURN_IF_ERROR(Record(leg.entry, {leg.channel, column_texts_}, subject));
  for (const FoldMark& mark : leg.folds) AddFold(mark, subject);
  table_.Recount(subject);
  return absl::OkStatus();
}

absl::Status LaneState::Impl::Recover(
    const std::vector<LegLogPart>& log, const std::function<bool(const Hash128&)>& is_mine,
    const std::function<absl::Status(const StoreBatch&)>& write) {
  for (const LegLogPart& part : log) {
    RETURN_IF_ERROR(LoadLogged(part, is_mine));
    RETURN_IF_ERROR(ForEachLeg(part, hasher_, is_mine, [&](const LoggedLeg& leg, Hash128 hash) {
      return RecordLogged(leg, table_.Find(hash, leg.record_key));
    }));
    // The store has these legs already.
    NoteLogged(log_.Take().size());
    if (!IsOverBound()) continue;
    // Between two parts every subject is as it was at its epoch's end, where images are made.
    StoreBatch images;
    const uint64_t ticket = ++taken_ticket_;
    PutImages(ticket, &images, [](const Subject&) { return true; });
    RETURN_IF_ERROR(write(images));
    Written(ticket);
  }
  return absl::OkStatus();
}

}  // namespace vigla
