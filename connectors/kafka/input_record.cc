// Copies keys, values and headers as they are. Hot.
#include "connectors/kafka/input_record.h"

#include <librdkafka/rdkafka.h>

#include <memory>

namespace vigla {
namespace {

std::string_view Bytes(const void* bytes, size_t size) {
  return {static_cast<const char*>(bytes), bytes == nullptr ? 0 : size};
}

InputRecord WithoutHeaders(const rd_kafka_message_t& message, uint16_t topic) {
  InputRecord record;
  record.position = {topic, message.partition, message.offset};
  rd_kafka_timestamp_type_t type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
  const int64_t timestamp_ms = rd_kafka_message_timestamp(&message, &type);
  record.received_us = timestamp_ms > 0 ? timestamp_ms * 1'000 : 0;
  record.key = Bytes(message.key, message.key_len);
  record.value = Bytes(message.payload, message.len);
  record.has_value = message.payload != nullptr;
  return record;
}

// nullptr if the message has none.
rd_kafka_headers_t* HeadersOf(const rd_kafka_message_t& message) {
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return nullptr;
  return headers;
}

template <typename Visit>
void VisitHeaders(const rd_kafka_headers_t* headers, Visit visit) {
  const char* name = nullptr;
  const void* value = nullptr;
  size_t size = 0;
  for (size_t i = 0; rd_kafka_header_get_all(headers, i, &name, &value, &size) ==
                     RD_KAFKA_RESP_ERR_NO_ERROR;
       ++i) {
    visit(std::string_view(name), Bytes(value, size));
  }
}

}  // namespace

InputRecord ViewOf(const rd_kafka_message_s& message, uint16_t topic,
                   std::vector<Header>* headers) {
  InputRecord record = WithoutHeaders(message, topic);
  headers->clear();
  if (const rd_kafka_headers_t* found = HeadersOf(message); found != nullptr) {
    VisitHeaders(found, [headers](std::string_view name, std::string_view value) {
      headers->push_back({name, value});
    });
    record.headers = headers;
  }
  return record;
}

void AppendCopy(const rd_kafka_message_s& message, uint16_t topic, RecordBatch* batch) {
  InputRecord record = WithoutHeaders(message, topic);
  record.key = batch->arena.Copy(record.key);
  batch->CopyValue(record.value, &record);
  batch->bytes += record.key.size() + record.value.size();
  if (const rd_kafka_headers_t* found = HeadersOf(message); found != nullptr) {
    batch->header_storage.push_back(std::make_unique<std::vector<Header>>());
    record.headers = batch->header_storage.back().get();
    VisitHeaders(found, [batch, &record](std::string_view name, std::string_view value) {
      record.headers->push_back({batch->arena.Copy(name), batch->arena.Copy(value)});
      batch->bytes += name.size() + value.size();
    });
  }
  batch->records.push_back(record);
}

}  // namespace vigla
