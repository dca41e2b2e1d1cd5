// Reads one feature of a pack: aggregate, direction, window and filter. Cold.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/diagnostic.h"
#include "engine/model/time.h"
#include "engine/rule/checker.h"
#include "engine/rule/pack_scope.h"
#include "engine/rule/rule_set.h"

namespace vigla {

// A feature whose `where` is checked but not yet compiled.
struct FeatureDraft {
  Feature feature;
  std::unique_ptr<Expression> where;
  bool may_be_unknown = false;  // even on a leg that has every field it asks for
};

class FeatureReader {
 public:
  // Windows end within `longest_us`: what ledgers keep less the greatest lateness.
  FeatureReader(PackScope* scope, Checker* checker, const RuleSet* rule_set,
                DurationUs longest_us, Diagnostics* diagnostics);

  // Empty after an error.
  std::optional<FeatureDraft> Read(const YamlEntry& entry);

 private:
  void ReadAggregate(const YamlEntry& entry);
  void ReadField(const YamlNode& node);
  void ReadDirection(const YamlNode& node);
  void ReadOf(const YamlNode& map);
  void ReadPercentile(const YamlNode& map);
  void ReadWindow(const YamlNode& map);
  void CheckEver(const YamlNode& map);
  void ReadPer(const YamlNode& map);
  void ReadStatus(const YamlNode& map);
  void ReadSubject(const YamlNode& map);
  void ReadWhere(const YamlNode& map);
  void CheckOriginalAmounts();
  bool HasOneCurrency() const;
  std::optional<DurationUs> Duration(const YamlNode& node, const DiagnosticCode& code);
  void Finish(const std::string& name);
  std::string Canonical() const;

  void Error(const DiagnosticCode& code, const YamlNode& node, std::string message,
             std::string advice = "");

  PackScope* scope_;
  Checker* checker_;
  const RuleSet* rule_set_;
  DurationUs longest_us_;
  Diagnostics* diagnostics_;
  FeatureDraft draft_;
  const YamlNode* value_ = nullptr;  // of the aggregate's key
  bool takes_direction_ = false;     // the aggregate's value is the direction
};

std::string_view AggregateName(Aggregate aggregate);

}  // namespace vigla
