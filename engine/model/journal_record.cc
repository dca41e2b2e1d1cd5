// Journal records as canonical JSON and back. Cold.
#include "engine/model/journal_record.h"

#include <charconv>
#include <span>

#include "engine/base/json_writer.h"
#include "engine/base/status.h"
#include "engine/model/json_reader.h"

namespace vigla {
namespace {

constexpr std::string_view kSchema = "vigla.journal.v1";
constexpr std::string_view kHashKey = ",\"hash\":\"";
constexpr size_t kHexBytes = 64;
constexpr int kDepthMax = 8;

// Writing: numbers that may pass 2^53 are strings.

void WriteSigned(std::string_view key, int64_t value, JsonWriter* json) {
  json->Field(key, std::string_view(std::to_string(value)));
}

void WriteDigest(std::string_view key, const Digest& digest, JsonWriter* json) {
  json->Field(key, std::string_view(digest.Hex()));
}

void WriteTime(std::string_view key, const std::optional<EventTime>& time, JsonWriter* json) {
  if (time) json->Field(key, std::string_view(FormatTime(*time)));
}

void WriteRun(const JournalRun& run, JsonWriter* json) {
  json->BeginObject();
  json->Field("topic", std::string_view(run.topic));
  json->Field("partition", int64_t{run.partition});
  WriteSigned("first_offset", run.first_offset, json);
  WriteSigned("last_offset", run.last_offset, json);
  WriteSigned("records", run.records, json);
  json->EndObject();
}

void WriteActivation(const Activation& activation, JsonWriter* json) {
  json->Key("activation").BeginObject();
  json->OptionalField("before", activation.before);
  json->Field("after", std::string_view(activation.after));
  json->Key("files").BeginArray();
  for (const auto& [name, sha256] : activation.files) {
    json->BeginObject();
    json->Field("name", std::string_view(name));
    json->Field("sha256", std::string_view(sha256));
    json->EndObject();
  }
  json->EndArray();
  json->CounterField("first_sequence", activation.first_sequence.value);
  WriteTime("newest_before", activation.newest_before, json);
  json->EndObject();
}

// Reading: each reader is false where the text or the value is wrong.

bool ReadText(JsonReader* reader, std::string* value) {
  std::string_view text;
  if (reader->Peek() != '"' || !reader->ReadString(&text)) return false;
  value->assign(text);
  return true;
}

template <typename Integer>
bool ParseInteger(std::string_view text, Integer* value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *value);
  return error == std::errc() && end == text.data() + text.size();
}

template <typename Integer>
bool ReadIntegerText(JsonReader* reader, Integer* value) {
  std::string text;
  return ReadText(reader, &text) && ParseInteger(text, value);
}

template <typename Integer>
bool ReadNumber(JsonReader* reader, Integer* value) {
  std::string_view text;
  return reader->IsNumberNext() && reader->ReadNumber(&text) && ParseInteger(text, value);
}

bool ReadDigest(JsonReader* reader, Digest* digest) {
  std::string text;
  return ReadText(reader, &text) && ParseDigest(text, digest);
}

bool ReadTime(JsonReader* reader, std::optional<EventTime>* value) {
  std::string text;
  if (!ReadText(reader, &text)) return false;
  const std::optional<ParsedTime> parsed = ParseTime(text);
  if (parsed) *value = parsed->time;
  return parsed.has_value();
}

template <typename Target>
struct Member {
  std::string_view name;
  bool is_required;
  bool (*read)(JsonReader*, Target*);
};

// Members that the table lacks are skipped: a later v1 may add some.
template <typename Target>
bool ReadMembers(std::span<const Member<Target>> members, JsonReader* reader, Target* target) {
  if (reader->Peek() != '{') return false;
  uint64_t seen = 0;
  const bool is_read = reader->ReadObject([&](std::string_view key) {
    reader->RememberKey(key);
    for (size_t i = 0; i < members.size(); ++i) {
      if (members[i].name != key) continue;
      seen |= uint64_t{1} << i;
      return members[i].read(reader, target);
    }
    return reader->SkipValue();
  });
  if (!is_read) return false;
  for (size_t i = 0; i < members.size(); ++i) {
    if (members[i].is_required && (seen >> i & 1) == 0) return false;
  }
  return true;
}

template <typename Target>
bool ReadList(std::span<const Member<Target>> members, JsonReader* reader,
              std::vector<Target>* list) {
  if (reader->Peek() != '[') return false;
  return reader->ReadArray([&] { return ReadMembers(members, reader, &list->emplace_back()); });
}

using Reader = JsonReader;

constexpr Member<JournalRun> kRunMembers[] = {
    {"topic", true, [](Reader* r, JournalRun* run) { return ReadText(r, &run->topic); }},
    {"partition", true, [](Reader* r, JournalRun* run) { return ReadNumber(r, &run->partition); }},
    {"first_offset", true,
     [](Reader* r, JournalRun* run) { return ReadIntegerText(r, &run->first_offset); }},
    {"last_offset", true,
     [](Reader* r, JournalRun* run) { return ReadIntegerText(r, &run->last_offset); }},
    {"records", true, [](Reader* r, JournalRun* run) { return ReadIntegerText(r, &run->records); }},
};

using NamedFile = std::pair<std::string, std::string>;
constexpr Member<NamedFile> kFileMembers[] = {
    {"name", true, [](Reader* r, NamedFile* file) { return ReadText(r, &file->first); }},
    {"sha256", true, [](Reader* r, NamedFile* file) { return ReadText(r, &file->second); }},
};

using FileLength = std::pair<std::string, int64_t>;
constexpr Member<FileLength> kLengthMembers[] = {
    {"name", true, [](Reader* r, FileLength* file) { return ReadText(r, &file->first); }},
    {"bytes", true, [](Reader* r, FileLength* file) { return ReadIntegerText(r, &file->second); }},
};

constexpr Member<Activation> kActivationMembers[] = {
    {"before", false, [](Reader* r, Activation* a) { return ReadText(r, &a->before); }},
    {"after", true, [](Reader* r, Activation* a) { return ReadText(r, &a->after); }},
    {"files", true,
     [](Reader* r, Activation* a) { return ReadList<NamedFile>(kFileMembers, r, &a->files); }},
    {"first_sequence", true,
     [](Reader* r, Activation* a) { return ReadIntegerText(r, &a->first_sequence.value); }},
    {"newest_before", false,
     [](Reader* r, Activation* a) { return ReadTime(r, &a->newest_before); }},
};

using Record = JournalRecord;
constexpr Member<Record> kRecordMembers[] = {
    {"schema", true,
     [](Reader* r, Record*) {
       std::string schema;
       return ReadText(r, &schema) && schema == kSchema;
     }},
    {"epoch", true, [](Reader* r, Record* j) { return ReadIntegerText(r, &j->epoch); }},
    {"first_sequence", true,
     [](Reader* r, Record* j) { return ReadIntegerText(r, &j->first_sequence.value); }},
    {"last_sequence", true,
     [](Reader* r, Record* j) { return ReadIntegerText(r, &j->last_sequence.value); }},
    {"runs", true,
     [](Reader* r, Record* j) { return ReadList<JournalRun>(kRunMembers, r, &j->runs); }},
    {"input_digest", true, [](Reader* r, Record* j) { return ReadDigest(r, &j->input_digest); }},
    {"rule_set", true, [](Reader* r, Record* j) { return ReadText(r, &j->rule_set); }},
    {"activation", false,
     [](Reader* r, Record* j) {
       return ReadMembers<Activation>(kActivationMembers, r, &j->activation.emplace());
     }},
    {"alerts_digest", true, [](Reader* r, Record* j) { return ReadDigest(r, &j->alerts_digest); }},
    {"alerts", true, [](Reader* r, Record* j) { return ReadIntegerText(r, &j->alerts); }},
    {"first_audit_frame", true,
     [](Reader* r, Record* j) { return ReadIntegerText(r, &j->first_audit_frame); }},
    {"last_audit_frame", true,
     [](Reader* r, Record* j) { return ReadIntegerText(r, &j->last_audit_frame); }},
    {"audit_head", true, [](Reader* r, Record* j) { return ReadDigest(r, &j->audit_head); }},
    {"newest_event_time", false,
     [](Reader* r, Record* j) { return ReadTime(r, &j->newest_event_time); }},
    {"watermark", false, [](Reader* r, Record* j) { return ReadTime(r, &j->watermark); }},
    {"source_fingerprint", false,
     [](Reader* r, Record* j) { return ReadText(r, &j->source_fingerprint); }},
    {"file_lengths", false,
     [](Reader* r, Record* j) {
       return ReadList<FileLength>(kLengthMembers, r, &j->file_lengths);
     }},
    {"previous", true, [](Reader* r, Record* j) { return ReadDigest(r, &j->previous); }},
    {"engine_version", true, [](Reader* r, Record* j) { return ReadText(r, &j->engine_version); }},
    {"semantics", true, [](Reader* r, Record* j) { return ReadNumber(r, &j->semantics); }},
    {"hash", true,
     [](Reader* r, Record*) {
       Digest checked_already;
       return ReadDigest(r, &checked_already);
     }},
};

absl::Status Damaged(std::string_view what) {
  return MakeError(absl::StatusCode::kDataLoss,
                   "journal record: " + std::string(what) +
                       "; the journal was changed or cut after it was written, restore it from a "
                       "replica or a backup");
}

}  // namespace

