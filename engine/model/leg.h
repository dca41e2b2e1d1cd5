// A transaction as it touches one subject: what lanes apply and rules judge. Hot.
#pragma once

#include <string_view>

#include "engine/base/hash.h"
#include "engine/model/money.h"
#include "engine/model/subject.h"
#include "engine/model/transaction.h"

namespace vigla {

// Refers to its transaction, which the batch keeps alive.
struct Leg {
  const Transaction* transaction = nullptr;
  Sequence sequence;
  Hash128 subject_hash;         // IdentityHash of (kind, tenant, id)
  std::string_view subject_id;  // as normalised
  BaseAmount base_amount;       // meaningful only if has_base_amount
  bool has_base_amount = false;
  SubjectKind subject_kind = SubjectKind::kAccount;
  Direction direction = Direction::kDebit;
  LegOrder order = LegOrder::kDebtorAccount;

  EventTime time() const { return transaction->time; }
  const Party& Own() const { return transaction->Side(direction); }
  const Party& Other() const { return transaction->OtherSide(direction); }
};

}  // namespace vigla
