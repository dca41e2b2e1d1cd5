// The newest entries of the judged leg's subject as bitmaps, of which figures are made. Hot.
#include "engine/ledger/newest_entries.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <span>
#include <tuple>
#include <utility>

#include "engine/base/check.h"
#include "engine/ledger/entry_group.h"
#include "engine/ledger/figure.h"
#include "engine/rule/evaluator.h"

namespace vigla {
namespace {

int LastOf(uint64_t bits) { return 63 - std::countl_zero(bits); }

uint64_t FirstBits(size_t count) { return count == 64 ? ~uint64_t{0} : (uint64_t{1} << count) - 1; }

// The place of an item that is the same as one that is there, or else of a new one.
template <typename Item, typename IsSame>
int NumberOf(const Item& item, IsSame is_same, std::vector<Item>* items) {
  const auto found = std::find_if(items->begin(), items->end(),
                                  [&](const Item& other) { return is_same(other, item); });
  if (found != items->end()) return static_cast<int>(found - items->begin());
  items->push_back(item);
  return static_cast<int>(items->size()) - 1;
}

}  // namespace

bool NewestEntries::CanMake(const Feature& feature) {
  if (feature.ever) return false;
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

void NewestEntries::SetPlans(const std::vector<FeaturePlan>& plans, const RuleSet& rule_set,
                             const KeyedHasher* hasher) {
  *this = NewestEntries();
  hasher_ = hasher;
  for (const FeaturePlan& plan : plans) {
    const Feature& feature = *plan.feature;
    Shares shares;
    shares.type = feature.type;
    shares.aggregate = feature.aggregate;
    shares.measure = plan.measure;
    shares.known_from = plan.known_from;
    if (CanMake(feature)) {
      shares.stretch = StretchNumber(plan, rule_set);
      if (feature.aggregate == Aggregate::kDistinct) {
        Firsts firsts;
        firsts.series = stretches_[static_cast<size_t>(shares.stretch)].series;
        firsts.identities = NumberOf(
            Identities{*feature.of},
            [](const Identities& a, const Identities& b) { return a.field == b.field; },
            &identities_);
        shares.firsts = NumberOf(
            firsts,
            [](const Firsts& a, const Firsts& b) {
              return std::tie(a.series, a.identities) == std::tie(b.series, b.identities);
            },
            &firsts_);
      }
    }
    shares_.push_back(shares);
  }
}

int NewestEntries::StretchNumber(const FeaturePlan& plan, const RuleSet& rule_set) {
  const Feature& feature = *plan.feature;
  Series series;
  series.plan = &plan;
  series.selection = NumberOf(
      Selection{&plan},
      [](const Selection& a, const Selection& b) {
        return std::tie(a.plan->direction_mask, a.plan->status_mask) ==
               std::tie(b.plan->direction_mask, b.plan->status_mask);
      },
      &selections_);
  if (feature.where) {
    series.where = NumberOf(
        Condition{plan.where_of, EntryCondition(feature, rule_set)},
        [](const Condition& a, const Condition& b) { return a.of == b.of; }, &conditions_);
  }
  if (!feature.per.empty()) {
    series.group = NumberOf(
        Group{&feature.per}, [](const Group& a, const Group& b) { return *a.per == *b.per; },
        &groups_);
  }
  Stretch stretch;
  stretch.series = NumberOf(
      series,
      [](const Series& a, const Series& b) {
        return a.plan->feature->skip_us == b.plan->feature->skip_us &&
               HaveSameEntries(*a.plan, *b.plan);
      },
      &series_);
  stretch.window = NumberOf(
      Window{feature.over_us, feature.skip_us},
      [](const Window& a, const Window& b) {
        return std::tie(a.over_us, a.skip_us) == std::tie(b.over_us, b.skip_us);
      },
      &windows_);
  return NumberOf(
      stretch,
      [](const Stretch& a, const Stretch& b) {
        return std::tie(a.window, a.series) == std::tie(b.window, b.series);
      },
      &stretches_);
}

void NewestEntries::Begin(const Ledger& ledger, EventTime cutoff, const ReadingContext& context) {
  ++leg_;
  is_begun_ = true;
  context_ = context;
  time_ = context.leg->time();
  is_day_only_ = context.leg->transaction->precision == TimePrecision::kDay;
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

void NewestEntries::BeginUnknown() {
  ++leg_;
  is_begun_ = true;
  time_ = cutoff_ = EventTime();
  complete_after_ = EventTime::Max();
}

void NewestEntries::Fill(Stretch* stretch) {
  Window& window = windows_.data()[stretch->window];
  if (window.leg != leg_) Fill(&window);
  stretch->leg = leg_;
  stretch->is_covered = window.is_covered;
  if (!window.is_covered) return;
  const Series& series = series_.data()[stretch->series];
  const uint64_t bits = Select(series, window.bits);
  if (series.group != kNone) stretch->is_covered = groups_.data()[series.group].is_known;
  stretch->bits = bits;
  stretch->count = std::popcount(bits);
  stretch->with_rate =
      (bits & ~with_rate_) == 0 ? stretch->count : std::popcount(bits & with_rate_);
}

uint64_t NewestEntries::Select(const Series& series, uint64_t entries) {
  Selection& selection = selections_.data()[series.selection];
  if (selection.leg != leg_) Fill(&selection);
  entries &= selection.bits;
  if (series.plan->leaves_out_leg) entries &= ~own_;
  if (series.group != kNone) entries = Containing(&groups_.data()[series.group], entries);
  if (series.where != kNone) entries = Holding(&conditions_.data()[series.where], entries);
  return entries;
}

void NewestEntries::Fill(Window* window) {
  window->leg = leg_;
  const EventTime after = std::max(time_ - window->over_us, cutoff_);
  window->is_covered =
      after >= complete_after_ && (!is_day_only_ || window->over_us >= kTimeOfDayUs);
  if (complete_after_ == EventTime::Max()) return;  // there are none
  const size_t begin = CountThrough(after);
  const size_t end = CountThrough(time_ - window->skip_us);
  window->bits = FirstBits(end) & ~FirstBits(begin);
}

void NewestEntries::Fill(Selection* selection) {
  selection->leg = leg_;
  selection->bits = 0;
  uint64_t bit = 1;
  for (const Entry& entry : chunk_->entries()) {
    if (selection->plan->Selects(entry)) selection->bits |= bit;
    bit <<= 1;
  }
}

size_t NewestEntries::CountThrough(EventTime time) const {
  const std::span<const Entry> entries = chunk_->entries();
  if (entries.back().time <= time) return entries.size();
  const auto after =
      std::upper_bound(entries.begin(), entries.end(), time,
                       [](EventTime t, const Entry& entry) { return t < entry.time; });
  return static_cast<size_t>(after - entries.begin());
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
  const uint64_t missing = entries & ~condition->asked;
  if (missing == 0) return entries & condition->holds;
  condition->asked |= missing;
  condition->holds |= condition->where.Holding(*chunk_, missing, context_);
  return entries & condition->holds;
}

uint64_t NewestEntries::Containing(Group* group, uint64_t entries) {
  const bool is_first = group->leg != leg_;
  if (is_first) {
    group->leg = leg_;
    group->asked = group->contained = 0;
  }
  const uint64_t missing = entries & ~group->asked;
  if (is_first || missing != 0) {
    const std::optional<uint64_t> contained =
        EntriesOfGroup(context_, *group->per, *chunk_, missing);
    group->is_known = contained.has_value();
    group->asked |= missing;
    group->contained |= contained.value_or(0);
  }
  return entries & group->contained;
}

void NewestEntries::Sum(uint64_t entries, Series* series) {
  if (series->leg != leg_) {
    series->leg = leg_;
    series->summed = 0;
    series->sums[0] = 0;
  }
  uint64_t missing = entries & ~series->summed;
  Int128* sum = series->sums.data() + std::popcount(series->summed);
  series->summed |= missing;
  const Entry* const all = chunk_->entries().data();
  while (missing != 0) {
    const int offset = LastOf(missing);
    missing ^= uint64_t{1} << offset;
    sum[1] = sum[0] + all[offset].base_amount.micros;
    ++sum;
  }
}

void NewestEntries::FindFirsts(uint64_t entries, Firsts* firsts) {
  if (firsts->leg != leg_) {
    firsts->leg = leg_;
    firsts->asked = firsts->bits = firsts->represented = 0;
  }
  uint64_t missing = entries & ~firsts->asked;
  Identities& identities = identities_.data()[firsts->identities];
  Identify(&identities, missing);
  firsts->asked |= missing;
  missing &= identities.known;
  while (missing != 0) {
    const int offset = LastOf(missing);
    missing ^= uint64_t{1} << offset;
    const uint64_t representative = uint64_t{1} << identities.representatives[offset];
    if ((firsts->represented & representative) != 0) continue;
    firsts->represented |= representative;
    firsts->bits |= uint64_t{1} << offset;
  }
}

void NewestEntries::Identify(Identities* identities, uint64_t entries) {
  if (identities->leg != leg_) {
    identities->leg = leg_;
    identities->asked = identities->known = 0;
    identities->slots.fill(kEntriesMax);
  }
  entries &= ~identities->asked;
  identities->asked |= entries;
  if (identities->field.id == field::kCounterparty) {
    const Entry* const all = chunk_->entries().data();
    for (; entries != 0; entries &= entries - 1) {
      const auto offset = static_cast<size_t>(std::countr_zero(entries));
      const Hash128& counterparty = all[offset].counterparty;
      if (!counterparty.IsZero()) Represent(identities, offset, counterparty);
    }
    return;
  }
  EntryReader reader(context_);
  for (; entries != 0; entries &= entries - 1) {
    const auto offset = static_cast<size_t>(std::countr_zero(entries));
    reader.Stand(*chunk_, offset);
    const Value value = reader.Field(identities->field);
    if (value.known) Represent(identities, offset, IdentityOf(value, *hasher_));
  }
}

void NewestEntries::Represent(Identities* identities, size_t offset, const Hash128& identity) {
  identities->of_entry[offset] = identity;
  identities->known |= uint64_t{1} << offset;
  // There are twice as many slots as entries, so that a free one comes soon.
  size_t slot = ((identity.high ^ identity.low) * 0x9E37'79B9'7F4A'7C15) >> 57;
  while (identities->slots[slot] != kEntriesMax &&
         identities->of_entry[identities->slots[slot]] != identity) {
    slot = (slot + 1) % Identities::kSlots;
  }
  if (identities->slots[slot] == kEntriesMax) {
    identities->slots[slot] = static_cast<uint8_t>(offset);
  }
  identities->representatives[offset] = identities->slots[slot];
}

Truth NewestEntries::HasBaseAmount(int feature) {
  const Shares& shares = shares_.data()[feature];
  const bool has_entries = complete_after_ < EventTime::Max() && !is_day_only_;
  if (shares.stretch == kNone || !has_entries || time_ < shares.known_from) return Truth::kUnknown;
  const Stretch& stretch = StretchOf(shares);
  if (stretch.is_covered) return static_cast<Truth>(stretch.with_rate > 0);
  const uint64_t with_rate = windows_.data()[stretch.window].bits & with_rate_;
  if (with_rate == 0) return Truth::kUnknown;
  return Select(series_.data()[stretch.series], with_rate) != 0 ? Truth::kTrue : Truth::kUnknown;
}

NewestEntries::Amounts NewestEntries::AmountsOf(const Shares& shares) {
  const bool is_base = shares.measure == Measure::kBaseAmount;
  uint64_t entries = StretchOf(shares).bits;
  if (is_base) entries &= with_rate_;
  Amounts amounts;
  if (entries == 0) return amounts;
  const Entry* const all = chunk_->entries().data();
  const auto amount_of = [&](uint64_t bits) {
    const Entry& entry = all[std::countr_zero(bits)];
    return is_base ? entry.base_amount.micros : entry.amount.ten_thousandths;
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

FigureKey NewestEntries::KeyOfFigure(int feature) {
  constexpr FigureKey kOfValueOnly{0, KeyState::kWithoutKey};
  if (!Covers(feature)) return kOfValueOnly;
  const Shares& shares = shares_.data()[feature];
  const Stretch& stretch = stretches_.data()[shares.stretch];
  switch (shares.aggregate) {
    case Aggregate::kCount: return {stretch.count, KeyState::kExact};
    case Aggregate::kDistinct: {
      Firsts& firsts = firsts_.data()[shares.firsts];
      return {CountDistinct(stretch, &firsts), KeyState::kExact};
    }
    case Aggregate::kSum:
    case Aggregate::kMean: {
      if (shares.measure != Measure::kBaseAmount) break;
      const bool is_mean = shares.aggregate == Aggregate::kMean;
      return KeyOfAmounts(SumOf(stretch), stretch.with_rate, is_mean);
    }
    default: break;
  }
  return kOfValueOnly;
}

Value NewestEntries::Figure(int feature) {
  const Shares& shares = shares_.data()[feature];
  const Stretch& stretch = StretchOf(shares);
  switch (shares.aggregate) {
    case Aggregate::kCount:
    case Aggregate::kDistinct: return Value::Integer(shares.type, KeyOfFigure(feature).key);
    case Aggregate::kSeen: return Value::Integer(shares.type, stretch.bits != 0 ? 1 : 0);
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
  const Stretch& stretch = StretchOf(shares);
  const bool is_running = shares.measure == Measure::kBaseAmount &&
                          (shares.aggregate == Aggregate::kSum ||
                           shares.aggregate == Aggregate::kMean);
  Amounts amounts;
  if (is_running) {
    amounts.count = stretch.with_rate;
    amounts.sum = SumOf(stretch);
  } else {
    amounts = AmountsOf(shares);
  }
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
  const Shares& shares = shares_.data()[feature];
  const uint64_t entries = StretchOf(shares).bits;
  if (entries == 0) return std::nullopt;
  const bool is_first =
      shares.aggregate == Aggregate::kFirst || shares.aggregate == Aggregate::kAge;
  const int offset = is_first ? std::countr_zero(entries) : LastOf(entries);
  return KeyOf((*chunk_)[static_cast<size_t>(offset)]);
}

EntryCounts NewestEntries::CountEntries(int feature) {
  const Stretch& stretch = StretchOf(shares_.data()[feature]);
  return {stretch.count, stretch.count - stretch.with_rate};
}

}  // namespace vigla
