// Rejects in both their forms. Cold.
#include "engine/pipeline/reject_record.h"

#include <algorithm>

#include "engine/audit/alert_id.h"
#include "engine/base/json_writer.h"

namespace vigla {
namespace {

constexpr size_t kCutBytes = 512 * 1024;
constexpr size_t kEnvelopeBytes = 4096;  // what surrounds the bytes, generously

void AppendJson(const InputRecord& input, const Rejection& rejection, const std::string& topic,
                size_t bytes_max, std::string* out) {
  const size_t encoded_bytes = (input.value.size() + 2) / 3 * 4;
  const bool cut = encoded_bytes + kEnvelopeBytes > bytes_max;
  std::string source;
  AppendSourceText(topic, input.position.partition, input.position.offset, &source);
  JsonWriter json(out);
  json.BeginObject()
      .Field("schema", "vigla.reject.v1")
      .Field("code", RejectCodeName(rejection.code))
      .OptionalField("field", rejection.field)
      .Field("text", rejection.Text())
      .Field("source", source)
      .Field("bytes_base64",
             Base64Of(cut ? input.value.substr(
                                0, std::min(kCutBytes, (bytes_max - kEnvelopeBytes) / 4 * 3))
                          : input.value));
  if (cut) {
    json.Field("cut", true)
        .CounterField("bytes", input.value.size())
        .Field("digest", Sha256::Of(input.value).Hex());
  }
  json.EndObject();
}

void AddHeaders(const InputRecord& input, const Rejection& rejection, const std::string& topic,
                OutputRecord* record) {
  auto add = [&](std::string_view key, std::string value) {
    record->headers.emplace_back(std::string(key), std::move(value));
  };
  if (input.headers != nullptr) {
    for (const Header& header : *input.headers) add(header.key, std::string(header.value));
  }
  const std::string partition = std::to_string(input.position.partition);
  const std::string offset = std::to_string(input.position.offset);
  const std::string text = rejection.Text();
  add("vigla_reject_code", std::string(RejectCodeName(rejection.code)));
  add("vigla_reject_field", std::string(rejection.field));
  add("vigla_reject_text", text);
  add("vigla_topic", topic);
  add("vigla_partition", partition);
  add("vigla_offset", offset);
  add("vigla_timestamp", std::to_string(input.received_us / 1000));
  add("vigla_attempt", "1");
  add("__connect.errors.topic", topic);
  add("__connect.errors.partition", partition);
  add("__connect.errors.offset", offset);
  add("__connect.errors.stage", "VALUE_CONVERTER");
  add("__connect.errors.exception.message", text);
}

}  // namespace

OutputRecord MakeReject(const InputRecord& input, const Rejection& rejection,
                        const std::string& topic, bool as_json, size_t bytes_max) {
  OutputRecord record;
  record.topic = OutputTopic::kRejects;
  if (as_json) {
    AppendJson(input, rejection, topic, bytes_max, &record.value);
    return record;
  }
  record.key = std::string(input.key);
  AddHeaders(input, rejection, topic, &record);
  if (input.value.size() + input.key.size() + kEnvelopeBytes > bytes_max) {
    const size_t kept = std::min(kCutBytes, bytes_max - kEnvelopeBytes);
    record.value = std::string(input.value.substr(0, kept));
    record.headers.emplace_back("vigla_cut", "true");
    record.headers.emplace_back("vigla_bytes", std::to_string(input.value.size()));
    record.headers.emplace_back("vigla_digest", Sha256::Of(input.value).Hex());
  } else {
    record.value = std::string(input.value);
  }
  return record;
}

}  // namespace vigla
