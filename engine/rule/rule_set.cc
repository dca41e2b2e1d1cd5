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

bool HasLargestAmount(const Feature& feature) {
  const bool is_one_amount = feature.aggregate == Aggregate::kMean ||
                             feature.aggregate == Aggregate::kMin ||
                             feature.aggregate == Aggregate::kMax;
  return is_one_amount && feature.of && feature.of->id == field::kAmount && !feature.ever &&
         feature.per.empty();
}

std::string RuleSet::FieldName(FieldRef field) const {
  std::string name(FieldTable()[field.id].name);
  if (field.id == field::kAttribute) name += attribute_paths[field.attribute];
  return name;
}

}  // namespace vigla
