// One dimension of a table while it is built: who asks what, and from there the bitmaps. Cold.
#include "engine/rule/dimension_draft.h"

#include <algorithm>
#include <limits>
#include <set>
#include <utility>

namespace vigla {
namespace {

using Bitmap = std::vector<uint64_t>;

// A key has a bitmap of its own where flips would touch at least one word in so many.
constexpr size_t kWordsPerFlip = 4;

uint64_t BitOf(int32_t place) { return uint64_t{1} << (place % 64); }

Bitmap BitmapOf(const std::vector<int32_t>& places, size_t words) {
  Bitmap bitmap(words, 0);
  for (int32_t place : places) bitmap[static_cast<size_t>(place) / 64] |= BitOf(place);
  return bitmap;
}

int32_t Append(const Bitmap& bitmap, PredicateIndex* index) {
  const auto begin = static_cast<int32_t>(index->words.size());
  index->words.insert(index->words.end(), bitmap.begin(), bitmap.end());
  return begin;
}

}  // namespace

std::optional<DimensionSubject> DimensionDraft::SubjectOf(const TestPlan& plan,
                                                          const PredicateIndex& index) {
  if (plan.form == TestForm::kOther) {
    if (plan.reads_feature || plan.test.slot != PredicateIndex::kNone) return std::nullopt;
    return Subject{Kind::kPredicate, PredicateIndex::kNone, plan.test.predicate, plan.test.negated};
  }
  if (index.slots[plan.slot].kind != PredicateIndex::Slot::Kind::kField) return std::nullopt;
  const bool has_limit = plan.form == TestForm::kLeast || plan.form == TestForm::kMost;
  const Kind kind = has_limit                        ? Kind::kOrder
                    : plan.form == TestForm::kPrefix ? Kind::kPrefix
                                                     : Kind::kEqual;
  return Subject{kind, plan.slot};
}

std::optional<DimensionSubject> DimensionDraft::BoundOf(const TestPlan& plan) {
  if (plan.bound_slot == PredicateIndex::kNone) return std::nullopt;
  return Subject{Kind::kOrder, plan.bound_slot};
}

bool DimensionDraft::Add(int32_t place, const TestPlan& plan) {
  if (subject_.kind == Kind::kOrder) return AddBound(place, plan);
  if (!tested_.empty() && tested_.back() == place) return false;
  for (const TestKey& key : plan.keys) {  // two texts of one key
    const auto found = keys_.find(key.key);
    if (found != keys_.end() && found->second.text != key.text) return false;
  }
  tested_.push_back(place);
  if (plan.form == TestForm::kNotEqual) passing_.push_back(place);
  for (const TestKey& key : plan.keys) {
    KeyDraft& draft = keys_[key.key];
    draft.text = key.text;
    draft.places.push_back(place);
  }
  return true;
}

bool DimensionDraft::AddBound(int32_t place, const TestPlan& plan) {
  Bounds bounds;
  const auto found = bounds_.find(place);
  if (found != bounds_.end()) bounds = found->second;
  std::optional<int64_t>& own = plan.form == TestForm::kLeast ? bounds.least : bounds.most;
  if (own) return false;
  own = plan.limit;
  if (bounds.least && bounds.most && *bounds.least > *bounds.most) return false;
  if (found == bounds_.end()) tested_.push_back(place);
  bounds_[place] = bounds;
  return true;
}

PredicateIndex::Dimension DimensionDraft::Write(const PredicateIndex::Table& table,
                                                PredicateIndex* index) const {
  PredicateIndex::Dimension dimension;
  dimension.kind = subject_.kind;
  dimension.negated = subject_.negated;
  dimension.slot = subject_.slot;
  dimension.predicate = subject_.predicate;
  const auto words = static_cast<size_t>(table.words);
  const Bitmap tested = BitmapOf(tested_, words);
  dimension.tested = Append(tested, index);
  Bitmap passing = BitmapOf(passing_, words);
  for (size_t i = 0; i < words; ++i) passing[i] |= ~tested[i];
  if (subject_.kind == Kind::kOrder) {
    WriteOrder(table, std::move(passing), index, &dimension);
  } else {
    dimension.otherwise = Append(passing, index);
    WriteKeys(passing, index, &dimension);
  }
  return dimension;
}

void DimensionDraft::WriteOrder(const PredicateIndex::Table& table, Bitmap passing,
                                PredicateIndex* index, PredicateIndex::Dimension* dimension) const {
  std::vector<std::pair<int64_t, int32_t>> events;
  for (const auto& [place, bounds] : bounds_) {
    if (bounds.least) {
      events.emplace_back(*bounds.least, place);
    } else {
      passing[static_cast<size_t>(place) / 64] |= BitOf(place);
    }
    if (bounds.most && *bounds.most < std::numeric_limits<int64_t>::max()) {
      events.emplace_back(*bounds.most + 1, place);
    }
  }
  std::sort(events.begin(), events.end());
  dimension->events_begin = static_cast<int32_t>(index->event_keys.size());
  dimension->otherwise = Append(passing, index);
  for (size_t i = 0; i < events.size(); ++i) {
    const auto [key, place] = events[i];
    index->event_keys.push_back(key);
    index->event_entries.push_back(place);
    passing[static_cast<size_t>(place) / 64] ^= BitOf(place);
    if ((i + 1) % PredicateIndex::kCheckpoint == 0) Append(passing, index);
  }
  dimension->events_end = static_cast<int32_t>(index->event_keys.size());
}

void DimensionDraft::WriteKeys(const Bitmap& passing, PredicateIndex* index,
                               PredicateIndex::Dimension* dimension) const {
  std::set<int32_t> prefix_bytes;
  for (const auto& [number, draft] : keys_) {
    PredicateIndex::Key key;
    if (index->slots[subject_.slot].manner != ValueType::kInt) {
      key.text = static_cast<int32_t>(index->texts.size());
      index->texts.push_back(draft.text);
      prefix_bytes.insert(static_cast<int32_t>(draft.text.size()));
    }
    std::map<int32_t, uint64_t> flips;
    for (int32_t place : draft.places) flips[place / 64] |= BitOf(place);
    // Several prefixes may hold at once, so they are never bitmaps.
    if (subject_.kind == Kind::kEqual && flips.size() * kWordsPerFlip >= passing.size()) {
      Bitmap own = passing;
      for (const auto& [word, bits] : flips) own[static_cast<size_t>(word)] ^= bits;
      key.bitmap = Append(own, index);
    } else {
      key.flips_begin = static_cast<int32_t>(index->flips.size());
      for (const auto& [word, bits] : flips) index->flips.push_back({word, bits});
      key.flips_end = static_cast<int32_t>(index->flips.size());
    }
    dimension->keys.emplace(number, key);
  }
  if (subject_.kind == Kind::kPrefix) {
    dimension->prefix_bytes.assign(prefix_bytes.begin(), prefix_bytes.end());
  }
}

}  // namespace vigla
