// Explanations as JSON (schema vigla.explanation.v1). Cold.
#include "engine/lab/explanation_json.h"

#include "engine/base/json_writer.h"
#include "engine/pipeline/condition_figure.h"

namespace vigla {
namespace {

std::string_view TruthName(Truth truth) {
  switch (truth) {
    case Truth::kTrue: return "pass";
    case Truth::kFalse: return "fail";
    case Truth::kUnknown: return "unknown";
  }
  return "";
}

void AppendNode(const ExplanationNode& node, CurrencyCode base, std::string* out) {
  JsonWriter json(out);
  json.BeginObject()
      .OptionalField("text", node.text)
      .Field("type", ValueTypeName(node.value.type));
  if (node.expression->kind == ExpressionKind::kAnd) json.Field("of", "all");
  if (node.expression->kind == ExpressionKind::kOr) json.Field("of", "any");
  if (node.value.type == ValueType::kBool) {
    json.Field("result", TruthName(node.truth()));
  } else {
    json.Field("value", node.shown);
  }
  json.OptionalField("left", node.left).OptionalField("right", node.right);
  if (node.distance) {
    WriteValue(*node.distance, base, &json.Key("distance"));
    json.OptionalField("unit", UnitOf(node.distance->type, base));
  }
  json.OptionalField("why", node.why);
  if (!node.operands.empty()) {
    json.Key("operands").BeginArray();
    for (const ExplanationNode& operand : node.operands) {
      std::string part;
      AppendNode(operand, base, &part);
      json.Raw(part);
    }
    json.EndArray();
  }
  json.EndObject();
}

void AppendEntries(const ExplainedFeature& feature, CurrencyCode base, JsonWriter* json) {
  json->Key("listed").BeginArray();
  for (const ExplainedEntry& explained : feature.entries) {
    const Entry& entry = explained.entry;
    json->BeginObject()
        .OptionalField("id", explained.id)
        .CounterField("sequence", entry.sequence.value)
        .Field("time", FormatTime(entry.time))
        .Field("direction", DirectionName(entry.direction))
        .Field("amount", FormatOriginal(entry.amount, entry.currency))
        .Field("currency", entry.currency.Text());
    if (entry.has_base_amount) json->Field("base_amount", FormatBase(entry.base_amount, base));
    json->Field("kind", KindName(entry.kind));
    if (!entry.counterparty.IsZero()) {
      json->Field("counterparty",
                  FormatValueBare(Value::Account(entry.counterparty, {}), base));
    }
    json->OptionalField("source", explained.source);
    if (explained.is_judged_leg) json->Field("judged", true);
    json->EndObject();
  }
  json->EndArray();
}

void AppendFeatures(const RuleExplanation& explanation, CurrencyCode base, JsonWriter* json) {
  json->Key("features").BeginArray();
  for (const ExplainedFeature& feature : explanation.features) {
    json->BeginObject()
        .Field("name", feature.name)
        .Field("definition", feature.definition)
        .Field("type", ValueTypeName(feature.value.type))
        .Field("value", feature.shown)
        .OptionalField("why", feature.why);
    if (feature.has_window) {
      json->Key("window")
          .BeginObject()
          .Field("from", FormatTime(feature.from))
          .Field("to", FormatTime(feature.to))
          .Field("open", "from")
          .EndObject()
          .Field("entries", feature.total);
      if (feature.without_rate > 0) json->Field("without_rate", feature.without_rate);
      AppendEntries(feature, base, json);
    }
    json->EndObject();
  }
  json->EndArray();
}

void AppendExceptions(const RuleExplanation& explanation, CurrencyCode base, JsonWriter* json) {
  json->Key("unless").BeginArray();
  for (const ExplainedException& exception : explanation.exceptions) {
    json->BeginObject().Field("id", exception.id).OptionalField("because", exception.because);
    if (exception.until_utc_day) json->Field("until", FormatDate(*exception.until_utc_day));
    json->Field("expired", exception.is_expired);
    std::string condition;
    AppendNode(exception.condition, base, &condition);
    json->Key("if").Raw(condition).EndObject();
  }
  json->EndArray();
}

}  // namespace

void AppendExplanationJson(const RuleExplanation& explanation, CurrencyCode base,
                           std::string* out) {
  const Rule& rule = *explanation.rule;
  JsonWriter json(out);
  json.BeginObject()
      .Field("rule", rule.id)
      .Field("version", int64_t{rule.version})
      .Field("title", rule.title)
      .Key("subject")
      .BeginObject()
      .Field("kind", SubjectKindName(explanation.subject_kind))
      .Field("id", explanation.subject_id)
      .Field("role", explanation.role)
      .EndObject()
      .Field("outcome", RuleOutcomeName(explanation.outcome))
      .OptionalField("alert_id", explanation.alert_id)
      .OptionalField("into", explanation.into)
      .OptionalField("exception", explanation.exception)
      .OptionalField("reason", explanation.reason);
  std::string when;
  AppendNode(explanation.when, base, &when);
  json.Key("when").Raw(when);
  AppendExceptions(explanation, base, &json);
  json.OptionalField("folding", explanation.folding);
  AppendFeatures(explanation, base, &json);
  json.EndObject();
}

}  // namespace vigla
