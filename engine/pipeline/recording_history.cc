// Dates of recording, by subject kind and column name. Cold.
#include "engine/pipeline/recording_history.h"

#include <charconv>
#include <vector>

#include "engine/base/status.h"
#include "engine/model/subject.h"

namespace vigla {
namespace {

constexpr SubjectKind kKinds[] = {SubjectKind::kAccount, SubjectKind::kParty,
                                  SubjectKind::kDevice, SubjectKind::kCard,
                                  SubjectKind::kMerchant};

std::string ColumnKey(SubjectKind kind, const std::string& column) {
  return std::string(SubjectKindName(kind)) + "/" + column;
}

}  // namespace

RecordedSince RecordingHistory::Activate(const RuleSet& rule_set,
                                         std::optional<EventTime> newest) {
  const EventTime fresh = newest.value_or(EventTime::Min());
  std::map<std::string, EventTime> next;
  auto keep = [&](const std::string& key) {
    auto it = since_.find(key);
    next[key] = it == since_.end() ? fresh : it->second;
  };
  for (SubjectKind kind : kKinds) {
    const auto k = static_cast<size_t>(kind);
    if (kind != SubjectKind::kAccount && !rule_set.uses_subject[k]) continue;
    keep(std::string(SubjectKindName(kind)));
    for (const FieldRef& column : rule_set.extra_columns[k]) {
      keep(ColumnKey(kind, rule_set.FieldName(column)));
    }
  }
  // Accounts are always on record, whichever rules there are.
  next[std::string(SubjectKindName(SubjectKind::kAccount))] = EventTime::Min();
  since_ = std::move(next);
  return Since(rule_set);
}

RecordedSince RecordingHistory::Since(const RuleSet& rule_set) const {
  RecordedSince since;
  since.kind.fill(EventTime::Max());
  auto date = [&](const std::string& key) {
    auto it = since_.find(key);
    return it == since_.end() ? EventTime::Max() : it->second;
  };
  for (SubjectKind kind : kKinds) {
    const auto k = static_cast<size_t>(kind);
    since.kind[k] = date(std::string(SubjectKindName(kind)));
    for (const FieldRef& column : rule_set.extra_columns[k]) {
      since.column[k].push_back(date(ColumnKey(kind, rule_set.FieldName(column))));
    }
  }
  return since;
}

std::string RecordingHistory::Serialise() const {
  std::string text;
  for (const auto& [key, since] : since_) {
    text += key + " " + std::to_string(since.us) + "\n";
  }
  return text;
}

absl::StatusOr<RecordingHistory> RecordingHistory::Restore(std::string_view text) {
  RecordingHistory history;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    const size_t space = line.rfind(' ');
    int64_t us = 0;
    if (space == std::string_view::npos ||
        std::from_chars(line.data() + space + 1, line.data() + line.size(), us).ec !=
            std::errc()) {
      return MakeError(absl::StatusCode::kDataLoss, "the recording history is not readable");
    }
    history.since_[std::string(line.substr(0, space))] = EventTime{us};
  }
  return history;
}

}  // namespace vigla
