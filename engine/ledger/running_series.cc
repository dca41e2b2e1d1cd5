// Entries of one subject that several features have in common, as sums that run through them. Hot.
#include "engine/ledger/running_series.h"

#include <algorithm>
#include <bit>

#include "engine/base/check.h"
#include "engine/rule/evaluator.h"

namespace vigla {
namespace {

// So few lines are not worth being dropped.
constexpr size_t kDroppedMin = 8;

}  // namespace

absl::Status RunningSeries::CatchUp(const LedgerSource& source, const ReadingContext& context,
                                    Ledger* ledger, EventTime after, const EntryKey& before,
                                    uint64_t leg_number) {
  leg_number_ = leg_number;
  if (!is_started_ || head_.time <= after) Restart(after);
  CHECK(after_ <= after);
  after_ = after;
  DropThrough(after);
  EntryReader reader(context);
  RETURN_IF_ERROR(ledger->ForEachAfter(source, head_, [&](const Chunk& chunk, size_t offset) {
    const EntryKey key = KeyOf(chunk[offset]);
    if (key >= before || lines_.size() > entries_max_) return false;
    reader.Stand(chunk, offset);
    if (Belongs(&reader)) Insert(lines_.size(), &reader);
    head_ = key;
    return true;
  }));
  if (lines_.size() > entries_max_) GiveUp();  // some may not have been read
  return absl::OkStatus();
}

void RunningSeries::NoteLate(EntryReader* reader) {
  const EntryKey key = KeyOf(reader->entry());
  if (!is_started_ || is_over_ || key > head_ || key.time <= after_) return;
  if (Belongs(reader)) Insert(CountThrough(key.time), reader);
}

bool RunningSeries::Belongs(EntryReader* reader) const {
  const FeaturePlan& plan = *plan_.entries;
  return plan.Selects(reader->entry()) &&
         (!plan.feature->where ||
          EvaluateTruth(*plan.feature->where, rule_set_, *reader) == Truth::kTrue);
}

void RunningSeries::Insert(size_t line, EntryReader* reader) {
  const Entry& entry = reader->entry();
  Line added = Before(line);
  added.time = entry.time;
  const int64_t with_rate = entry.has_base_amount ? 1 : 0;
  const Int128 amount = plan_.measure == Measure::kOriginalAmount
                            ? Int128{entry.amount.ten_thousandths}
                            : Int128{entry.has_base_amount ? entry.base_amount.micros : 0};
  added.with_rate += with_rate;
  added.sum += amount;
  const bool is_newest = line == lines_.size();
  const auto place = lines_.insert(lines_.begin() + static_cast<ptrdiff_t>(line), added);
  for (auto later = place + 1; later != lines_.end(); ++later) {
    later->with_rate += with_rate;
    later->sum += amount;
  }
  for (size_t i = 0; i < values_.size(); ++i) {
    Values& values = values_[i];
    const Value value = reader->Field(plan_.distinct[i]);
    values.of_line.insert(values.of_line.begin() + static_cast<ptrdiff_t>(line),
                          value.known ? std::optional(IdentityOf(value, hasher_)) : std::nullopt);
    if (!is_newest) values.is_stale = true;
    if (!values.is_stale) NoteLast(&values, line);
  }
}

void RunningSeries::NoteLast(Values* values, size_t line) {
  if (line % 64 == 0) values->is_last.push_back(0);
  const std::optional<Hash128>& value = values->of_line[line];
  if (!value) return;
  const auto [last, added] = values->last.try_emplace(*value, static_cast<uint32_t>(line));
  if (!added) {
    values->is_last[last->second / 64] &= ~(uint64_t{1} << (last->second % 64));
    last->second = static_cast<uint32_t>(line);
  }
  values->is_last[line / 64] |= uint64_t{1} << (line % 64);
}

void RunningSeries::Remake(Values* values) {
  values->is_last.clear();
  values->last.clear();
  for (size_t line = 0; line < lines_.size(); ++line) NoteLast(values, line);
  values->is_stale = false;
}

void RunningSeries::DropThrough(EventTime after) {
  if (lines_.size() < 3 * kDroppedMin || lines_[lines_.size() / 3].time > after) return;
  const size_t dropped = CountThrough(after);
  base_ = lines_[dropped - 1];
  lines_.erase(lines_.begin(), lines_.begin() + static_cast<ptrdiff_t>(dropped));
  for (Values& values : values_) {
    values.of_line.erase(values.of_line.begin(),
                         values.of_line.begin() + static_cast<ptrdiff_t>(dropped));
    values.is_stale = true;
  }
}

void RunningSeries::Restart(EventTime after) {
  is_started_ = true;
  head_ = EntryKey::EndOf(after);
  after_ = after;
  base_ = Line();
  lines_.clear();
  for (Values& values : values_) values = Values();
}

void RunningSeries::GiveUp() {
  is_over_ = true;
  lines_ = {};
  values_ = {};
}

size_t RunningSeries::CountThrough(EventTime time) const {
  const auto after = std::upper_bound(lines_.begin(), lines_.end(), time,
                                      [](EventTime t, const Line& line) { return t < line.time; });
  return static_cast<size_t>(after - lines_.begin());
}

AmountTotals RunningSeries::TotalsOf(EventTime after, EventTime through) const {
  const size_t begin = CountThrough(after);
  const bool is_through_all = lines_.empty() || lines_.back().time <= through;
  const size_t end = std::max(begin, is_through_all ? lines_.size() : CountThrough(through));
  const Line& first = Before(begin);
  const Line& last = Before(end);
  AmountTotals totals;
  totals.count = static_cast<int64_t>(end - begin);
  const int64_t with_rate = last.with_rate - first.with_rate;
  totals.without_rate = totals.count - with_rate;
  totals.with_amount = plan_.measure == Measure::kOriginalAmount ? totals.count : with_rate;
  totals.sum = last.sum - first.sum;
  return totals;
}

int64_t RunningSeries::CountDistinct(int field, EventTime after) {
  Values& values = values_[static_cast<size_t>(field)];
  if (values.is_stale) Remake(&values);
  const size_t begin = CountThrough(after);
  if (begin == lines_.size()) return 0;
  size_t word = begin / 64;
  int64_t count = std::popcount(values.is_last[word] >> (begin % 64));
  while (++word < values.is_last.size()) count += std::popcount(values.is_last[word]);
  return count;
}

size_t RunningSeries::HeapBytes() const {
  size_t bytes = sizeof(RunningSeries) + lines_.capacity() * sizeof(Line);
  for (const Values& values : values_) {
    bytes += sizeof(Values) + values.of_line.capacity() * sizeof(std::optional<Hash128>) +
             values.is_last.capacity() * sizeof(uint64_t) +
             values.last.capacity() * (sizeof(Hash128) + sizeof(uint32_t) + 1);
  }
  return bytes;
}

}  // namespace vigla
