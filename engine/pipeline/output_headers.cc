// Headers of output records. Warm.
#include "engine/pipeline/output_headers.h"

namespace vigla {
namespace {

// Replaces headers one after the other; what is left of the old ones at the end goes.
class HeaderList {
 public:
  explicit HeaderList(RecordHeaders* headers) : headers_(headers) {}
  ~HeaderList() { headers_->resize(size_); }
  HeaderList(const HeaderList&) = delete;
  HeaderList& operator=(const HeaderList&) = delete;

  // Adds one, and returns its value for more to be appended.
  std::string& Add(std::string_view key, std::string_view value) {
    if (size_ == headers_->size()) headers_->emplace_back();
    auto& [own_key, own_value] = (*headers_)[size_++];
    own_key = key;
    own_value = value;
    return own_value;
  }

 private:
  RecordHeaders* const headers_;
  size_t size_ = 0;
};

constexpr size_t kUsualHeaders = 12;

void AddHeaders(std::string_view schema, std::string_view id, std::string_view rule_set,
                uint64_t epoch, std::string_view instance, HeaderList* list) {
  list->Add("content-type", "application/json");
  list->Add("ce_specversion", "1.0");
  list->Add("ce_id", id);
  list->Add("ce_type", "vigla.").append(schema);
  list->Add("ce_source", "/vigla/").append(instance);
  list->Add("ce_dataschema", "urn:vigla:schema:").append(schema);
  list->Add("vigla_rule_set", rule_set);
  list->Add("vigla_epoch", std::to_string(epoch));
  list->Add("vigla_engine", VIGLA_VERSION);
}

}  // namespace

RecordHeaders OutputHeaders(std::string_view schema, std::string_view rule_set, uint64_t epoch,
                            std::string_view instance) {
  RecordHeaders headers;
  headers.reserve(kUsualHeaders);
  const std::string id = std::string(schema).append("/").append(std::to_string(epoch));
  {
    HeaderList list(&headers);
    AddHeaders(schema, id, rule_set, epoch, instance, &list);
  }
  return headers;
}

void SetAlertHeaders(const LegResult& result, const AlertSummary& summary,
                     std::string_view instance, RecordHeaders* headers) {
  headers->reserve(kUsualHeaders);
  HeaderList list(headers);
  const Batch& batch = *result.batch;
  AddHeaders("alert.v1", AlertIdText(result.alert_id), batch.rule_set->FingerprintText(),
             batch.epoch, instance, &list);
  char time[kTimeBytesMax];
  const char* const time_end = PutTime(result.leg->time(), time);
  list.Add("ce_time", {time, static_cast<size_t>(time_end - time)});
  list.Add("vigla_severity", AlertSeverityName(summary.severity));
  const InputRecord& input = batch.InputOf(result.leg->sequence);
  if (input.headers == nullptr) return;
  for (const Header& header : *input.headers) {
    if (header.key != "traceparent" && header.key != "tracestate") continue;
    list.Add(header.key, header.value);
  }
}

}  // namespace vigla
