// Alerts as canonical JSON, in the member order of engine/docs/formats.md. Warm.
#include "engine/pipeline/alert_body.h"

#include <algorithm>

#include "engine/pipeline/condition_figure.h"
#include "engine/pipeline/transaction_json.h"
#include "engine/base/status.h"

namespace vigla {
namespace {

constexpr int kSemantics = 1;
constexpr size_t kUsualBytes = 8 * 1024 - 1;  // with its end mark, what an allocator has ready

bool IsShown(const Match& match, AlertState state) {
  return match.result ==
         (state == AlertState::kLive ? AuditResult::kAlert : AuditResult::kShadow);
}

void WriteSubject(const Leg& leg, JsonWriter* json) {
  const Party& own = leg.Own();
  json->BeginObject()
      .Field("kind", SubjectKindName(leg.subject_kind))
      .Field("id", leg.subject_id)
      .OptionalField("account", own.account)
      .Field("role", RoleText(leg.order))
      .OptionalField("name", own.details == nullptr ? "" : own.details->name);
  if (own.country.IsKnown()) json->Field("country", own.country.Text());
  json->EndObject();
}

void WriteFeatures(const LegResult& result, const Rule& rule, JsonWriter* json) {
  const RuleSet& rule_set = *result.batch->rule_set;
  const CurrencyCode base = rule_set.rates.base();
  json->BeginArray();
  for (size_t i = 0; i < rule.features.size(); ++i) {
    const auto figure = std::find_if(
        result.features.begin(), result.features.end(),
        [&](const FeatureFigure& f) { return f.feature == rule.features[i]; });
    if (figure == result.features.end()) continue;
    const Feature& feature = rule_set.features[figure->feature];
    json->BeginObject().Field("name", rule.feature_names[i]).Key("value");
    if (figure->value.type == ValueType::kInt || figure->value.type == ValueType::kBool) {
      WriteValue(figure->value, base, json);
    } else {
      json->String(figure->text);
    }
    json->OptionalField("unit", UnitOf(figure->value.type, base));
    if (figure->has_window) {
      const EventTime time = result.leg->time();
      json->Key("window")
          .BeginObject()
          .Field("from", FormatTime(time - feature.over_us))
          .Field("to", FormatTime(time - feature.skip_us))
          .Field("open", "from")
          .EndObject()
          .Field("entries", figure->entries);
      if (figure->without_rate > 0) json->Field("without_rate", figure->without_rate);
    }
    json->EndObject();
  }
  json->EndArray();
}

// An entry of the evidence without its id and topic.
constexpr size_t kEvidenceBytesMax = 512;

// Most of an alert's bytes are here: whole pieces of text rather than members one by one.
char* PutEvidence(const Entry& entry, const IndexedView& transaction, std::string_view topic,
                  CurrencyCode base, char* at) {
  at = PutJsonString(transaction.id, PutText("{\"id\":", at));
  at = PutTime(entry.time, PutText(",\"time\":\"", at));
  at = PutText(DirectionName(entry.direction), PutText("\",\"direction\":\"", at));
  char* const amount = PutText("\",\"amount\":\"", at);
  char* const amount_end = PutOriginal(entry.amount, entry.currency, amount);
  at = entry.currency.Put(PutText("\",\"currency\":\"", amount_end));
  if (entry.has_base_amount) {
    at = PutText("\",\"base_amount\":\"", at);
    // In the base currency it is the same number, which has the same digits.
    const Int128 micros = Int128{entry.amount.ten_thousandths} * 100;
    const bool is_same = entry.currency == base && entry.base_amount.micros == micros;
    at = is_same ? std::copy(amount, amount_end, at) : PutBase(entry.base_amount, base, at);
  }
  at = PutText(KindName(entry.kind), PutText("\",\"kind\":\"", at));
  const RecordPosition& position = transaction.position;
  at = PutText("\",\"source\":", at);
  at = PutSourceJson(topic, position.partition, position.offset, at);
  return PutText("}", at);
}

// Nothing at all where no match was suppressed.
void WriteSuppressed(const LegResult& result, AlertState state, JsonWriter* json) {
  bool is_open = false;
  for (const Match& match : result.matches) {
    if (match.shadow != (state == AlertState::kShadow)) continue;
    if (match.result != AuditResult::kFolded && match.result != AuditResult::kExcepted) continue;
    if (!is_open) json->Key("suppressed").BeginArray();
    is_open = true;
    const bool folded = match.result == AuditResult::kFolded;
    json->BeginObject()
        .Field("rule", result.batch->rule_set->rules[match.rule].id)
        .Field("by", folded ? "once_per" : "exception")
        .Field(folded ? "into" : "exception", folded ? match.into : match.exception)
        .EndObject();
  }
  if (is_open) json->EndArray();
}

}  // namespace

bool AlertBody::Publishes(const LegResult& result, AlertState state) {
  return std::any_of(result.matches.begin(), result.matches.end(),
                     [&](const Match& match) { return IsShown(match, state); });
}

absl::StatusOr<AlertSummary> AlertBody::Render(const LegResult& result, AlertState state,
                                               size_t bytes_max, std::string* out) {
  ASSIGN_OR_RETURN(AlertSummary summary, RenderCut(result, state, {}, out));
  if (out->size() > bytes_max) {
    ASSIGN_OR_RETURN(summary, RenderCut(result, state, {.transaction = true}, out));
  }
  if (out->size() > bytes_max) {
    ASSIGN_OR_RETURN(summary,
                     RenderCut(result, state, {.transaction = true, .evidence = true}, out));
  }
  return summary;
}

absl::StatusOr<AlertSummary> AlertBody::RenderCut(const LegResult& result, AlertState state,
                                                  Cuts cuts, std::string* out) {
  const RuleSet& rule_set = *result.batch->rule_set;
  AlertSummary summary;
  const Rule* leading = nullptr;  // the highest severity, then score, then id
  for (const Match& match : result.matches) {
    if (!IsShown(match, state)) continue;
    const Rule& rule = rule_set.rules[match.rule];
    summary.severity = std::max(summary.severity, rule.severity);
    summary.score += rule.score;
    if (leading == nullptr || std::tie(rule.severity, rule.score) >
                                  std::tie(leading->severity, leading->score)) {
      leading = &rule;
    }
  }
  CHECK(leading != nullptr);
  const Leg& leg = *result.leg;
  out->clear();
  out->reserve(kUsualBytes);
  JsonWriter json(out);
  json.BeginObject()
      .Field("schema", "vigla.alert.v1")
      .Field("alert_id", AlertIdText(result.alert_id))
      .Field("time", FormatTime(leg.time()))
      .Key("subject");
  WriteSubject(leg, &json);
  json.Field("severity", AlertSeverityName(summary.severity))
      .Field("score", int64_t{summary.score})
      .Field("state", state == AlertState::kLive ? "live" : "shadow")
      .CounterField("sequence", leg.sequence.value)
      .Field("title", leading->title);
  RETURN_IF_ERROR(WriteMatches(result, state, cuts, &json.Key("matches")));
  WriteSuppressed(result, state, &json);
  json.Key("transaction");
  if (cuts.transaction) {
    json.BeginObject()
        .Field("id", leg.transaction->id)
        .Field("omitted", true)
        .Field("digest", Sha256::Of(result.batch->InputOf(leg.sequence).value).Hex())
        .EndObject();
  } else {
    WriteTransaction(*leg.transaction, &json);
  }
  WriteOrigin(result, &json.Key("origin"));
  json.Field("rule_set", rule_set.FingerprintText())
      .Field("semantics", int64_t{kSemantics})
      .EndObject();
  return summary;
}

absl::Status AlertBody::WriteMatches(const LegResult& result, AlertState state, Cuts cuts,
                                     JsonWriter* json) {
  const RuleSet& rule_set = *result.batch->rule_set;
  json->BeginArray();
  for (size_t i = 0; i < result.matches.size(); ++i) {
    const Match& match = result.matches[i];
    if (!IsShown(match, state)) continue;
    const Rule& rule = rule_set.rules[match.rule];
    json->BeginObject()
        .Field("rule", rule.id)
        .Field("version", int64_t{rule.version})
        .Field("pack", rule.pack)
        .Field("pack_version", int64_t{rule.pack_version})
        .Field("title", rule.title)
        .Field("severity", AlertSeverityName(rule.severity))
        .Field("score", int64_t{rule.score})
        .Field("reason", match.reason);
    if (!rule.tags.empty()) {
      json->Key("tags").BeginArray();
      for (const std::string& tag : rule.tags) json->String(tag);
      json->EndArray();
    }
    json->OptionalField("officer", rule.officer).Key("conditions").BeginArray();
    for (const ConditionFigure& condition : match.conditions) {
      json->BeginObject().Field("text", condition.text);
      if (!condition.json.empty()) json->Members(condition.json);
      json->EndObject();
    }
    json->EndArray();
    WriteFeatures(result, rule, &json->Key("features"));
    json->Key("evidence");
    if (cuts.evidence) {
      json->BeginArray().EndArray();
    } else {
      RETURN_IF_ERROR(WriteEvidence(result, i, json));
    }
    const auto listed = static_cast<int64_t>(result.evidence[i].size());
    json->Field("evidence_omitted", result.evidence_omitted[i] + (cuts.evidence ? listed : 0))
        .EndObject();
  }
  json->EndArray();
  return absl::OkStatus();
}

absl::Status AlertBody::WriteEvidence(const LegResult& result, size_t match, JsonWriter* json) {
  const CurrencyCode base = result.batch->rule_set->rates.base();
  json->BeginArray();
  for (const Entry& entry : result.evidence[match]) {
    ASSIGN_OR_RETURN(const IndexedView transaction, index_->Resolve(entry.sequence));
    const std::string_view topic = topics_[transaction.position.topic];
    char* const at =
        json->BeginRaw(kEvidenceBytesMax + JsonStringBytesMax(transaction.id.size()) +
                       JsonStringBytesMax(topic.size()));
    json->EndRaw(PutEvidence(entry, transaction, topic, base, at));
  }
  json->EndArray();
  return absl::OkStatus();
}

void AlertBody::WriteOrigin(const LegResult& result, JsonWriter* json) const {
  const InputRecord& input = result.batch->InputOf(result.leg->sequence);
  json->BeginObject()
      .Field("topic", topics_[input.position.topic])
      .Field("partition", int64_t{input.position.partition})
      .Field("offset", std::to_string(input.position.offset))
      .OptionalField("key", input.key);
  if (input.received_us != 0) json->Field("received", FormatTime({input.received_us}));
  if (input.headers != nullptr) {
    for (const Header& header : *input.headers) {
      if (header.key == "traceparent") json->OptionalField("traceparent", header.value);
    }
  }
  json->EndObject();
}

}  // namespace vigla
