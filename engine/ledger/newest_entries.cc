// The newest entries of the judged leg's subject as bitmaps, of which figures are made. Hot.
#include "engine/ledger/newest_entries.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <tuple>
#include <utility>

#include "engine/rule/evaluator.h"

namespace vigla {
namespace {

uint64_t FirstBits(size_t count) { return count == 64 ? ~uint64_t{0} : (uint64_t{1} << count) - 1; }

bool IsSameConstant(const Value& a, const Value& b) {
  const auto number = [](const Number& n) {
    return std::tuple(n.numerator, n.denominator, n.scale, n.wide);
  };
  return a.type == b.type && a.known == b.known && a.integer == b.integer && a.text == b.text &&
         a.hash == b.hash && number(a.number) == number(b.number);
}

bool IsSameConstants(const std::vector<Value>& a, const std::vector<Value>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), IsSameConstant);
}

// False where it would be hard to tell: then the two are asked apart.
bool IsSameProgram(const Program& a, const Program& b) {
  const auto is_same_code = [](const Program::Instruction& x, const Program::Instruction& y) {
    return std::tie(x.opcode, x.type, x.mask, x.a, x.b, x.c) ==
           std::tie(y.opcode, y.type, y.mask, y.a, y.b, y.c);
  };
  const auto is_same_list = [](const LiteralList& x, const LiteralList& y) {
    return x.integers == y.integers && x.texts == y.texts && IsSameConstants(x.others, y.others);
  };
  return a.money.empty() && b.money.empty() && a.patterns.empty() && b.patterns.empty() &&
         std::equal(a.code.begin(), a.code.end(), b.code.begin(), b.code.end(), is_same_code) &&
         IsSameConstants(a.constants, b.constants) &&
         std::equal(a.literal_lists.begin(), a.literal_lists.end(), b.literal_lists.begin(),
                    b.literal_lists.end(), is_same_list);
}

// The place of an item that is the same as one that is there, or else of a new one.
template <typename Item, typename IsSame>
int NumberOf(const Item& item, IsSame is_same, std::vector<Item>* items) {
  const auto found = std::find_if(items->begin(), items->end(),
                                  [&](const Item& other) { return is_same(other, item); });
  if (found != items->end()) return static_cast<int>(found - items->begin());
  items->push_back(item);
  return static_cast<int>(items->size()) - 1;
}

// What bitmaps can tell; share, deviation and ranks go through the entries.
bool IsMadeOfBitmaps(const Feature& feature) {
  if (feature.ever || !feature.per.empty()) return false;
  switch (feature.aggregate) {
    case Aggregate::kMedian:
    case Aggregate::kPercentile:
    case Aggregate::kStddev:
    case Aggregate::kShare:
      return false;
    default: return true;
  }
}

}  // namespace

void NewestEntries::SetPlans(const std::vector<FeaturePlan>& plans) {
  *this = NewestEntries();
  std::vector<std::pair<DurationUs, DurationUs>> windows;
  std::vector<std::pair<uint8_t, uint8_t>> selections;
  for (const FeaturePlan& plan : plans) {
    const Feature& feature = *plan.feature;
    Shares shares;
    shares.plan = &plan;
    shares.can_share = IsMadeOfBitmaps(feature);
    if (shares.can_share) {
      shares.window = NumberOf({feature.over_us, feature.skip_us}, std::equal_to<>(), &windows);
      shares.selection =
          NumberOf({plan.direction_mask, plan.status_mask}, std::equal_to<>(), &selections);
      if (feature.where) {
        shares.where = NumberOf(
            Condition{&*feature.where},
            [](const Condition& a, const Condition& b) {
              return IsSameProgram(*a.where, *b.where);
            },
            &conditions_);
      }
      if (feature.aggregate == Aggregate::kDistinct) {
        shares.distinct = NumberOf(
            Distinct{*feature.of},
            [](const Distinct& a, const Distinct& b) { return a.field == b.field; }, &distincts_);
      }
    }
    shares_.push_back(shares);
  }
  windows_.resize(windows.size());
  selections_.resize(selections.size());
}

bool NewestEntries::Covers(int feature, const Window& window, const Ledger& ledger) {
  if (!shares_[static_cast<size_t>(feature)].can_share) return false;
  const Chunk& newest = ledger.newest();
  if (newest.empty() || newest.size() > kEntriesMax) return false;
  if (ledger.HasChunksApart() && newest.first().time > window.after) return false;
  if (chunk_ == nullptr) Begin(newest);
  return true;
}

void NewestEntries::Begin(const Chunk& chunk) {
  ++leg_;
  chunk_ = &chunk;
  with_rate_ = 0;
  uint64_t bit = 1;
  for (const Entry& entry : chunk.entries()) {
    if (entry.has_base_amount) with_rate_ |= bit;
    bit <<= 1;
  }
}

