// Renders what a reload did. Cold.
#include "engine/app/reload_answer.h"

#include <cmath>

#include "engine/app/finding_format.h"
#include "engine/base/json_writer.h"
#include "engine/model/time.h"

namespace vigla {
namespace {

void Names(std::string_view key, const std::vector<std::string>& names, JsonWriter* json) {
  if (names.empty()) return;
  json->Key(key).BeginArray();
  for (const std::string& name : names) json->String(name);
  json->EndArray();
}

void Names(std::string_view key, const RuleSetChange::Names& names, JsonWriter* json) {
  if (names.empty()) return;
  json->Key(key).BeginObject();
  Names("added", names.added, json);
  Names("changed", names.changed, json);
  Names("removed", names.removed, json);
  json->EndObject();
}

void Values(std::string_view key, std::string_view name, bool in_pack,
            const std::vector<RuleSetChange::Value>& values, JsonWriter* json) {
  if (values.empty()) return;
  json->Key(key).BeginArray();
  for (const RuleSetChange::Value& value : values) {
    json->BeginObject()
        .Field(in_pack ? "name" : name, value.name)
        .OptionalField("before", value.before)
        .OptionalField("after", value.after)
        .EndObject();
  }
  json->EndArray();
}

void WriteChange(const RuleSetChange& change, JsonWriter* json) {
  json->Key("changes").BeginObject();
  Names("packs_added", change.packs_added, json);
  Names("packs_removed", change.packs_removed, json);
  Names("rules", change.rules, json);
  Values("states", "rule", /*in_pack=*/false, change.states, json);
  Values("parameters", "", /*in_pack=*/true, change.parameters, json);
  if (!change.lists.empty()) {
    json->Key("lists").BeginArray();
    for (const RuleSetChange::List& list : change.lists) {
      json->BeginObject()
          .Field("name", list.name)
          .Field("items_added", list.added)
          .Field("items_removed", list.removed)
          .EndObject();
    }
    json->EndArray();
  }
  Names("features", change.features, json);
  Names("macros", change.macros, json);
  if (change.rates) json->Field("rates", true);
  json->EndObject();
  if (change.waits.empty()) return;
  json->Key("waits").BeginArray();
  for (const RuleSetChange::Wait& wait : change.waits) {
    json->BeginObject().Field("feature", wait.feature);
    Names("rules", wait.rules, json);
    if (wait.for_us > 0) json->Field("unknown_for", FormatDuration(wait.for_us));
    json->Field("because", wait.because).EndObject();
  }
  json->EndArray();
}

void Count(size_t count, std::string_view what, std::string* out) {
  if (count == 0) return;
  if (!out->empty()) *out += ", ";
  *out += std::to_string(count) + " " + std::string(what);
}

}  // namespace

std::string DescribeChange(const RuleSetChange& change) {
  std::string text;
  Count(change.rules.added.size(), "rule(s) added", &text);
  Count(change.rules.removed.size(), "rule(s) removed", &text);
  Count(change.rules.changed.size(), "rule(s) changed", &text);
  Count(change.states.size(), "state(s)", &text);
  Count(change.parameters.size(), "parameter(s)", &text);
  Count(change.lists.size(), "list(s)", &text);
  Count(change.features.added.size() + change.features.removed.size() +
            change.features.changed.size(),
        "feature(s)", &text);
  Count(change.macros.added.size() + change.macros.removed.size() + change.macros.changed.size(),
        "macro(s)", &text);
  if (change.rates) Count(1, "table of rates", &text);
  return text.empty() ? "nothing that decides" : text;
}

std::string ReloadJson(const ReloadOutcome& outcome) {
  std::string out;
  JsonWriter json(&out);
  json.BeginObject()
      .Field("schema", "vigla.reload.v1")
      .Field("result", outcome.result)
      .Field("by", outcome.by);
  if (outcome.before != nullptr) json.Field("before", outcome.before->FingerprintText());
  if (outcome.after != nullptr) {
    json.Field("after", outcome.after->FingerprintText())
        .Field("rules", static_cast<int64_t>(outcome.after->rules.size()));
  }
  if (outcome.activation && outcome.activation->epoch > 0) {
    json.CounterField("epoch", outcome.activation->epoch)
        .CounterField("first_sequence", outcome.activation->first_sequence.value);
  }
  json.Field("load_ms", static_cast<int64_t>(std::llround(outcome.seconds * 1e3)));
  if (outcome.change != nullptr) WriteChange(*outcome.change, &json);
  if (outcome.after != nullptr) {
    json.Key("files").BeginArray();
    for (const RuleFile& file : outcome.after->files) {
      json.BeginObject().Field("name", file.name).Field("sha256", file.digest.Hex()).EndObject();
    }
    json.EndArray();
  }
  if (outcome.findings != nullptr) {
    json.Key("check").Raw(FindingsJson(*outcome.findings, outcome.after));
  }
  json.EndObject();
  return out;
}

}  // namespace vigla
