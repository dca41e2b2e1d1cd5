// One leg before the rules: which match, what excepts or folds them, and on what figures. Hot
// until a rule matches, warm from there.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/ledger/lane_state.h"
#include "engine/pipeline/leg_reader.h"
#include "engine/pipeline/messages.h"
#include "engine/rule/rule_matcher.h"

namespace vigla {

// Whether a rule that stands on legs of this kind is judged on this very leg.
bool RuleApplies(const Rule& rule, const Leg& leg, bool enters_ledger);

// What follows the subject in once_per.key; a part that the leg lacks is a value of its own.
Hash128 FoldKeyOf(const Rule& rule, const RuleSet& rule_set, const LegReader& reader);

// Belongs to one lane. Holds no state of its own that outlives a leg.
class Judge {
 public:
  // `topics`: the source's names, by index.
  explicit Judge(const std::vector<std::string>& topics) : topics_(topics) {}

  void SetRuleSet(std::shared_ptr<const RuleSet> rule_set);

  // True if the leg has an entry in the match frame; *result then says everything about it.
  // Counts, per rule, the legs on which it was unknown.
  bool JudgeLeg(const Batch& batch, const Leg& leg, ApplyOutcome outcome, LegFigures* figures,
                std::vector<int64_t>* unknown, LegResult* result);

 private:
  // A leg on which some rules are not judged: its transaction was rejected, or it is too late.
  void JudgeApart(bool enters_ledger, LegReader* reader, LegFigures* figures,
                  std::vector<int64_t>* unknown, LegResult* result);
  void Match(int rule_index, LegReader* reader, LegFigures* figures, LegResult* result);
  bool Fold(const Rule& rule, LegReader* reader, LegFigures* figures, class Match* match,
            LegResult* result);
  void Identify(LegResult* result);
  void Explain(LegReader* reader, LegFigures* figures, LegResult* result);

  const std::vector<std::string> topics_;
  std::shared_ptr<const RuleSet> rule_set_;
  std::vector<Hash128> rule_hashes_;  // of the rules' ids, by index
  RuleMatcher matcher_;
};

}  // namespace vigla
