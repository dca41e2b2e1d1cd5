// Rendering of audit entries. Hot: no writer object, no temporary strings.
#include "engine/audit/entry.h"

#include "engine/audit/alert_id.h"
#include "engine/base/json_writer.h"
#include "engine/model/time.h"

namespace vigla {
namespace {

constexpr std::string_view kVerdictNames[] = {"valid", "flagged", "rejected", "unreadable"};
constexpr std::string_view kResultNames[] = {"alert",    "shadow",  "folded",
                                             "excepted", "flagged", "too_late"};

// An intake entry without its texts and its deciding rules.
constexpr size_t kIntakeBytesMax = 256;

void AppendNumber(int64_t value, std::string* out) { out->append(std::to_string(value)); }

void AppendCounter(uint64_t value, std::string* out) {
  out->append("\"").append(std::to_string(value)).append("\"");
}

void AppendHex(const Digest& digest, std::string* out) {
  out->append("\"").append(digest.Hex()).append("\"");
}

void AppendBy(std::span<const std::string_view> by, size_t begin, std::string* out) {
  out->append(",\"by\":[");
  size_t written = 0;
  for (; written < by.size() && out->size() - begin < kEntryBytesMax / 2; ++written) {
    if (written > 0) out->push_back(',');
    AppendJsonString(by[written], out);
  }
  out->push_back(']');
  if (written < by.size()) {
    out->append(",\"by_omitted\":");
    AppendNumber(static_cast<int64_t>(by.size() - written), out);
  }
}

void AppendMatch(const AuditMatch& match, bool with_values, std::string* out) {
  out->append("{\"rule\":");
  AppendJsonString(match.rule, out);
  out->append(",\"version\":");
  AppendNumber(match.version, out);
  out->append(",\"result\":\"").append(AuditResultName(match.result)).push_back('"');
  if (!match.into.empty()) {
    out->append(",\"into\":");
    AppendJsonString(match.into, out);
  }
  if (!match.exception.empty()) {
    out->append(",\"exception\":");
    AppendJsonString(match.exception, out);
  }
  if (with_values && !match.values.empty()) {
    out->append(",\"values\":{");
    for (size_t i = 0; i < match.values.size(); ++i) {
      if (i > 0) out->push_back(',');
      AppendJsonString(match.values[i].name, out);
      out->push_back(':');
      AppendJsonString(match.values[i].text, out);
    }
    out->push_back('}');
  }
  out->push_back('}');
}

void AppendMatches(const MatchEntry& entry, bool with_values, std::string* out) {
  out->push_back('[');
  for (size_t i = 0; i < entry.matches.size(); ++i) {
    if (i > 0) out->push_back(',');
    AppendMatch(entry.matches[i], with_values, out);
  }
  out->push_back(']');
}

enum class Cut { kNone, kValues, kMatches };

void AppendMatchEntryCut(const MatchEntry& entry, Cut cut, std::string* out) {
  out->append("{\"seq\":");
  AppendCounter(entry.sequence.value, out);
  out->append(",\"subject\":{\"kind\":\"").append(SubjectKindName(entry.kind));
  out->append("\",\"ref\":");
  AppendJsonString(entry.ref, out);
  out->append("},\"role\":");
  AppendJsonString(entry.role, out);
  if (cut == Cut::kMatches) {
    std::string matches;
    AppendMatches(entry, true, &matches);
    out->append(",\"matches_omitted\":");
    AppendNumber(static_cast<int64_t>(entry.matches.size()), out);
    out->append(",\"matches_digest\":");
    AppendHex(Sha256::Of(matches), out);
  } else {
    out->append(",\"matches\":");
    AppendMatches(entry, cut == Cut::kNone, out);
    if (cut == Cut::kValues) out->append(",\"values_omitted\":true");
  }
  if (!entry.alert_id.empty()) {
    out->append(",\"alert_id\":");
    AppendJsonString(entry.alert_id, out);
  }
  if (entry.alert_digest) {
    out->append(",\"alert_digest\":");
    AppendHex(*entry.alert_digest, out);
  }
  if (entry.shadow_digest) {
    out->append(",\"shadow_digest\":");
    AppendHex(*entry.shadow_digest, out);
  }
  out->push_back('}');
}

void AppendFiles(const Activation& activation, std::string* out) {
  out->push_back('[');
  for (size_t i = 0; i < activation.files.size(); ++i) {
    out->append(i > 0 ? ",{\"name\":" : "{\"name\":");
    AppendJsonString(activation.files[i].first, out);
    out->append(",\"sha256\":");
    AppendJsonString(activation.files[i].second, out);
    out->push_back('}');
  }
  out->push_back(']');
}

}  // namespace

std::string_view AuditVerdictName(AuditVerdict verdict) {
  return kVerdictNames[static_cast<int>(verdict)];
}

std::optional<AuditVerdict> ParseAuditVerdict(std::string_view name) {
  for (int i = 0; i < 4; ++i) {
    if (kVerdictNames[i] == name) return static_cast<AuditVerdict>(i);
  }
  return std::nullopt;
}

std::string_view AuditResultName(AuditResult result) {
  return kResultNames[static_cast<int>(result)];
}

void AppendIntakeEntry(const IntakeEntry& entry, std::string* out) {
  const size_t begin = out->size();
  {
    TextAppender appender(out);
    char* at = appender.Room(kIntakeBytesMax + JsonStringBytesMax(entry.topic.size()) +
                             JsonStringBytesMax(entry.id.size()));
    at = PutInteger(entry.sequence.value, PutText("{\"seq\":\"", at));
    at = PutText("\",\"source\":", at);
    at = PutSourceJson(entry.topic, entry.partition, entry.offset, at);
    if (!entry.id.empty()) at = PutJsonString(entry.id, PutText(",\"id\":", at));
    at = PutHex(entry.digest.View(), PutText(",\"digest\":\"", at));
    at = PutText("\",\"verdict\":\"", at);
    at = PutText(AuditVerdictName(entry.verdict), at);
    at = PutText("\"", at);
    appender.End(entry.by.empty() ? PutText("}", at) : at);
  }
  if (entry.by.empty()) return;
  AppendBy(entry.by, begin, out);
  out->push_back('}');
}

void AppendMatchEntry(const MatchEntry& entry, std::string* out) {
  const size_t begin = out->size();
  for (const Cut cut : {Cut::kNone, Cut::kValues, Cut::kMatches}) {
    out->resize(begin);
    AppendMatchEntryCut(entry, cut, out);
    if (out->size() - begin <= kEntryBytesMax) return;
  }
}

void AppendActivationEntry(const Activation& activation, std::string* out) {
  out->append("{\"seq\":");
  AppendCounter(activation.first_sequence.value, out);
  out->append(",\"activation\":{");
  if (!activation.before.empty()) {
    out->append("\"before\":");
    AppendJsonString(activation.before, out);
    out->push_back(',');
  }
  out->append("\"after\":");
  AppendJsonString(activation.after, out);
  std::string files;
  AppendFiles(activation, &files);
  if (files.size() <= kEntryBytesMax / 2) {
    out->append(",\"files\":").append(files);
  } else {
    out->append(",\"files_omitted\":");
    AppendNumber(static_cast<int64_t>(activation.files.size()), out);
    out->append(",\"files_digest\":");
    AppendHex(Sha256::Of(files), out);
  }
  if (activation.newest_before) {
    out->append(",\"newest_before\":\"").append(FormatTime(*activation.newest_before));
    out->push_back('"');
  }
  out->append("}}");
}

}  // namespace vigla
