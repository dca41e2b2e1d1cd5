// A lane's subjects after a start: the store's images, and the log's legs applied to them. Warm.
#include <algorithm>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "engine/base/status.h"
#include "engine/ledger/lane_prefetch.h"
#include "engine/ledger/lane_state_impl.h"

namespace vigla {
namespace {

// Records asked for at once, in the order of their keys: neighbours share a block of the store.
constexpr size_t kRecordsAtOnce = 1024;

}  // namespace

absl::StatusOr<size_t> LaneState::Impl::ReadLogged(
    const LegLogPart& part, const std::function<bool(const Hash128&)>& is_mine) {
  ASSIGN_OR_RETURN(LegLogReader reader, LegLogReader::Open(part.value, &hasher_));
  size_t mine = 0, all = 0;
  while (true) {
    if (lane_legs_.size() == mine) lane_legs_.emplace_back();
    LoggedLeg& next = lane_legs_[mine];
    ASSIGN_OR_RETURN(const bool more, reader.Next(&next));
    if (!more) break;
    ++all;
    if (!is_mine || is_mine(next.subject_hash)) ++mine;
  }
  lane_legs_.resize(mine);
  return all == 0 ? 0 : part.value.size() * mine / all;
}

absl::Status LaneState::Impl::LoadLogged() {
  absl::flat_hash_set<std::string_view> wanted;
  std::vector<std::pair<std::string_view, Hash128>> missing;
  const std::span<const LoggedLeg> legs(lane_legs_);
  for (size_t begin = 0; begin < legs.size(); begin += kStretchLegs) {
    const auto stretch = legs.subspan(begin, std::min(kStretchLegs, legs.size() - begin));
    Prefetch(stretch, [](const LoggedLeg& leg) { return leg.subject_hash; });
    for (const LoggedLeg& leg : stretch) {
      if (table_.Find(leg.subject_hash, leg.record_key) != nullptr) continue;
      if (wanted.insert(leg.record_key).second) {
        missing.emplace_back(leg.record_key, leg.subject_hash);
      }
    }
  }
  std::sort(missing.begin(), missing.end());
  std::vector<std::string_view> keys;
  std::vector<std::optional<std::string>> values;
  for (size_t begin = 0; begin < missing.size(); begin += kRecordsAtOnce) {
    const size_t end = std::min(missing.size(), begin + kRecordsAtOnce);
    keys.clear();
    for (size_t i = begin; i < end; ++i) keys.push_back(missing[i].first);
    if (MayBeStored()) {
      RETURN_IF_ERROR(store_->MultiGet(keys, &values));
    } else {
      values.assign(keys.size(), std::nullopt);
    }
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
  RETURN_IF_ERROR(Record(leg.entry, {leg.channel, column_texts_, leg.own_account}, subject));
  for (const FoldMark& mark : leg.folds) AddFold(mark, subject);
  table_.Recount(subject);
  return absl::OkStatus();
}

absl::Status LaneState::Impl::Recover(
    const std::vector<LegLogPart>& log, const std::function<bool(const Hash128&)>& is_mine,
    const std::function<absl::Status(const StoreBatch&)>& write) {
  for (const LegLogPart& part : log) {
    ASSIGN_OR_RETURN(const size_t bytes, ReadLogged(part, is_mine));
    RETURN_IF_ERROR(LoadLogged());
    const std::span<const LoggedLeg> legs(lane_legs_);
    for (size_t begin = 0; begin < legs.size(); begin += kStretchLegs) {
      const auto stretch = legs.subspan(begin, std::min(kStretchLegs, legs.size() - begin));
      Prefetch(stretch, [](const LoggedLeg& leg) { return leg.subject_hash; });
      for (const LoggedLeg& leg : stretch) {
        RETURN_IF_ERROR(RecordLogged(leg, table_.Find(leg.subject_hash, leg.record_key)));
      }
    }
    NoteLogged(part.last, bytes);
    if (!IsOverBound()) continue;
    // Between two parts every subject is as it was at its epoch's end: amid no transaction.
    StoreBatch images;
    const uint64_t ticket = ++taken_ticket_;
    PutImages(ticket, &images, [](const Subject&) { return true; });
    RETURN_IF_ERROR(write(images));
    Written(ticket);
  }
  lane_legs_ = {};
  return absl::OkStatus();
}

}  // namespace vigla
