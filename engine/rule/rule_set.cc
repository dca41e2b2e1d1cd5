// Names of what a rule set holds. Cold.
#include "engine/rule/rule_set.h"

#include "engine/base/check.h"

namespace vigla {

std::string_view AlertSeverityName(AlertSeverity severity) {
  switch (severity) {
    case AlertSeverity::kInfo: return "info";
    case AlertSeverity::kLow: return "low";
    case AlertSeverity::kMedium: return "medium";
    case AlertSeverity::kHigh: return "high";
    case AlertSeverity::kCritical: return "critical";
  }
  CHECK(false);
}

std::string RuleSet::FieldName(FieldRef field) const {
  std::string name(FieldTable()[field.id].name);
  if (field.id == field::kAttribute) name += attribute_paths[field.attribute];
  return name;
}

}  // namespace vigla