std::string RenderJournalRecord(const JournalRecord& record, Digest* hash) {
  std::string text;
  JsonWriter json(&text);
  json.BeginObject();
  json.Field("schema", kSchema);
  json.CounterField("epoch", record.epoch);
  json.CounterField("first_sequence", record.first_sequence.value);
  json.CounterField("last_sequence", record.last_sequence.value);
  json.Key("runs").BeginArray();
  for (const JournalRun& run : record.runs) WriteRun(run, &json);
  json.EndArray();
  WriteDigest("input_digest", record.input_digest, &json);
  json.Field("rule_set", std::string_view(record.rule_set));
  if (record.activation) WriteActivation(*record.activation, &json);
  WriteDigest("alerts_digest", record.alerts_digest, &json);
  json.CounterField("alerts", record.alerts);
  json.CounterField("first_audit_frame", record.first_audit_frame);
  json.CounterField("last_audit_frame", record.last_audit_frame);
  WriteDigest("audit_head", record.audit_head, &json);
  WriteTime("newest_event_time", record.newest_event_time, &json);
  WriteTime("watermark", record.watermark, &json);
  json.OptionalField("source_fingerprint", record.source_fingerprint);
  if (!record.file_lengths.empty()) {
    json.Key("file_lengths").BeginArray();
    for (const auto& [name, bytes] : record.file_lengths) {
      json.BeginObject().Field("name", std::string_view(name));
      WriteSigned("bytes", bytes, &json);
      json.EndObject();
    }
    json.EndArray();
  }
  WriteDigest("previous", record.previous, &json);
  json.Field("engine_version", std::string_view(record.engine_version));
  json.Field("semantics", int64_t{record.semantics});
  json.EndObject();
  *hash = Sha256::Of(text);
  text.pop_back();
  text.append(kHashKey).append(hash->Hex()).append("\"}");
  return text;
}

