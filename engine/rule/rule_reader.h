// Reads one rule of a pack: what it is about, when it matches, what it says. Cold.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/diagnostic.h"
#include "engine/rule/checker.h"
#include "engine/rule/feature_reader.h"
#include "engine/rule/pack_scope.h"
#include "engine/rule/rule_set.h"

namespace vigla {

// A rule whose expressions are checked but not yet compiled. Features are indices of drafts.
struct RuleDraft {
  Rule rule;
  const YamlNode* node = nullptr;
  const Pack* pack = nullptr;
  std::unique_ptr<Expression> when;
  std::vector<std::unique_ptr<Expression>> exceptions;  // parallel to rule.exceptions
  std::vector<std::unique_ptr<Expression>> holes;       // parallel to rule.reason; or nullptr
  std::map<int, std::string> features;  // all that it names, as this pack calls them
  std::vector<int> evidence;
  bool names_evidence = false;
};

class RuleReader {
 public:
  // `features` are those that the scope's features point to.
  RuleReader(PackScope* scope, Checker* checker, const std::vector<FeatureDraft>* features,
             const RuleSet* rule_set, Diagnostics* diagnostics);

  // Always gives a draft; it is of use only if no error was reported.
  RuleDraft Read(const YamlNode& node);

 private:
  void ReadHead(const YamlNode& node);
  void ReadSubject(const YamlNode& node);
  void ReadAction(const YamlNode& node);
  void ReadExceptions(const YamlNode& node);
  void ReadOncePer(const YamlNode& node);
  void ReadReason(const YamlNode& node);
  void ReadHole(const YamlNode& reason, size_t* at);
  void AddLiteral(std::string* literal);
  void ReadEvidence(const YamlNode& node);
  void UseFeatures(const Expression* expression);
  void UseFeature(int index, const std::string& name, const SourcePosition& at);
  void Conclude(const YamlNode& node);

  void Error(const DiagnosticCode& code, const YamlNode& node, std::string message,
             std::string advice = "");

  PackScope* scope_;
  Checker* checker_;
  const std::vector<FeatureDraft>* features_;
  const RuleSet* rule_set_;
  Diagnostics* diagnostics_;
  RuleDraft draft_;
};

}  // namespace vigla
