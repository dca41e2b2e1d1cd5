// What the names of one pack mean: its parameters, lists, macros and features. Cold.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/diagnostic.h"
#include "engine/model/subject.h"
#include "engine/rule/expression.h"
#include "engine/rule/pack.h"
#include "engine/rule/parser.h"

namespace vigla {

enum class NameKind : uint8_t { kParameter, kList, kMacro, kFeature };
std::string_view NameKindName(NameKind kind);  // "parameter"

// What a name is already, without being declared: a field, the head of dotted fields, or a word
// that may be written bare. "" if it is free.
std::string MeaningOfName(const std::string& name);

// One declared name. A broken one is kept, so that its uses are not errors as well.
struct Declaration {
  NameKind kind = NameKind::kParameter;
  SourcePosition at;
  bool broken = false;
  bool used = false;
  std::unique_ptr<Expression> constant;  // parameter
  std::unique_ptr<Expression> least, most;  // of a parameter, where it has them
  ValueType type = ValueType::kBool;     // parameter, feature, items of a list
  int index = -1;                        // list: in RuleSet::lists; feature: of its draft
  SubjectKind on = SubjectKind::kAccount;  // feature
  bool may_be_unknown = false;             // feature
  const YamlNode* text = nullptr;          // macro
  std::unique_ptr<Syntax> syntax;          // macro
  TextPositions positions;                 // macro, once it has been used
};

struct PackScope {
  const Pack* pack = nullptr;
  std::map<std::string, Declaration, std::less<>> names;

  Declaration* Find(std::string_view name) {
    const auto found = names.find(name);
    return found != names.end() ? &found->second : nullptr;
  }
  // Adds a name, or says why it can't be one; then nullptr, and the first declaration stays.
  Declaration* Declare(NameKind kind, const YamlEntry& entry, Diagnostics* diagnostics);
};

}  // namespace vigla
