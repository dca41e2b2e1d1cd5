// The running totals of one group of entries: added to at one end, taken from at the other. Hot.
#include "engine/ledger/running_group.h"

#include <algorithm>

#include "engine/base/check.h"
#include "engine/ledger/entry_group.h"

namespace vigla {

bool RunningGroup::TakesLateEntries(Aggregate aggregate) {
  switch (aggregate) {
    case Aggregate::kMin:
    case Aggregate::kMax:
    case Aggregate::kFirst:
    case Aggregate::kAge: return false;
    default: return true;
  }
}

void RunningGroup::Add(const FeaturePlan& plan, const KeyedHasher& hasher, bool in_part,
                       EntryReader* reader) {
  const Entry& entry = reader->entry();
  if (plan.feature->aggregate == Aggregate::kShare) detail().whole.Add(plan, entry);
  if (!in_part) return;
  part_.Add(plan, entry);
  switch (plan.feature->aggregate) {
    case Aggregate::kMin:
    case Aggregate::kMax: {
      if (!plan.HasAmount(entry)) break;
      const int64_t amount = plan.AmountOf(entry);
      const bool least = plan.feature->aggregate == Aggregate::kMin;
      FlatQueue<Extreme>& extremes = detail().extremes;
      while (!extremes.empty() && (least ? extremes.back().amount >= amount
                                         : extremes.back().amount <= amount)) {
        extremes.PopBack();
      }
      extremes.PushBack({KeyOf(entry), amount});
      break;
    }
    case Aggregate::kStddev:
      if (plan.HasAmount(entry)) detail().squares.Add(plan.AmountOf(entry));
      break;
    case Aggregate::kDistinct: {
      const Value value = reader->Field(*plan.feature->of);
      if (value.known) ++detail().values[IdentityOf(value, hasher)];
      break;
    }
    case Aggregate::kFirst:
    case Aggregate::kAge: detail().keys.PushBack(KeyOf(entry)); break;
    case Aggregate::kLast:
    case Aggregate::kIdle: detail().last = std::max(detail().last, KeyOf(entry)); break;
    default: break;
  }
}

void RunningGroup::Remove(const FeaturePlan& plan, const KeyedHasher& hasher, bool in_part,
                          EntryReader* reader) {
  const Entry& entry = reader->entry();
  if (plan.feature->aggregate == Aggregate::kShare) detail().whole.Subtract(plan, entry);
  if (!in_part) return;
  part_.Subtract(plan, entry);
  switch (plan.feature->aggregate) {
    case Aggregate::kMin:
    case Aggregate::kMax: {
      FlatQueue<Extreme>& extremes = detail().extremes;
      if (!extremes.empty() && extremes.front().key == KeyOf(entry)) extremes.PopFront();
      break;
    }
    case Aggregate::kStddev:
      if (plan.HasAmount(entry)) detail().squares.Subtract(plan.AmountOf(entry));
      break;
    case Aggregate::kDistinct: {
      const Value value = reader->Field(*plan.feature->of);
      if (!value.known) break;
      const auto found = detail().values.find(IdentityOf(value, hasher));
      CHECK(found != detail().values.end());
      if (--found->second == 0) detail().values.erase(found);
      break;
    }
    case Aggregate::kFirst:
    case Aggregate::kAge:
      CHECK(detail().keys.front() == KeyOf(entry));
      detail().keys.PopFront();
      break;
    default: break;
  }
}

void RunningGroup::Summarise(const FeaturePlan& plan, Summary* summary) const {
  summary->part = part_;
  if (detail_ == nullptr) return;
  switch (plan.feature->aggregate) {
    case Aggregate::kMin:
    case Aggregate::kMax:
      if (part_.with_amount > 0) summary->min = summary->max = detail_->extremes.front().amount;
      break;
    case Aggregate::kShare: summary->whole = detail_->whole; break;
    case Aggregate::kStddev: summary->squares = detail_->squares; break;
    case Aggregate::kDistinct:
      summary->distinct = static_cast<int64_t>(detail_->values.size());
      break;
    case Aggregate::kFirst:
    case Aggregate::kAge:
      if (part_.count > 0) summary->first = detail_->keys.front();
      break;
    case Aggregate::kLast:
    case Aggregate::kIdle: summary->last = detail_->last; break;
    default: break;
  }
}

size_t RunningGroup::HeapBytes() const {
  if (detail_ == nullptr) return 0;
  return sizeof(Detail) + detail_->extremes.HeapBytes() + detail_->keys.HeapBytes() +
         detail_->values.capacity() * (sizeof(Hash128) + sizeof(int64_t) + 1);
}

}  // namespace vigla
