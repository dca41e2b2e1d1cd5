// Writes the schema of the configuration. Cold.
#include "engine/app/config_schema.h"

#include <map>
#include <string_view>
#include <vector>

#include "engine/app/setting.h"
#include "engine/base/json_indent.h"
#include "engine/base/json_writer.h"

namespace vigla {
namespace {

// Numbers may be written as texts, and any value as ${VARIABLE}.
constexpr std::string_view kNumberOrVariable = "^([0-9]+|.*\\$\\{.*)$";

void WriteSetting(const SettingInfo& info, JsonWriter* json) {
  json->BeginObject().Field("description", info.about);
  switch (info.type) {
    case SettingType::kTextList:
      json->Key("anyOf").BeginArray();
      json->BeginObject().Field("type", "string").EndObject();
      json->BeginObject().Field("type", "array").Key("items").BeginObject();
      json->Field("type", "string").EndObject().EndObject();
      json->EndArray();
      break;
    case SettingType::kInt:
    case SettingType::kBytes:
      json->Key("type").BeginArray().String("integer").String("string").EndArray();
      json->Field("minimum", info.min).Field("maximum", info.max);
      json->Field("pattern", kNumberOrVariable);
      if (!info.default_value.empty()) json->Key("default").Raw(info.default_value);
      break;
    case SettingType::kWord: {
      json->Key("enum").BeginArray();
      std::string_view rest = info.words;
      while (!rest.empty()) {
        const size_t bar = rest.find('|');
        json->String(rest.substr(0, bar));
        rest = bar == std::string_view::npos ? "" : rest.substr(bar + 1);
      }
      json->EndArray().Field("default", info.default_value);
      break;
    }
    case SettingType::kText:
      json->Field("type", "string");
      if (!info.default_value.empty()) json->Field("default", info.default_value);
      break;
  }
  json->EndObject();
}

}  // namespace

std::string ConfigSchema() {
  std::vector<std::string_view> order;
  std::map<std::string_view, std::vector<const SettingInfo*>> groups;
  for (const SettingInfo& info : SettingTable()) {
    const std::string_view group = info.key.substr(0, info.key.find('.'));
    if (groups[group].empty()) order.push_back(group);
    groups[group].push_back(&info);
  }
  std::string text;
  JsonWriter json(&text);
  json.BeginObject()
      .Field("$schema", "https://json-schema.org/draft/2020-12/schema")
      .Field("$id", "urn:vigla:schema:config.v1")
      .Field("title", "Configuration")
      .Field("description", "An instance's settings; each may also come from the environment or "
                            "the command line.")
      .Field("type", "object")
      .Field("additionalProperties", false)
      .Key("properties")
      .BeginObject();
  for (std::string_view group : order) {
    json.Key(group).BeginObject().Field("type", "object").Field("additionalProperties", false);
    json.Key("properties").BeginObject();
    for (const SettingInfo* info : groups[group]) {
      json.Key(info->key.substr(group.size() + 1));
      WriteSetting(*info, &json);
    }
    json.EndObject().EndObject();
  }
  json.Key("kafka").BeginObject().Field("type", "object");
  json.Field("description", "Properties of librdkafka, by name.").EndObject();
  json.EndObject().EndObject();
  return IndentJson(text);
}

}  // namespace vigla
