// Headers of output records. Warm.
#include "engine/pipeline/output_headers.h"

namespace vigla {

RecordHeaders OutputHeaders(std::string_view schema, std::string_view rule_set, uint64_t epoch,
                            std::string_view instance) {
  const std::string name(schema);
  const std::string number = std::to_string(epoch);
  return {{"content-type", "application/json"},
          {"ce_specversion", "1.0"},
          {"ce_id", name + "/" + number},
          {"ce_type", "vigla." + name},
          {"ce_source", "/vigla/" + std::string(instance)},
          {"ce_dataschema", "urn:vigla:schema:" + name},
          {"vigla_rule_set", std::string(rule_set)},
          {"vigla_epoch", number},
          {"vigla_engine", VIGLA_VERSION}};
}

RecordHeaders AlertHeaders(const LegResult& result, const AlertSummary& summary, uint64_t epoch,
                           std::string_view instance) {
  RecordHeaders headers = OutputHeaders(
      "alert.v1", result.batch->rule_set->FingerprintText(), epoch, instance);
  headers[2].second = AlertIdText(result.alert_id);
  headers.emplace_back("ce_time", FormatTime(result.leg->time()));
  headers.emplace_back("vigla_severity", std::string(AlertSeverityName(summary.severity)));
  const InputRecord& input = result.batch->InputOf(result.leg->sequence);
  if (input.headers != nullptr) {
    for (const Header& header : *input.headers) {
      if (header.key != "traceparent" && header.key != "tracestate") continue;
      headers.emplace_back(std::string(header.key), std::string(header.value));
    }
  }
  return headers;
}

}  // namespace vigla