absl::StatusOr<JournalRecord> ParseJournalRecord(std::string_view json, Digest* hash) {
  const size_t tail_bytes = kHashKey.size() + kHexBytes + 2;  // with the closing "}
  if (json.size() <= tail_bytes) return Damaged("it is too short");
  const size_t body_bytes = json.size() - tail_bytes;
  Digest stated;
  if (json.substr(body_bytes, kHashKey.size()) != kHashKey || !json.ends_with("\"}") ||
      !ParseDigest(json.substr(body_bytes + kHashKey.size(), kHexBytes), &stated)) {
    return Damaged("its last member is not its hash");
  }
  Sha256 sha256;
  if (sha256.Update(json.substr(0, body_bytes)).Update("}").Finish() != stated) {
    return Damaged("its hash is not that of its contents");
  }
  std::string text(json);
  text.resize(json.size() + JsonReader::kPaddingBytes);
  JsonReader reader(json.size(), kDepthMax);
  JournalRecord record;
  if (!reader.Start(text.data(), json.size()) ||
      !ReadMembers<JournalRecord>(kRecordMembers, &reader, &record) || !reader.IsAtEnd()) {
    return MakeError(absl::StatusCode::kInvalidArgument,
                     "journal record: not of schema vigla.journal.v1; it was written by another "
                     "version of the engine, use that one");
  }
  *hash = stated;
  return record;
}

}  // namespace vigla
