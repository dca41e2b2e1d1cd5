// Which subjects a transaction touches, and on which lane each of them lives. Hot.
#include "engine/pipeline/legs.h"

#include <algorithm>

#include "engine/model/decoder.h"

namespace vigla {
namespace {

class LegAppender {
 public:
  LegAppender(const KeyedHasher& hasher, size_t index, Batch* batch)
      : hasher_(hasher), batch_(batch), record_(batch->records[index]) {
    leg_.transaction = &record_.transaction;
    leg_.sequence = {batch->first_sequence.value + index};
    leg_.base_amount = record_.base_amount;
    leg_.has_base_amount = record_.has_base_amount;
  }

  void Append(SubjectKind kind, Direction direction, LegOrder order, std::string_view id,
              const Hash128& hash) {
    leg_.subject_kind = kind;
    leg_.direction = direction;
    leg_.order = order;
    leg_.subject_id = id;
    leg_.subject_hash = hash;
    batch_->lane_legs[LaneOf(hash, batch_->lane_legs.size())].push_back(leg_);
  }
  void AppendNamed(SubjectKind kind, Direction direction, LegOrder order, std::string_view id) {
    if (id.empty()) return;
    Append(kind, direction, order, id,
           IdentityHash(hasher_, static_cast<uint8_t>(kind), record_.transaction.tenant, id));
  }

 private:
  const KeyedHasher& hasher_;
  Batch* batch_;
  const SequencedRecord& record_;
  Leg leg_;
};

}  // namespace

bool HasAlertingIntakeRules(const RuleSet& rule_set) {
  return std::any_of(rule_set.intake_rules.begin(), rule_set.intake_rules.end(),
                     [&](int index) { return rule_set.rules[index].alerts; });
}

void AppendLegs(const KeyedHasher& hasher, size_t index, Batch* batch) {
  const SequencedRecord& record = batch->records[index];
  const RuleSet& rule_set = *batch->rule_set;
  if (record.verdict == AuditVerdict::kUnreadable) return;
  if (record.verdict == AuditVerdict::kRejected && !HasAlertingIntakeRules(rule_set)) return;

  const Transaction& transaction = record.transaction;
  LegAppender legs(hasher, index, batch);
  if (!transaction.debtor.account.empty()) {
    legs.Append(SubjectKind::kAccount, Direction::kDebit, LegOrder::kDebtorAccount,
                transaction.debtor.account, transaction.debtor.account_hash);
  }
  if (!transaction.creditor.account.empty()) {
    legs.Append(SubjectKind::kAccount, Direction::kCredit, LegOrder::kCreditorAccount,
                transaction.creditor.account, transaction.creditor.account_hash);
  }
  auto uses = [&](SubjectKind kind) {
    return rule_set.uses_subject[static_cast<size_t>(kind)];
  };
  if (uses(SubjectKind::kParty)) {
    legs.AppendNamed(SubjectKind::kParty, Direction::kDebit, LegOrder::kDebtorParty,
                     transaction.debtor.party);
    legs.AppendNamed(SubjectKind::kParty, Direction::kCredit, LegOrder::kCreditorParty,
                     transaction.creditor.party);
  }
  if (transaction.details == nullptr) return;
  const TransactionDetails& details = *transaction.details;
  if (uses(SubjectKind::kDevice)) {
    legs.AppendNamed(SubjectKind::kDevice, Direction::kDebit, LegOrder::kDevice, details.device);
  }
  if (uses(SubjectKind::kCard)) {
    legs.AppendNamed(SubjectKind::kCard, Direction::kDebit, LegOrder::kCard, details.card);
  }
  if (uses(SubjectKind::kMerchant)) {
    legs.AppendNamed(SubjectKind::kMerchant, Direction::kCredit, LegOrder::kMerchant,
                     details.merchant);
  }
}

}  // namespace vigla
