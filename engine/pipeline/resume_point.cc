// The state header as canonical JSON. Cold.
#include "engine/pipeline/resume_point.h"

#include <simdjson.h>

#include "engine/base/json_writer.h"
#include "engine/base/status.h"

namespace vigla {
namespace {

constexpr std::string_view kSchema = "vigla.state.v1";
// Before the log of legs, images lagged behind; `redo` was the first sequence that some lacked.
constexpr int64_t kFormatWithRedoPoint = 1;

absl::Status Unreadable() {
  return MakeError(absl::StatusCode::kDataLoss,
                   "the state directory's header is not readable; move the directory away to "
                   "have the state rebuilt from the input");
}

// Reads members of one object; remembers the first failure instead of throwing.
class Members {
 public:
  explicit Members(simdjson::dom::object object) : object_(object) {}

  std::string Text(std::string_view key) {
    std::string_view value;
    if (object_.at_key(key).get(value) != simdjson::SUCCESS) ok_ = false;
    return std::string(value);
  }
  int64_t Int(std::string_view key) {
    int64_t value = 0;
    if (object_.at_key(key).get(value) != simdjson::SUCCESS) ok_ = false;
    return value;
  }
  Digest Hash(std::string_view key) {
    Digest digest;
    if (!ParseDigest(Text(key), &digest)) ok_ = false;
    return digest;
  }
  simdjson::dom::array Array(std::string_view key) {
    simdjson::dom::array array;
    if (object_.at_key(key).get(array) != simdjson::SUCCESS) ok_ = false;
    return array;
  }
  bool Has(std::string_view key) {
    return object_.at_key(key).error() == simdjson::SUCCESS;
  }
  bool ok() const { return ok_; }

 private:
  simdjson::dom::object object_;
  bool ok_ = true;
};

}  // namespace

std::string RenderStateHeader(const StateHeader& header) {
  const ResumePoint& resume = header.resume;
  std::string out;
  JsonWriter json(&out);
  json.BeginObject()
      .Field("schema", kSchema)
      .Field("format", int64_t{ResumePoint::kFormatVersion})
      .Field("semantics", int64_t{header.semantics})
      .Field("last_epoch", static_cast<int64_t>(header.last_epoch))
      .Field("identity_key", header.identity_key.Hex())
      .Field("base_currency", header.base_currency)
      .Field("next_epoch", static_cast<int64_t>(resume.next_epoch))
      .Field("next_sequence", static_cast<int64_t>(resume.next_sequence.value))
      .Field("previous_journal_hash", resume.previous_journal_hash.Hex())
      .Field("audit_head", resume.audit_head.Hex())
      .Field("next_audit_frame", static_cast<int64_t>(resume.next_audit_frame))
      .Field("journal_mark", resume.journal_mark.text)
      .Field("audit_mark", resume.audit_mark.text)
      .Field("rule_set", resume.rule_set)
      .Field("recorded_since", resume.recorded_since)
      .Field("source_fingerprint", resume.source_fingerprint);
  if (resume.newest_event_time) json.Field("newest_event_time_us", resume.newest_event_time->us);
  json.Key("positions").BeginArray();
  for (const NamedPosition& position : resume.positions) {
    json.BeginObject()
        .Field("topic", position.topic)
        .Field("partition", int64_t{position.partition})
        .Field("next_offset", position.next_offset)
        .EndObject();
  }
  json.EndArray().EndObject();
  return out;
}

absl::StatusOr<StateHeader> ParseStateHeader(std::string_view text) {
  simdjson::dom::parser parser;
  simdjson::dom::object object;
  if (parser.parse(text.data(), text.size()).get(object) != simdjson::SUCCESS) {
    return Unreadable();
  }
  Members members(object);
  if (members.Text("schema") != kSchema) return Unreadable();
  const int64_t format = members.Int("format");
  if (format != ResumePoint::kFormatVersion && format != kFormatWithRedoPoint) {
    return MakeError(absl::StatusCode::kFailedPrecondition,
                     "the state directory was written in a format that this version does not "
                     "read; use the version that wrote it, or move the directory away");
  }
  StateHeader header;
  ResumePoint& resume = header.resume;
  header.semantics = static_cast<int>(members.Int("semantics"));
  header.last_epoch = static_cast<uint64_t>(members.Int("last_epoch"));
  header.identity_key = members.Hash("identity_key");
  header.base_currency = members.Text("base_currency");
  resume.next_epoch = static_cast<uint64_t>(members.Int("next_epoch"));
  resume.next_sequence.value = static_cast<uint64_t>(members.Int("next_sequence"));
  resume.previous_journal_hash = members.Hash("previous_journal_hash");
  resume.audit_head = members.Hash("audit_head");
  resume.next_audit_frame = static_cast<uint64_t>(members.Int("next_audit_frame"));
  resume.journal_mark.text = members.Text("journal_mark");
  resume.audit_mark.text = members.Text("audit_mark");
  resume.rule_set = members.Text("rule_set");
  resume.recorded_since = members.Text("recorded_since");
  resume.source_fingerprint = members.Text("source_fingerprint");
  if (members.Has("newest_event_time_us")) {
    resume.newest_event_time = EventTime{members.Int("newest_event_time_us")};
  }
  for (simdjson::dom::element element : members.Array("positions")) {
    simdjson::dom::object position;
    if (element.get(position) != simdjson::SUCCESS) return Unreadable();
    Members fields(position);
    resume.positions.push_back({fields.Text("topic"),
                                static_cast<int32_t>(fields.Int("partition")),
                                fields.Int("next_offset")});
    if (!fields.ok()) return Unreadable();
  }
  if (format == kFormatWithRedoPoint &&
      members.Int("redo") != static_cast<int64_t>(resume.next_sequence.value)) {
    return MakeError(absl::StatusCode::kFailedPrecondition,
                     "the state directory was left by a version without a log of legs, and not "
                     "stopped cleanly; start and stop that version once, or move the directory "
                     "away to have it rebuilt from the input");
  }
  if (!members.ok()) return Unreadable();
  return header;
}

}  // namespace vigla
