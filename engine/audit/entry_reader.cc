// Member by member reading of entries and bodies. Warm.
#include "engine/audit/entry_reader.h"

#include <charconv>

#include "engine/audit/canonical_reader.h"

namespace vigla {
namespace {

template <typename T>
bool ParseWhole(std::string_view text, T* value) {
  const auto end = std::from_chars(text.data(), text.data() + text.size(), *value);
  return end.ec == std::errc() && end.ptr == text.data() + text.size() && !text.empty();
}

// "topic-partition@offset"; the topic may contain both marks.
bool SplitSource(std::string_view source, ReadIntakeEntry* entry) {
  const size_t at = source.rfind('@');
  if (at == std::string_view::npos) return false;
  const size_t dash = source.rfind('-', at);
  if (dash == std::string_view::npos) return false;
  entry->topic.assign(source.substr(0, dash));
  return ParseWhole(source.substr(dash + 1, at - dash - 1), &entry->partition) &&
         ParseWhole(source.substr(at + 1), &entry->offset);
}

bool SkipMember(CanonicalReader* reader) {
  std::string_view ignored;
  return reader->Value(&ignored);
}

bool ReadActivation(CanonicalReader* reader, ReadIntakeEntry* entry) {
  entry->is_activation = true;
  entry->before.clear();
  entry->after.clear();
  std::string_view key;
  if (!reader->Expect("{")) return false;
  while (reader->Member(&key)) {
    if (key == "before") {
      reader->String(&entry->before);
    } else if (key == "after") {
      reader->String(&entry->after);
    } else {
      SkipMember(reader);
    }
  }
  return reader->ok() && !entry->after.empty();
}

// What an alert id is made of, in the order in which an alert states it.
struct StatedOrigin {
  std::string topic, subject_id, role, kind, rule_set;
  int64_t partition = -1;
  uint64_t offset = 0;
};

void ReadSubject(CanonicalReader* reader, StatedOrigin* stated) {
  std::string_view key;
  reader->Expect("{");
  while (reader->Member(&key)) {
    if (key == "kind") {
      reader->String(&stated->kind);
    } else if (key == "id") {
      reader->String(&stated->subject_id);
    } else if (key == "role") {
      reader->String(&stated->role);
    } else {
      SkipMember(reader);
    }
  }
}

void ReadOrigin(CanonicalReader* reader, StatedOrigin* stated) {
  std::string_view key;
  reader->Expect("{");
  while (reader->Member(&key)) {
    if (key == "topic") {
      reader->String(&stated->topic);
    } else if (key == "partition") {
      reader->Integer(&stated->partition);
    } else if (key == "offset") {
      reader->Counter(&stated->offset);
    } else {
      SkipMember(reader);
    }
  }
}

bool DecodeBase64(std::string_view text, std::string* bytes) {
  bytes->clear();
  if (text.size() % 4 != 0) return false;
  uint32_t group = 0;
  size_t padding = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    uint32_t value = 0;
    if (c == '=' && i + 2 >= text.size()) {
      ++padding;
    } else if (padding > 0) {
      return false;
    } else if (c >= 'A' && c <= 'Z') {
      value = c - 'A';
    } else if (c >= 'a' && c <= 'z') {
      value = c - 'a' + 26;
    } else if (c >= '0' && c <= '9') {
      value = c - '0' + 52;
    } else if (c == '+' || c == '/') {
      value = c == '+' ? 62 : 63;
    } else {
      return false;
    }
    group = group << 6 | value;
    if (i % 4 == 3) {
      for (int shift = 16; shift >= 0; shift -= 8) {
        bytes->push_back(static_cast<char>(group >> shift));
      }
      group = 0;
    }
  }
  bytes->resize(bytes->size() - padding);
  return true;
}

}  // namespace