uint64_t NewestEntries::WindowOf(const Shares& shares, const Window& window) {
  Entries& entries = windows_[static_cast<size_t>(shares.window)];
  if (entries.leg != leg_) {
    const size_t begin = chunk_->CountThrough(EntryKey::EndOf(window.after));
    const size_t end = chunk_->CountThrough(EntryKey::EndOf(window.through));
    entries = {leg_, FirstBits(end) & ~FirstBits(begin)};
  }
  return entries.bits;
}

uint64_t NewestEntries::SelectionOf(const Shares& shares) {
  Entries& entries = selections_[static_cast<size_t>(shares.selection)];
  if (entries.leg != leg_) {
    entries = {leg_, 0};
    uint64_t bit = 1;
    for (const Entry& entry : chunk_->entries()) {
      if (shares.plan->Selects(entry)) entries.bits |= bit;
      bit <<= 1;
    }
  }
  return entries.bits;
}

uint64_t NewestEntries::BitOf(const EntryKey& key) const {
  const size_t end = chunk_->CountThrough(key);
  if (end == 0 || KeyOf((*chunk_)[end - 1]) != key) return 0;
  return uint64_t{1} << (end - 1);
}

uint64_t NewestEntries::Holding(Condition* condition, uint64_t entries,
                                const ReadingContext& context) {
  if (condition->leg != leg_) {
    condition->leg = leg_;
    condition->asked = condition->holds = 0;
  }
  uint64_t missing = entries & ~condition->asked;
  condition->asked |= entries;
  EntryReader reader(context);
  for (; missing != 0; missing &= missing - 1) {
    const int offset = std::countr_zero(missing);
    reader.Stand(*chunk_, static_cast<size_t>(offset));
    if (EvaluateTruth(*condition->where, *context.rule_set, reader) == Truth::kTrue) {
      condition->holds |= uint64_t{1} << offset;
    }
  }
  return entries & condition->holds;
}

int64_t NewestEntries::CountDistinct(Distinct* distinct, uint64_t entries,
                                     const ReadingContext& context, const KeyedHasher& hasher) {
  if (distinct->leg != leg_) {
    distinct->leg = leg_;
    distinct->asked = distinct->known = 0;
  }
  uint64_t missing = entries & ~distinct->asked;
  distinct->asked |= entries;
  EntryReader reader(context);
  for (; missing != 0; missing &= missing - 1) {
    const auto offset = static_cast<size_t>(std::countr_zero(missing));
    reader.Stand(*chunk_, offset);
    const Value value = reader.Field(distinct->field);
    if (!value.known) continue;
    const Hash128 identity = IdentityOf(value, hasher);
    size_t same = offset;
    for (uint64_t others = distinct->known; others != 0; others &= others - 1) {
      const auto other = static_cast<size_t>(std::countr_zero(others));
      if (distinct->identities[other] == identity) {
        same = distinct->representatives[other];
        break;
      }
    }
    distinct->identities[offset] = identity;
    distinct->representatives[offset] = static_cast<uint8_t>(same);
    distinct->known |= uint64_t{1} << offset;
  }
  uint64_t represented = 0;
  for (uint64_t left = entries & distinct->known; left != 0; left &= left - 1) {
    represented |= uint64_t{1} << distinct->representatives[std::countr_zero(left)];
  }
  return std::popcount(represented);
}

void NewestEntries::AddAmounts(const FeaturePlan& plan, uint64_t entries, Summary* summary) const {
  AmountTotals& part = summary->part;
  if (plan.measure == Measure::kBaseAmount) entries &= with_rate_;
  part.with_amount = std::popcount(entries);
  if (entries == 0) return;
  const Entry* const all = chunk_->entries().data();
  summary->min = summary->max = plan.AmountOf(all[std::countr_zero(entries)]);
  for (; entries != 0; entries &= entries - 1) {
    const int64_t amount = plan.AmountOf(all[std::countr_zero(entries)]);
    part.sum += amount;
    summary->min = std::min(summary->min, amount);
    summary->max = std::max(summary->max, amount);
  }
}

void NewestEntries::Summarise(int feature, const Window& window, const ReadingContext& context,
                              const KeyedHasher& hasher, Summary* summary) {
  const Shares& shares = shares_[static_cast<size_t>(feature)];
  uint64_t entries = WindowOf(shares, window) & SelectionOf(shares);
  if (window.left_out) entries &= ~BitOf(*window.left_out);
  if (shares.where != kNone && entries != 0) {
    entries = Holding(&conditions_[static_cast<size_t>(shares.where)], entries, context);
  }
  if (entries == 0) return;
  summary->part.count = std::popcount(entries);
  summary->part.without_rate = std::popcount(entries & ~with_rate_);
  summary->first = KeyOf((*chunk_)[static_cast<size_t>(std::countr_zero(entries))]);
  summary->last = KeyOf((*chunk_)[static_cast<size_t>(63 - std::countl_zero(entries))]);
  if (shares.plan->measure != Measure::kNone) AddAmounts(*shares.plan, entries, summary);
  if (shares.distinct != kNone) {
    summary->distinct =
        CountDistinct(&distincts_[static_cast<size_t>(shares.distinct)], entries, context, hasher);
  }
}

}  // namespace vigla
