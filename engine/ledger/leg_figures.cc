// The figures of a leg on its applied ledger, and the folding of its alerts. Hot.
#include <algorithm>
#include <limits>
#include <tuple>
#include <utility>

#include "engine/base/check.h"
#include "engine/base/status.h"
#include "engine/ledger/lane_state_impl.h"

namespace vigla {
namespace {

// Whether the figure is a field of one entry.
bool IsOfEdge(const Feature& feature) {
  return feature.aggregate == Aggregate::kFirst || feature.aggregate == Aggregate::kLast;
}

// Whether KeyOfTotals and numbers of distinct values are all that its key takes.
bool HasKeyByTotals(const FeaturePlan& plan) {
  switch (plan.feature->aggregate) {
    case Aggregate::kCount:
    case Aggregate::kDistinct: return !plan.feature->ever;
    case Aggregate::kSum:
    case Aggregate::kMean: return !plan.feature->ever && plan.measure == Measure::kBaseAmount;
    default: return false;
  }
}

// The leg's group; false if it has none.
bool IdentifyGroupOf(const Leg& leg, const FeaturePlan& plan, const RuleSet& rule_set,
                     const KeyedHasher& hasher, Hash128* group) {
  return IdentifyGroup(
      plan.feature->per, hasher,
      [&](FieldRef field) { return ReadField(leg, field, rule_set); }, group);
}

}  // namespace

bool LaneState::Impl::IsReadable(const FeaturePlan& plan, const Judged& judged) const {
  const vigla::Feature& feature = *plan.feature;
  if (!HasFigures(judged)) return false;
  CHECK(feature.on == judged.subject->kind);  // the loader sees to it
  if (judged.leg.time() < plan.known_from) return false;
  return feature.ever || feature.over_us >= kTimeOfDayUs ||
         judged.leg.transaction->precision != TimePrecision::kDay;
}

void LaneState::Impl::BeginNewest(const Judged& judged) {
  if (!HasFigures(judged)) return newest_.BeginUnknown();
  const Subject& subject = *judged.subject;
  newest_.Begin(subject.ledger, CutoffOf(subject), ContextOf(subject, &judged.leg));
}

bool LaneState::Impl::IsInNewest(const Judged& judged, int index) {
  if (!newest_.IsBegun()) BeginNewest(judged);
  return newest_.Covers(index);
}

Value LaneState::Impl::Feature(const Judged& judged, int index) {
  Remembered& remembered = remembered_.data()[index];
  if (remembered.leg_number == leg_number_) return remembered.value;
  remembered.leg_number = leg_number_;
  const FeaturePlan& plan = plans_.data()[index];
  if (!IsReadable(plan, judged) || !status_.ok()) {
    return remembered.value = Value::Unknown(plan.feature->type);
  }
  // Most are had from here, without all that the others need.
  if (IsInNewest(judged, index) && !IsOfEdge(*plan.feature)) {
    return remembered.value = newest_.Figure(index);
  }
  const absl::StatusOr<Value> computed = Compute(judged, index);
  if (!computed.ok()) Fail(computed.status());
  return remembered.value = computed.ok() ? *computed : Value::Unknown(plan.feature->type);
}

FigureKey LaneState::Impl::KeyOfValue(const Judged& judged, int index, ValueType manner) {
  if (!newest_.IsBegun()) {
    BeginNewest(judged);
    return KeyOfFeature(judged, index, manner);
  }
  const FeaturePlan& plan = plans_.data()[index];
  if (HasKeyByTotals(plan) && IsReadable(plan, judged) && status_.ok() && !newest_.Covers(index)) {
    const absl::StatusOr<FigureKey> key = KeyInRunning(judged, index);
    if (!key.ok()) Fail(key.status());
    if (key.ok() && key->state != KeyState::kWithoutKey) return *key;
  }
  return KeyOfFigureValue(Feature(judged, index), manner);
}

absl::StatusOr<FigureKey> LaneState::Impl::KeyInRunning(const Judged& judged, int index) {
  const FeaturePlan& plan = plans_.data()[index];
  ASSIGN_OR_RETURN(RunningSeries* const series, SeriesFor(judged, index));
  if (series != nullptr) {
    const Window window = WindowOf(plan, judged.leg, CutoffOf(*judged.subject));
    if (plan.distinct == FeaturePlan::kNone) {
      return KeyOfTotals(plan, series->TotalsOf(window.after, window.through));
    }
    return FigureKey{series->CountDistinct(plan.distinct, window.after), KeyState::kExact};
  }
  // Those that are not there yet may not be worth it: that is for Summarise to say, once.
  if (judged.subject->FindTotals(rule_set_number_, plan.totals_of) == nullptr) {
    return FigureKey{0, KeyState::kWithoutKey};
  }
  Hash128 group;
  if (!IdentifyGroupOf(judged.leg, plan, *rule_set_, hasher_, &group)) return FigureKey();
  ASSIGN_OR_RETURN(const RunningTotals* const totals, TotalsFor(judged, index));
  return totals == nullptr ? FigureKey{0, KeyState::kWithoutKey} : totals->Find(group).Key(plan);
}

// Totals have all entries there ever were, so they have those of any window.
FigureKey LaneState::Impl::KeyOfBound(const Judged& judged, DirectionSet directions,
                                      ValueType manner) const {
  if (!HasFigures(judged) || judged.leg.time() < windows_known_from_ ||
      judged.leg.transaction->precision == TimePrecision::kDay) {
    return {};
  }
  constexpr Int128 kMax = std::numeric_limits<int64_t>::max();
  Int128 bound = 0;
  for (const Direction direction : {Direction::kDebit, Direction::kCredit}) {
    if ((static_cast<int>(directions) >> static_cast<int>(direction) & 1) == 0) continue;
    const DirectionTotals& totals =
        judged.subject->totals.all()[static_cast<size_t>(direction)];
    if (manner == ValueType::kInt) {
      bound += totals.count;
    } else if (totals.min_micros >= 0) {
      bound += totals.sum_micros;
    } else {
      return {};  // without what was taken back, a part is more than the whole
    }
  }
  return {static_cast<int64_t>(std::min(bound, kMax)), KeyState::kExact};
}

KeyState LaneState::Impl::StateBelow(const Judged& judged, int index, int64_t key) {
  if (!HasFigures(judged) || !status_.ok()) return KeyState::kWithoutKey;
  const auto directions = static_cast<int>(plans_.data()[index].direction_mask);
  for (const Direction direction : {Direction::kDebit, Direction::kCredit}) {
    if ((directions >> static_cast<int>(direction) & 1) == 0) continue;
    const DirectionTotals& totals =
        judged.subject->totals.all()[static_cast<size_t>(direction)];
    if (totals.count > totals.without_rate && totals.max_micros >= key) {
      return KeyState::kWithoutKey;
    }
  }
  if (!newest_.IsBegun()) BeginNewest(judged);
  switch (newest_.HasBaseAmount(index)) {
    case Truth::kTrue: return KeyState::kExact;
    case Truth::kFalse: return KeyState::kUnknown;
    case Truth::kUnknown: break;
  }
  return KeyState::kWithoutKey;
}

absl::StatusOr<Value> LaneState::Impl::Compute(const Judged& judged, int index) {
  const FeaturePlan& plan = plans_.data()[index];
  Subject* const subject = judged.subject;
  if (plan.feature->ever) {
    const bool settled_only = plan.status_mask == 1u << static_cast<int>(StatusCode::kSettled);
    const EverInput input{&judged.leg, judged.outcome == ApplyOutcome::kLate,
                          settled_only ? &subject->totals.settled() : &subject->totals.all(),
                          settled_only ? &settled_before_ : &all_before_, CutoffOf(*subject)};
    return EverFigure(plan, input, SourceOf(*subject), &subject->ledger);
  }
  if (IsInNewest(judged, index)) {
    const std::optional<EntryKey> edge = newest_.Edge(index);
    if (!edge) return Value::Unknown(plan.feature->type);
    return ReadEdge(judged, index, *edge);
  }
  const LegGroup group(judged.leg, *rule_set_, plan.feature->per);
  if (!group.is_known()) return Value::Unknown(plan.feature->type);
  ASSIGN_OR_RETURN(Summary summary, Summarise(judged, index, group));
  if (summary.part.count > 0 && IsOfEdge(*plan.feature)) {
    const bool is_first = plan.feature->aggregate == Aggregate::kFirst;
    const EntryKey& edge = is_first ? summary.first : summary.last;
    ASSIGN_OR_RETURN(summary.edge, ReadEdge(judged, index, edge));
  }
  return FigureOf(plan, &summary, judged.leg.time());
}

absl::StatusOr<Summary> LaneState::Impl::Summarise(const Judged& judged, int index,
                                                   const LegGroup& group) {
  const FeaturePlan& plan = plans_.data()[index];
  Subject* const subject = judged.subject;
  const Window window = WindowOf(plan, judged.leg, CutoffOf(*subject));
  Summary summary;
  ASSIGN_OR_RETURN(RunningSeries* const series, SeriesFor(judged, index));
  if (series != nullptr) {
    summary.part = series->TotalsOf(window.after, window.through);
    if (plan.distinct != FeaturePlan::kNone) {
      summary.distinct = series->CountDistinct(plan.distinct, window.after);
    }
    return summary;
  }
  ASSIGN_OR_RETURN(const RunningTotals* const totals, TotalsFor(judged, index));
  if (totals != nullptr) {
    Hash128 identity;
    CHECK(IdentifyGroupOf(judged.leg, plan, *rule_set_, hasher_, &identity));
    totals->Find(identity).Summarise(plans_.data()[plan.totals_of], &summary);
    return summary;
  }
  const ReadingContext context = ContextOf(*subject, &judged.leg);
  const LedgerSource source = SourceOf(*subject);
  WindowScan scan(source, context, hasher_, &subject->ledger);
  RETURN_IF_ERROR(scan.Summarise(plan, window, group, &summary));
  return summary;
}

absl::StatusOr<EntryCounts> LaneState::Impl::CountEntries(const Judged& judged, int index,
                                                          const LegGroup& group) {
  if (IsInNewest(judged, index)) return newest_.CountEntries(index);
  ASSIGN_OR_RETURN(const Summary summary, Summarise(judged, index, group));
  return EntryCounts{summary.part.count, summary.part.without_rate};
}

absl::StatusOr<RunningSeries*> LaneState::Impl::SeriesFor(const Judged& judged, int index) {
  const FeaturePlan& plan = plans_.data()[index];
  if (plan.series == FeaturePlan::kNone || judged.outcome != ApplyOutcome::kApplied) {
    return nullptr;
  }
  Subject* const subject = judged.subject;
  const SeriesPlan& series_plan = series_.data()[plan.series];
  const EventTime cutoff = CutoffOf(*subject);
  RunningSeries* series = subject->FindSeries(rule_set_number_, plan.series);
  if (series == nullptr) {
    const EventTime after = std::max(judged.leg.time() - plan.feature->over_us, cutoff);
    if (!subject->ledger.HasMoreThan(plan.scan_limit, after)) return nullptr;
    series = subject->extras().series.Add(
        rule_set_number_, plan.series,
        std::make_unique<RunningSeries>(&series_plan, options_.series_entries_max,
                                        rule_set_.get(), &hasher_));
    table_.Recount(subject);
  }
  if (series->IsOver()) return nullptr;
  if (series->leg_number() != leg_number_) {
    const ReadingContext context = ContextOf(*subject, nullptr);
    const LedgerSource source = SourceOf(*subject);
    const EventTime after = std::max(judged.leg.time() - series_plan.longest_us, cutoff);
    // The judged leg is the newest entry there is, so that leaving it out is stopping before it.
    const EntryKey before =
        plan.leaves_out_leg ? KeyOf(judged.leg) : EntryKey::EndOf(judged.leg.time());
    const size_t bytes = subject->extras().series.HeapBytes();
    RETURN_IF_ERROR(subject->extras().series.Update(series, [&](RunningSeries* running) {
      return running->CatchUp(source, context, &subject->ledger, after, before, leg_number_);
    }));
    if (subject->extras().series.HeapBytes() != bytes) table_.Recount(subject);
  }
  return series->IsOver() ? nullptr : series;
}

absl::StatusOr<RunningTotals*> LaneState::Impl::TotalsFor(const Judged& judged, int index) {
  const FeaturePlan& plan = plans_.data()[index];
  if (plan.totals_of == FeaturePlan::kNone || judged.outcome != ApplyOutcome::kApplied) {
    return nullptr;
  }
  Subject* const subject = judged.subject;
  const Window window = WindowOf(plan, judged.leg, CutoffOf(*subject));
  RunningTotals* totals = subject->FindTotals(rule_set_number_, plan.totals_of);
  if (totals == nullptr) {
    if (!subject->ledger.HasMoreThan(plan.scan_limit, window.after)) return nullptr;
    totals = subject->extras().totals.Add(
        rule_set_number_, plan.totals_of,
        std::make_unique<RunningTotals>(&plans_.data()[plan.totals_of], rule_set_.get(),
                                        &hasher_));
    table_.Recount(subject);
  }
  const ReadingContext context = ContextOf(*subject, nullptr);
  const LedgerSource source = SourceOf(*subject);
  // The judged leg is the newest entry there is, so that leaving it out is stopping before it.
  EntryKey before = EntryKey::EndOf(window.through);
  if (window.left_out) before = std::min(before, *window.left_out);
  const size_t bytes = subject->extras().totals.HeapBytes();
  RETURN_IF_ERROR(subject->extras().totals.Update(totals, [&](RunningTotals* running) {
    return running->CatchUp(source, context, &subject->ledger, window.after, before);
  }));
  if (subject->extras().totals.HeapBytes() != bytes) table_.Recount(subject);
  return totals;
}

absl::StatusOr<Value> LaneState::Impl::ReadEdge(const Judged& judged, int index,
                                                const EntryKey& edge) {
  const FeaturePlan& plan = plans_.data()[index];
  const ReadingContext context = ContextOf(*judged.subject, nullptr);
  EntryReader reader(context);
  Value value;
  RETURN_IF_ERROR(judged.subject->ledger.ForEachThrough(
      SourceOf(*judged.subject), edge, [&](const Chunk& chunk, size_t offset) {
        CHECK(KeyOf(chunk[offset]) == edge);
        reader.Stand(chunk, offset);
        value = Keep(reader.Field(*plan.feature->of));
        return false;
      }));
  return value;
}

Value LaneState::Impl::Keep(Value value) {
  if (!value.known) return value;
  if (value.type == ValueType::kList) {
    auto* items = texts_.NewArray<std::string_view>(static_cast<size_t>(value.integer));
    for (int64_t i = 0; i < value.integer; ++i) items[i] = texts_.Copy(value.items[i]);
    value.items = items;
  } else {
    value.text = texts_.Copy(value.text);
  }
  return value;
}

LaneState::Impl::Listing LaneState::Impl::FeatureEntries(const Judged& judged, int index,
                                                         int most) {
  Listing listing;
  const FeaturePlan& plan = plans_.data()[index];
  if (plan.feature->ever || !IsReadable(plan, judged) || !status_.ok()) return listing;
  const LegGroup group(judged.leg, *rule_set_, plan.feature->per);
  if (!group.is_known()) return listing;
  const absl::StatusOr<EntryCounts> counts = CountEntries(judged, index, group);
  if (!counts.ok()) {
    Fail(counts.status());
    return listing;
  }
  listing.total = counts->all;
  listing.without_rate = counts->without_rate;
  const ReadingContext context = ContextOf(*judged.subject, &judged.leg);
  const LedgerSource source = SourceOf(*judged.subject);
  WindowScan scan(source, context, hasher_, &judged.subject->ledger);
  const int64_t listed = std::min<int64_t>(std::max(most, 0), listing.total);
  absl::StatusOr<std::vector<Entry>> entries =
      scan.Newest(plan, WindowOf(plan, judged.leg, CutoffOf(*judged.subject)), group,
                  static_cast<size_t>(listed));
  if (entries.ok()) {
    listing.entries = *std::move(entries);
  } else {
    Fail(entries.status());
  }
  return listing;
}

void LaneState::Impl::AddFold(const FoldMark& mark, Subject* subject) {
  const EventTime cutoff = CutoffOf(*subject);
  std::vector<FoldMark>& marks = subject->extras().fold_marks;
  std::erase_if(marks, [&](const FoldMark& old) { return old.time <= cutoff; });
  if (mark.time > cutoff) marks.push_back(mark);
  table_.Recount(subject);
}

Value LegFigures::Feature(int index) {
  return state_->impl_->Feature({*leg_, subject_, outcome_}, index);
}

FigureKey LegFigures::KeyOfFeature(int index, ValueType manner) {
  return state_->impl_->KeyOfFeature({*leg_, subject_, outcome_}, index, manner);
}

FigureKey LegFigures::KeyOfBound(DirectionSet directions, ValueType manner) {
  return state_->impl_->KeyOfBound({*leg_, subject_, outcome_}, directions, manner);
}

KeyState LegFigures::StateBelow(int index, int64_t key) {
  return state_->impl_->StateBelow({*leg_, subject_, outcome_}, index, key);
}

std::vector<Entry> LegFigures::FeatureEntries(int index, int most, int64_t* total,
                                              int64_t* without_rate) {
  LaneState::Impl::Listing listing =
      state_->impl_->FeatureEntries({*leg_, subject_, outcome_}, index, most);
  *total = listing.total;
  *without_rate = listing.without_rate;
  return std::move(listing.entries);
}

const FoldMark* LegFigures::FindFold(const Hash128& rule, const Hash128& key, bool shadow,
                                     DurationUs for_us) const {
  if (subject_ == nullptr) return nullptr;
  const EventTime time = leg_->time();
  const EventTime after = std::max(time - for_us, state_->impl_->CutoffOf(*subject_));
  const FoldMark* newest = nullptr;
  for (const FoldMark& mark : subject_->fold_marks()) {
    if (mark.time <= after || mark.time > time || mark.rule != rule || mark.key != key ||
        mark.shadow != shadow) {
      continue;
    }
    if (newest == nullptr ||
        std::tie(mark.time, mark.sequence) > std::tie(newest->time, newest->sequence)) {
      newest = &mark;
    }
  }
  return newest;
}

void LegFigures::AddFold(const FoldMark& mark) {
  CHECK(subject_ != nullptr);
  state_->impl_->LogFold(mark);
  state_->impl_->AddFold(mark, subject_);
}

}  // namespace vigla
