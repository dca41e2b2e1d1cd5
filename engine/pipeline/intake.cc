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

void Intake::SetRuleSet(std::shared_ptr<const RuleSet> rule_set) {
  rule_set_ = std::move(rule_set);
  matcher_.SetRuleSet(*rule_set_);
}

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
  record->rejection = input.padding_bytes >= Decoder::kPaddingBytes
                          ? decoder_.DecodeInPlace(input.value, arena, &transaction)
                          : decoder_.Decode(input.value, arena, &transaction);
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

void Intake::JudgeSide(SubjectKind kind, Direction direction, const SequencedRecord& record) {
  const PredicateIndex::Roots roots =
      rule_set_->index->intake[static_cast<size_t>(kind)][static_cast<size_t>(direction)];
  if (roots.always == PredicateIndex::kNone && roots.transaction == PredicateIndex::kNone) return;
  const Transaction& transaction = record.transaction;
  if (!HasSubject(transaction, kind, direction)) return;
  Leg leg;
  leg.transaction = &transaction;
  leg.base_amount = record.base_amount;
  leg.has_base_amount = record.has_base_amount;
  leg.subject_kind = kind;
  leg.direction = direction;
  LegReader reader(leg, *rule_set_, nullptr);
  matcher_.Match(roots.always, reader);
  if (ReportingSide(transaction, kind) == direction) matcher_.Match(roots.transaction, reader);
  const int32_t today = UtcDay(leg.time());
  matcher_.ForEach([&](int index, Truth truth) {
    if (truth != Truth::kTrue) return;
    const std::vector<Exception>& exceptions = rule_set_->rules[index].exceptions;
    const bool holds = std::none_of(exceptions.begin(), exceptions.end(), [&](const Exception& e) {
      return (!e.until_utc_day || today <= *e.until_utc_day) &&
             EvaluateTruth(e.condition, *rule_set_, reader) == Truth::kTrue;
    });
    if (holds) holding_.push_back(static_cast<uint16_t>(index));
  });
}

void Intake::JudgeValidity(Arena* arena, SequencedRecord* record) {
  if (rule_set_->intake_rules.empty()) return;
  holding_.clear();
  rejecting_.clear();
  flagging_.clear();
  for (size_t kind = 0; kind < rule_set_->index->intake.size(); ++kind) {
    for (const Direction side : {Direction::kDebit, Direction::kCredit}) {
      JudgeSide(static_cast<SubjectKind>(kind), side, *record);
    }
  }
  // A rule may hold on both sides; its place is that of its id.
  std::sort(holding_.begin(), holding_.end());
  holding_.erase(std::unique(holding_.begin(), holding_.end()), holding_.end());
  for (uint16_t index : holding_) {
    const bool rejects = rule_set_->rules[index].action == ValidityAction::kReject;
    (rejects ? rejecting_ : flagging_).push_back(index);
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
