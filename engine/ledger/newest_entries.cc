// The newest entries of the judged leg's subject as bitmaps, of which figures are made. Hot.
#include "engine/ledger/newest_entries.h"

#include <algorithm>
#include <bit>
#include <tuple>
#include <utility>

#include "engine/base/check.h"
#include "engine/ledger/entry_group.h"
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
    default:
      return true;
  }
}

}  // namespace

void NewestEntries::SetPlans(const std::vector<FeaturePlan>& plans, const KeyedHasher* hasher) {
  *this = NewestEntries();
  hasher_ = hasher;
  for (const FeaturePlan& plan : plans) {
    const Feature& feature = *plan.feature;
    Shares shares;
    shares.type = feature.type;
    shares.aggregate = feature.aggregate;
    shares.measure = plan.measure;
    if (IsMadeOfBitmaps(feature)) {
      shares.population = PopulationNumber(plan);
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
}

int NewestEntries::PopulationNumber(const FeaturePlan& plan) {
  Population population;
  population.window = NumberOf(
      Window{plan.feature->over_us, plan.feature->skip_us},
      [](const Window& a, const Window& b) {
        return std::tie(a.over_us, a.skip_us) == std::tie(b.over_us, b.skip_us);
      },
      &windows_);
  population.selection = NumberOf(
      Selection{&plan},
      [](const Selection& a, const Selection& b) {
        return std::tie(a.plan->direction_mask, a.plan->status_mask) ==
               std::tie(b.plan->direction_mask, b.plan->status_mask);
      },
      &selections_);
  population.leaves_out_leg = plan.leaves_out_leg;
  return NumberOf(
      population,
      [](const Population& a, const Population& b) {
        return std::tie(a.window, a.selection, a.leaves_out_leg) ==
               std::tie(b.window, b.selection, b.leaves_out_leg);
      },
      &populations_);
}

void NewestEntries::Begin(const Ledger& ledger, EventTime cutoff, const ReadingContext& context) {
  ++leg_;
  is_begun_ = true;
  context_ = context;
  chunk_ = &ledger.newest();
  cutoff_ = cutoff;
  complete_after_ = EventTime::Max();
  if (chunk_->empty() || chunk_->size() > kEntriesMax) return;
  complete_after_ = ledger.HasChunksApart() ? chunk_->first().time : EventTime::Min();
  own_ = BitOf(KeyOf(*context.leg));
  with_rate_ = 0;
  uint64_t bit = 1;
  for (const Entry& entry : chunk_->entries()) {
    if (entry.has_base_amount) with_rate_ |= bit;
    bit <<= 1;
  }
}

void NewestEntries::Fill(Population* population) {
  const Window& window = WindowOf(population->window);
  population->leg = leg_;
  population->is_covered = window.is_covered;
  population->has_amounts = false;
  population->bits = 0;
  if (!window.is_covered) return;
  population->bits = window.bits & SelectionOf(population->selection);
  if (population->leaves_out_leg) population->bits &= ~own_;
}

const NewestEntries::Window& NewestEntries::WindowOf(int number) {
  Window& window = windows_[static_cast<size_t>(number)];
  if (window.leg != leg_) {
    const EventTime time = context_.leg->time();
    const EventTime after = std::max(time - window.over_us, cutoff_);
    window.leg = leg_;
    window.is_covered = after >= complete_after_;
    if (window.is_covered) {
      const size_t begin = chunk_->CountThrough(EntryKey::EndOf(after));
      const size_t end = chunk_->CountThrough(EntryKey::EndOf(time - window.skip_us));
      window.bits = FirstBits(end) & ~FirstBits(begin);
    }
  }
  return window;
}

uint64_t NewestEntries::SelectionOf(int number) {
  Selection& selection = selections_[static_cast<size_t>(number)];
  if (selection.leg != leg_) {
    selection.leg = leg_;
    selection.bits = 0;
    uint64_t bit = 1;
    for (const Entry& entry : chunk_->entries()) {
      if (selection.plan->Selects(entry)) selection.bits |= bit;
      bit <<= 1;
    }
  }
  return selection.bits;
}

uint64_t NewestEntries::BitOf(const EntryKey& key) const {
  const size_t end = chunk_->CountThrough(key);
  if (end == 0 || KeyOf((*chunk_)[end - 1]) != key) return 0;
  return uint64_t{1} << (end - 1);
}

uint64_t NewestEntries::Holding(Condition* condition, uint64_t entries) {
  if (condition->leg != leg_) {
    condition->leg = leg_;
    condition->asked = condition->holds = 0;
  }
  uint64_t missing = entries & ~condition->asked;
  if (missing == 0) return entries & condition->holds;
  condition->asked |= entries;
  EntryReader reader(context_);
  for (; missing != 0; missing &= missing - 1) {
    const int offset = std::countr_zero(missing);
    reader.Stand(*chunk_, static_cast<size_t>(offset));
    if (EvaluateTruth(*condition->where, *context_.rule_set, reader) == Truth::kTrue) {
      condition->holds |= uint64_t{1} << offset;
    }
  }
  return entries & condition->holds;
}

int64_t NewestEntries::CountDistinct(Distinct* distinct, uint64_t entries) {
  if (distinct->leg != leg_) {
    distinct->leg = leg_;
    distinct->asked = distinct->known = 0;
  }
  if ((entries & ~distinct->asked) != 0) Identify(distinct, entries & ~distinct->asked);
  uint64_t represented = 0;
  for (uint64_t left = entries & distinct->known; left != 0; left &= left - 1) {
    represented |= uint64_t{1} << distinct->representatives[std::countr_zero(left)];
  }
  return std::popcount(represented);
}

void NewestEntries::Identify(Distinct* distinct, uint64_t entries) {
  distinct->asked |= entries;
  EntryReader reader(context_);
  for (; entries != 0; entries &= entries - 1) {
    const auto offset = static_cast<size_t>(std::countr_zero(entries));
    reader.Stand(*chunk_, offset);
    const Value value = reader.Field(distinct->field);
    if (!value.known) continue;
    const Hash128 identity = IdentityOf(value, *hasher_);
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
}

NewestEntries::Amounts NewestEntries::AmountsOf(const Shares& shares) {
  if (shares.where != kNone || shares.measure != Measure::kBaseAmount) {
    return Add(shares.measure, EntriesOf(shares));
  }
  Population& population = PopulationOf(shares);
  if (!population.has_amounts) {
    population.has_amounts = true;
    population.amounts = Add(Measure::kBaseAmount, population.bits);
  }
  return population.amounts;
}

NewestEntries::Amounts NewestEntries::Add(Measure measure, uint64_t entries) const {
  Amounts amounts;
  if (measure == Measure::kBaseAmount) entries &= with_rate_;
  if (entries == 0) return amounts;
  const Entry* const all = chunk_->entries().data();
  const auto amount_of = [&](uint64_t bits) {
    const Entry& entry = all[std::countr_zero(bits)];
    return measure == Measure::kBaseAmount ? entry.base_amount.micros
                                           : entry.amount.ten_thousandths;
  };
  amounts.count = std::popcount(entries);
  amounts.min = amounts.max = amount_of(entries);
  for (; entries != 0; entries &= entries - 1) {
    const int64_t amount = amount_of(entries);
    amounts.sum += amount;
    amounts.min = std::min(amounts.min, amount);
    amounts.max = std::max(amounts.max, amount);
  }
  return amounts;
}

Value NewestEntries::Figure(int feature) {
  const Shares& shares = shares_[static_cast<size_t>(feature)];
  switch (shares.aggregate) {
    case Aggregate::kCount:
      return Value::Integer(shares.type, std::popcount(EntriesOf(shares)));
    case Aggregate::kSeen:
      return Value::Integer(shares.type, EntriesOf(shares) != 0 ? 1 : 0);
    case Aggregate::kDistinct: {
      Distinct& distinct = distincts_[static_cast<size_t>(shares.distinct)];
      return Value::Integer(shares.type, CountDistinct(&distinct, EntriesOf(shares)));
    }
    case Aggregate::kAge:
    case Aggregate::kIdle: {
      const std::optional<EntryKey> edge = Edge(feature);
      if (!edge) return Value::Unknown(shares.type);
      return Value::Integer(shares.type, context_.leg->time() - edge->time);
    }
    default:
      return FigureOfAmounts(shares);
  }
}

Value NewestEntries::FigureOfAmounts(const Shares& shares) {
  const Amounts amounts = AmountsOf(shares);
  const int scale = ScaleOf(shares.measure);
  if (shares.aggregate == Aggregate::kSum) {
    return Value::Numeric(shares.type, Number::Scaled(amounts.sum, scale));
  }
  if (amounts.count == 0) return Value::Unknown(shares.type);
  switch (shares.aggregate) {
    case Aggregate::kMean:
      return Value::Numeric(shares.type, Number::Fraction(amounts.sum, scale, amounts.count));
    case Aggregate::kMin:
      return Value::Numeric(shares.type, Number::Scaled(amounts.min, scale));
    case Aggregate::kMax:
      return Value::Numeric(shares.type, Number::Scaled(amounts.max, scale));
    default:
      CHECK(false);
  }
}

std::optional<EntryKey> NewestEntries::Edge(int feature) {
  const Shares& shares = shares_[static_cast<size_t>(feature)];
  const uint64_t entries = EntriesOf(shares);
  if (entries == 0) return std::nullopt;
  const bool is_first =
      shares.aggregate == Aggregate::kFirst || shares.aggregate == Aggregate::kAge;
  const int offset = is_first ? std::countr_zero(entries) : 63 - std::countl_zero(entries);
  return KeyOf((*chunk_)[static_cast<size_t>(offset)]);
}

EntryCounts NewestEntries::CountEntries(int feature) {
  const uint64_t entries = EntriesOf(shares_[static_cast<size_t>(feature)]);
  return {std::popcount(entries), std::popcount(entries & ~with_rate_)};
}

}  // namespace vigla
