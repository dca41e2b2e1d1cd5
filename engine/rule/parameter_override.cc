// Sets parameters in packs' trees. Cold.
#include "engine/rule/parameter_override.h"

#include <set>
#include <string_view>
#include <utility>

#include "engine/rule/diagnostic_codes.h"

namespace vigla {
namespace {

YamlNode* FindIn(YamlNode* map, std::string_view key) {
  for (YamlEntry& entry : map->entries) {
    if (entry.key == key) return &entry.value;
  }
  return nullptr;
}

YamlNode* FindValue(const std::string& parameter,
                    const std::vector<std::unique_ptr<Pack>>& packs) {
  const size_t dot = parameter.rfind('.');  // packs may have dots in their names
  if (dot == std::string::npos) return nullptr;
  for (const auto& pack : packs) {
    if (pack->name != parameter.substr(0, dot)) continue;
    YamlNode* node = FindIn(&pack->document->root, "parameters");
    if (node != nullptr) node = FindIn(node, parameter.substr(dot + 1));
    return node != nullptr ? FindIn(node, "value") : nullptr;
  }
  return nullptr;
}

std::string NearestParameter(const std::string& parameter,
                             const std::vector<std::unique_ptr<Pack>>& packs) {
  std::vector<std::string> known;
  for (const auto& pack : packs) {
    for (const YamlEntry& entry : EntriesAt(pack->root(), "parameters")) {
      known.push_back(pack->name + "." + entry.key);
    }
  }
  return NearestWord(parameter, {known.begin(), known.end()});
}

}  // namespace

void ApplyOverrides(const std::vector<ParameterOverride>& overrides,
                    const std::vector<std::unique_ptr<Pack>>& packs, Diagnostics* diagnostics) {
  std::set<std::string> seen;
  for (const ParameterOverride& override : overrides) {
    YamlNode* value = FindValue(override.parameter, packs);
    if (value == nullptr) {
      const std::string nearest = NearestParameter(override.parameter, packs);
      diagnostics->Error(diagnostic::kUnknownParameter.code, override.at,
                         "there is no parameter `" + override.parameter + "`",
                         nearest.empty() ? "pack.parameter, of a pack that is loaded"
                                         : "did you mean `" + nearest + "`?");
      continue;
    }
    if (!seen.insert(override.parameter).second) {
      diagnostics->Error(diagnostic::kUnknownParameter.code, override.at,
                         "`" + override.parameter + "` is set twice", "keep one of the two");
      continue;
    }
    auto source = std::make_shared<YamlDocument>();
    source->file = override.at.file;
    YamlNode node;
    node.text = override.value;
    node.line = override.at.line;
    node.column = override.at.column;
    node.origin = std::move(source);
    *value = std::move(node);
  }
}

}  // namespace vigla
