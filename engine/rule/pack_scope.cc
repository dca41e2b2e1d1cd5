// Declares names, and keeps them apart from fields and words. Cold.
#include "engine/rule/pack_scope.h"

#include "engine/base/check.h"
#include "engine/rule/constant.h"
#include "engine/rule/diagnostic_codes.h"
#include "engine/rule/field.h"

namespace vigla {

std::string MeaningOfName(const std::string& name) {
  for (const FieldInfo& info : FieldTable()) {
    if (info.name == name) return "a field";
    if (info.name.starts_with(name) && info.name.substr(name.size()).starts_with(".")) {
      return "the beginning of fields such as " + std::string(info.name);
    }
  }
  for (ValueType type : {ValueType::kKind, ValueType::kStatus, ValueType::kDirection}) {
    for (std::string_view word : Vocabulary(type)) {
      if (word == name) return "a " + std::string(ValueTypeName(type));
    }
  }
  return "";
}

std::string_view NameKindName(NameKind kind) {
  switch (kind) {
    case NameKind::kParameter: return "parameter";
    case NameKind::kList: return "list";
    case NameKind::kMacro: return "macro";
    case NameKind::kFeature: return "feature";
  }
  CHECK(false);
}

Declaration* PackScope::Declare(NameKind kind, const YamlEntry& entry, Diagnostics* diagnostics) {
  const SourcePosition at = pack->document->At(entry);
  if (const std::string meaning = MeaningOfName(entry.key); !meaning.empty()) {
    diagnostics->Error(diagnostic::kNameTaken.code, at, "`" + entry.key + "` is " + meaning,
                       "choose another name");
    return nullptr;
  }
  const auto [place, added] = names.try_emplace(entry.key);
  if (!added) {
    diagnostics->Error(diagnostic::kDeclaredTwice.code, at,
                       "`" + entry.key + "` is a " +
                           std::string(NameKindName(place->second.kind)) + " already, line " +
                           std::to_string(place->second.at.line),
                       "choose another name");
    return nullptr;
  }
  place->second.kind = kind;
  place->second.at = at;
  return &place->second;
}

}  // namespace vigla