bool ReadIntake(std::string_view json, ReadIntakeEntry* entry) {
  CanonicalReader reader(json);
  entry->is_activation = false;
  bool has_source = false, has_digest = false, has_verdict = false;
  std::string_view key;
  std::string source;
  reader.Expect("{\"seq\":") && reader.Counter(&entry->sequence.value);
  while (reader.Member(&key)) {
    if (key == "source") {
      has_source = reader.String(&source) && SplitSource(source, entry);
    } else if (key == "digest") {
      has_digest = reader.HexDigest(&entry->digest);
    } else if (key == "verdict") {
      std::string_view name;
      reader.RawString(&name);
      const auto verdict = ParseAuditVerdict(name);
      has_verdict = verdict.has_value();
      if (has_verdict) entry->verdict = *verdict;
    } else if (key == "activation") {
      if (!ReadActivation(&reader, entry)) return false;
    } else if (!SkipMember(&reader)) {
      return false;
    }
  }
  return reader.AtEnd() && (entry->is_activation || (has_source && has_digest && has_verdict));
}

bool ReadMatch(std::string_view json, ReadMatchEntry* entry) {
  CanonicalReader reader(json);
  entry->alert_id.clear();
  entry->alert_digest.reset();
  entry->shadow_digest.reset();
  std::string_view key;
  StatedOrigin stated;
  reader.Expect("{\"seq\":") && reader.Counter(&entry->sequence.value);
  while (reader.Member(&key)) {
    if (key == "subject") {
      ReadSubject(&reader, &stated);
    } else if (key == "role") {
      reader.String(&stated.role);
    } else if (key == "alert_id") {
      reader.String(&entry->alert_id);
    } else if (key == "alert_digest") {
      reader.HexDigest(&entry->alert_digest.emplace());
    } else if (key == "shadow_digest") {
      reader.HexDigest(&entry->shadow_digest.emplace());
    } else {
      SkipMember(&reader);
    }
  }
  const auto kind = ParseSubjectKind(stated.kind);
  if (!reader.AtEnd() || !kind) return false;
  const auto order = ParseLegOrder(*kind, stated.role);
  if (!order) return false;
  entry->order = *order;
  return !entry->alert_id.empty() == (entry->alert_digest || entry->shadow_digest);
}

bool ReadAlert(std::string_view json, ReadAlertIdentity* alert) {
  CanonicalReader reader(json);
  std::string_view key;
  StatedOrigin stated;
  alert->alert_id.clear();
  reader.Expect("{\"schema\":\"vigla.alert.v1\"");
  while (reader.Member(&key)) {
    if (key == "alert_id") {
      reader.String(&alert->alert_id);
    } else if (key == "subject") {
      ReadSubject(&reader, &stated);
    } else if (key == "origin") {
      ReadOrigin(&reader, &stated);
    } else if (key == "rule_set") {
      reader.String(&stated.rule_set);
    } else {
      SkipMember(&reader);
    }
  }
  AlertOrigin origin;
  const auto kind = ParseSubjectKind(stated.kind);
  const std::string_view fingerprint = stated.rule_set;
  if (!reader.AtEnd() || !kind || !fingerprint.starts_with("sha256:") ||
      !ParseDigest(fingerprint.substr(7), &origin.rule_set)) {
    return false;
  }
  origin.topic = stated.topic;
  origin.partition = static_cast<int32_t>(stated.partition);
  origin.offset = static_cast<int64_t>(stated.offset);
  origin.kind = *kind;
  origin.subject_id = stated.subject_id;
  origin.role = stated.role;
  alert->id = MakeAlertId(origin);
  return true;
}

bool ReadReject(std::string_view json, ReadRejectRecord* reject) {
  CanonicalReader reader(json);
  std::string_view key, base64;
  bool has_bytes = false, has_digest = false;
  reject->source.clear();
  reader.Expect("{\"schema\":\"vigla.reject.v1\"");
  while (reader.Member(&key)) {
    if (key == "source") {
      reader.String(&reject->source);
    } else if (key == "bytes_base64") {
      has_bytes = reader.RawString(&base64);
    } else if (key == "digest") {
      has_digest = reader.HexDigest(&reject->digest);
    } else {
      SkipMember(&reader);
    }
  }
  std::string bytes;
  if (!reader.AtEnd() || !has_bytes || reject->source.empty()) return false;
  if (!DecodeBase64(base64, &bytes)) return false;
  if (!has_digest) reject->digest = Sha256::Of(bytes);
  return true;
}

}  // namespace vigla
