// Records into transactions, and the validity rules that need no ledger. Hot.
#include "engine/pipeline/intake.h"

#include <algorithm>

#include "engine/pipeline/leg_reader.h"

namespace vigla {

bool HasSubject(const Transaction& transaction, SubjectKind kind, Direction direction) {
  const Party& side = transaction.Side(direction);
  switch (kind) {
    case SubjectKind::kAccount:
      return !side.account.empty();
    case SubjectKind::kParty:
      return !side.party.empty();
    case SubjectKind::kDevice:
      return direction == Direction::kDebit && transaction.details != nullptr &&
             !transaction.details->device.empty();
    case SubjectKind::kCard:
      return direction == Direction::kDebit && transaction.details != nullptr &&
             !transaction.details->card.empty();
    case SubjectKind::kMerchant:
      return direction == Direction::kCredit && transaction.details != nullptr &&
             !transaction.details->merchant.empty();
  }
  return false;
}

Direction ReportingSide(const Transaction& transaction, SubjectKind kind) {
  return HasSubject(transaction, kind, Direction::kDebit) ? Direction::kDebit
                                                          : Direction::kCredit;
}

Intake::Intake(const PipelineOptions& options, const KeyedHasher* hasher)
    : future_max_us_(options.future_max_us), decoder_(hasher) {}

void Intake::Process(Batch* batch) {
  batch->rule_set = rule_set_;
  batch->records.resize(batch->input.records.size());
  for (size_t i = 0; i < batch->records.size(); ++i) {
    batch->records[i] = SequencedRecord{};
    ProcessRecord(batch->input.records[i], &batch->input.arena, &batch->records[i]);
  }
}

void Intake::ProcessRecord(const InputRecord& input, Arena* arena, SequencedRecord* record) {
  Transaction& transaction = record->transaction;
  record->rejection = decoder_.Decode(input.value, arena, &transaction);
  if (record->rejection.code == RejectCode::kNone && input.received_us != 0 &&
      transaction.time.us > input.received_us + future_max_us_) {
    record->rejection = {RejectCode::kTimeInFuture, "time"};
  }
  if (record->rejection.code == RejectCode::kNone) {
    const auto rate = rule_set_->rates.On(transaction.currency, transaction.time);
    if (rate) {
      const auto base = Convert(transaction.amount, *rate);
      if (base) {
        record->base_amount = *base;
        record->has_base_amount = true;
      } else {
        record->rejection = {RejectCode::kAmountOutOfRange, "amount"};
      }
    }
  }
  if (record->rejection.code != RejectCode::kNone) {
    record->verdict = AuditVerdict::kUnreadable;
    return;
  }
  JudgeValidity(arena, record);
}

bool Intake::RuleHolds(const Rule& rule, const SequencedRecord& record,
                       Direction direction) const {
  if (!HasSubject(record.transaction, rule.on, direction)) return false;
  Leg leg;
  leg.transaction = &record.transaction;
  leg.base_amount = record.base_amount;
  leg.has_base_amount = record.has_base_amount;
  leg.subject_kind = rule.on;
  leg.direction = direction;
  LegReader reader(leg, *rule_set_, nullptr);
  if (EvaluateTruth(rule.when, *rule_set_, reader) != Truth::kTrue) return false;
  const int32_t today = UtcDay(leg.time());
  return std::none_of(rule.exceptions.begin(), rule.exceptions.end(), [&](const Exception& e) {
    return (!e.until_utc_day || today <= *e.until_utc_day) &&
           EvaluateTruth(e.condition, *rule_set_, reader) == Truth::kTrue;
  });
}

void Intake::JudgeValidity(Arena* arena, SequencedRecord* record) {
  if (rule_set_->intake_rules.empty()) return;
  rejecting_.clear();
  flagging_.clear();
  const Transaction& transaction = record->transaction;
  for (int index : rule_set_->intake_rules) {
    const Rule& rule = rule_set_->rules[index];
    if (rule.state != RuleState::kLive) continue;  // a shadow rule decides nothing
    bool holds = false;
    switch (rule.subject) {
      case RuleSubject::kDebtor:
        holds = RuleHolds(rule, *record, Direction::kDebit);
        break;
      case RuleSubject::kCreditor:
        holds = RuleHolds(rule, *record, Direction::kCredit);
        break;
      case RuleSubject::kBoth:
        holds = RuleHolds(rule, *record, Direction::kDebit) ||
                RuleHolds(rule, *record, Direction::kCredit);
        break;
      case RuleSubject::kTransaction:
        holds = RuleHolds(rule, *record, ReportingSide(transaction, rule.on));
        break;
    }
    if (!holds) continue;
    (rule.action == ValidityAction::kReject ? rejecting_ : flagging_)
        .push_back(static_cast<uint16_t>(index));
  }
  // A rejected verdict names the rejecting rules only.
  const auto& deciding = rejecting_.empty() ? flagging_ : rejecting_;
  if (deciding.empty()) return;
  record->verdict = rejecting_.empty() ? AuditVerdict::kFlagged : AuditVerdict::kRejected;
  uint16_t* rules = arena->NewArray<uint16_t>(deciding.size());
  std::copy(deciding.begin(), deciding.end(), rules);
  record->deciding_rules = {rules, deciding.size()};
}

}  // namespace vigla
