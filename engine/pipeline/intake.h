// Decoding and validity: what every record is worth before it has a place in any ledger. Hot.
#pragma once

#include <memory>

#include "engine/base/hash.h"
#include "engine/model/decoder.h"
#include "engine/pipeline/batch.h"
#include "engine/pipeline/options.h"
#include "engine/rule/rule_matcher.h"
#include "engine/rule/rule_set.h"

namespace vigla {

// Used by the intake thread alone.
class Intake {
 public:
  // `hasher` must outlive it.
  Intake(const PipelineOptions& options, const KeyedHasher* hasher);

  void SetRuleSet(std::shared_ptr<const RuleSet> rule_set);
  const std::shared_ptr<const RuleSet>& rule_set() const { return rule_set_; }

  // Fills batch->records from batch->input.records.
  void Process(Batch* batch);

 private:
  void ProcessRecord(const InputRecord& input, Arena* arena, SequencedRecord* record);
  void JudgeValidity(Arena* arena, SequencedRecord* record);
  // Adds the rules on that side's leg that are true and not excepted to `holding_`.
  void JudgeSide(SubjectKind kind, Direction direction, const SequencedRecord& record);

  const DurationUs future_max_us_;
  Decoder decoder_;
  std::shared_ptr<const RuleSet> rule_set_;
  RuleMatcher matcher_;
  std::vector<uint16_t> holding_, rejecting_, flagging_;  // of the record at hand
};

// The side a rule of that subject is judged on: empty where there is none (rules.md, 9).
// For RuleSubject::kBoth call with each direction; otherwise `direction` must fit the subject.
bool HasSubject(const Transaction& transaction, SubjectKind kind, Direction direction);
// Where a rule about the whole transaction reports: the debtor's leg, else the creditor's.
Direction ReportingSide(const Transaction& transaction, SubjectKind kind);

}  // namespace vigla
