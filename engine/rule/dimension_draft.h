// One dimension of a table while it is built: who asks what, and from there the bitmaps. Cold.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "engine/rule/predicate_catalogue.h"
#include "engine/rule/predicate_index.h"

namespace vigla {

// What a dimension asks of a leg.
struct DimensionSubject {
  PredicateIndex::Dimension::Kind kind = PredicateIndex::Dimension::Kind::kEqual;
  int16_t slot = PredicateIndex::kNone;
  int32_t predicate = PredicateIndex::kNone;  // kPredicate
  bool negated = false;
  auto operator<=>(const DimensionSubject&) const = default;
};

class DimensionDraft {
 public:
  using Subject = DimensionSubject;

  // The dimension that could take such a test; empty if none could.
  static std::optional<Subject> SubjectOf(const TestPlan& plan, const PredicateIndex& index);
  // The dimension of what bounds the test's figure; empty if nothing does. It settles no test.
  static std::optional<Subject> BoundOf(const TestPlan& plan);

  explicit DimensionDraft(const Subject& subject) : subject_(subject) {}

  // A test of the entry at that place of the table; places ascend. False if it does not fit in
  // with what is there.
  bool Add(int32_t place, const TestPlan& plan);
  // Appends the dimension's bitmaps, keys and events.
  PredicateIndex::Dimension Write(const PredicateIndex::Table& table, PredicateIndex* index) const;

 private:
  using Kind = PredicateIndex::Dimension::Kind;
  using Places = std::vector<int32_t>;
  struct Bounds {
    std::optional<int64_t> least, most;
  };
  struct KeyDraft {
    std::string text;
    Places places;  // entries that this key treats otherwise than no key
  };

  bool AddBound(int32_t place, const TestPlan& plan);
  void WriteOrder(const PredicateIndex::Table& table, std::vector<uint64_t> passing,
                  PredicateIndex* index, PredicateIndex::Dimension* dimension) const;
  void WriteKeys(const std::vector<uint64_t>& passing, PredicateIndex* index,
                 PredicateIndex::Dimension* dimension) const;

  Subject subject_;
  Places tested_;
  Places passing_;                    // of those tested, what a value without a key lets pass
  std::map<int64_t, KeyDraft> keys_;  // kEqual, kPrefix
  std::map<int32_t, Bounds> bounds_;  // kOrder, by place
};

}  // namespace vigla
